"""Figures: what departments received, hold, are late with and closed.

Words: a *measure* (指标) is one definition of which cases belong to a department in a
period; its *number* and its *list* are read from that definition, so that the two cannot
differ (穿透). A *period* is half-open and counts by the moment of dispatch.

Promises: every figure is within the reader's reach; a department reads its own; received
is always accepted plus waiting (workflow ruling §6), because a case that was returned or
withdrawn is in neither, and a case dispatched twice to one department counts once.
"""
