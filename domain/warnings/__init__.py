"""What models outside find about cases: risk labels, and what the department that has the case answers.

Words: a *risk label* (风险标签) is what an outside model, such as 基层基础管控平台, says of one case in one *batch*: a
*level* (red, orange, yellow, blue), reasons in words, the moment of its assessment. Its *answer* (反馈) is the word of
the case's lead department. A label assessed later *supersedes* the one before; the newest alone asks for an answer.

Promises: a batch that is sent again changes nothing; a number that cannot be taken has its sentence and keeps no other
from being taken; what was received is never changed, neither by an answer nor by the next label, and the database
refuses it; a label is answered once. A label is no status of its case: nothing of the workflow depends on it.
"""
