"""Cases: the matters that people bring, and their way through the centre.

Words: a *case* (诉求件, 事件) is one matter; its *parties* are petitioner, respondent
and agent; an *assignment* is one dispatch of it to a department as *lead* or *assist*.
A *step* is one row of the workflow table. "Overdue" and "due soon" are derived from the
running deadlines and never stored.

Promises: a case changes by a step of `workflow.STEPS` and by nothing else; each step
leaves its row changes, a journal line, an outbox message and an announcement in one
transaction; what lies out of an actor's reach reads as not found; the list behind a
figure is selected by the very condition that counted it.
"""
