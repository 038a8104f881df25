"""What each leader, head of a department and the centre is told in the morning of every working day (每日晨报).

Words: a *brief* (晨报) says to readers who see alike what came in, was closed and breached since the brief before, what
ends today, what outside models warn of, and names up to three cases that *wait for a word* (待定事项), each for a
*reason*.

Promises: what a brief said is kept, as figures and numbers of cases, without titles or anything of a person; what is
read of these cases is read when it is shown, within the reader's reach then. A figure of a period is
`domain.statistics`'s own and opens its list; of this moment the numbers are kept, so that its list is what was counted.
There is one brief a day for readers alike, and one notice a day for each person. A morning that was missed is made up
on the same day; a day that was missed whole is told by the next brief, whose period begins where the last one ended.
"""
