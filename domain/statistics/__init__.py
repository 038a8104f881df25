"""Figures: what comes in, is open, late and closed in the county, and what departments received and hold.

Words: a *measure* (指标) is one definition of which cases belong to a department in a
period; its *number* and its *list* are read from that definition, so that the two cannot
differ (穿透). A *figure* (数字) is the same of the county within reach, at this moment or of
a period, whole or cut by township, type, source, risk or main department. A *stage* (环节) is a stretch of
a case's way from one act to another; how long it took is counted where it ended. A *period* is
half-open; of measures it counts by the moment of dispatch.

Promises: every figure is within the reader's reach; a department reads its own; received
is always accepted plus waiting (workflow ruling §6), because a case that was returned or
withdrawn is in neither, and a case dispatched twice to one department counts once.
"""
