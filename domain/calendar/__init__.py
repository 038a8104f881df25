"""Working days and the clocks that run on cases.

Words: a *workday* row (放假安排) says of one date whether it is worked; a date without
a row follows the weekend rule. A *confirmed* year is one whose State Council notice is
stored; any other year is *provisional* (暂定). The *working line* is time on which every
working day counts 24 hours and every other day nothing, in Asia/Shanghai. A *deadline*
(时限) is one running clock of a case or of one assignment on one *link* (环节): dispatch,
accept, first feedback, resolve. It turns yellow, then red; the two moments are stored.
A *limit* says when; limits are rules (时限规则) with a time in which they were in force, for
all cases, a category, a unit, or both. A *pattern* (作息) is the weekend rule and the daily
*working periods*, of everybody or of one unit; a date may have periods of its own (half day).

Promises: hour limits run on natural time and day limits on the working line; N working
days from a moment end at the same clock time on the N-th working day after it, and a
moment on a day off counts from the start of the next working day; a pause keeps the
remaining time exactly, on the line of its limit; a deadline that reaches into a year
without a notice says so, and moves when the notice comes, which is journalled. A rule is
closed and followed by another, never overwritten, and moves open deadlines only when asked.
A deadline explains itself: which stretches counted, which did not and why, what moved it,
and on which version of the calendar it stands.

This room starts, stops, pauses and moves clocks. Which step does so is decided by the
workflow table of the cases; what a breach means is decided by supervision.
"""
