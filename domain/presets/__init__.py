"""How people arrange their lists: the views they name, and the columns they look at.

Words: a *preset* (常用视图) is a list by the path of its page, with the query of the address that shows it so: counter,
conditions, order, columns. It is of one person; a *shared* one is read by all of that person's unit. The *first* one is
what the list shows to its owner when nothing is asked of it. *Columns* (显示列) of a list are chosen by each person.

Promises: a preset is nothing but conditions: whoever opens it sees what they may see. What an address may not hold
(names, phones, numbers of identity) is in none. Nobody changes another's. It is a habit of reading and leaves no line
in the journal, as drafts leave none.
"""
