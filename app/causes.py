"""Why something could not be done that nobody in front of a screen can help: the cause in words, and in the log once.

Whoever works reads what happened and that nothing typed is lost; whoever operates reads the cause by name, in the log
and in `/readyz`, and not one line for each request.
"""

from __future__ import annotations

import errno
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

LASTING = 60.0
"""Seconds for which a cause is taken to last after it was met."""
_log = structlog.get_logger(__name__)


class Cause(StrEnum):
    """What stands in the way; the value is its name in `/readyz`, and in the log where `note` tells it."""

    DISK_FULL = "disk_full"
    STORAGE = "storage_fails"
    READ_ONLY = "read_only"
    CONNECTIONS = "connections_used_up"
    AWAY = "database_away"
    WAITED = "waited_too_long"
    CLOCK = "clock_doubted"
    REDIS = "redis_away"

    @property
    def sentence(self) -> str:
        """Say it to whoever works."""
        return _SENTENCES[self]


_SENTENCES = {
    Cause.DISK_FULL: "磁盘空间不足，暂不能保存；已填写的内容还在，请稍后重试，并告知管理员",
    Cause.STORAGE: "数据存储出现故障，暂不能保存；已填写的内容还在，请告知管理员",
    Cause.READ_ONLY: "数据暂时只能查看，不能保存；已填写的内容还在，请告知管理员",
    Cause.CONNECTIONS: "同时操作的人太多，请稍后重试",
    Cause.AWAY: "数据库暂时连接不上，正在恢复；已填写的内容还在，请稍后重试",
    Cause.WAITED: "系统繁忙，请稍后重试",
    Cause.CLOCK: "服务器时间可能有误，到期提醒和短信暂停，请告知管理员",
    Cause.REDIS: "多个进程共用的 Redis 暂时连接不上，打开的页面可能没有响应；已填写的内容还在，请稍后重试",
}
_STATES = {
    "53100": Cause.DISK_FULL,
    "25006": Cause.READ_ONLY,
    "53300": Cause.CONNECTIONS,
    "55P03": Cause.WAITED,
    "40P01": Cause.WAITED,
    "40001": Cause.WAITED,
    "57014": Cause.WAITED,
}
"""SQLSTATE of the server's answer."""
_CLASSES = {"08": Cause.AWAY, "57": Cause.AWAY, "53": Cause.WAITED, "58": Cause.STORAGE}
"""Its class, for whatever is not named above: connection, intervention of an operator, resources, the system."""
_NUMBERS = {
    errno.EIO: Cause.STORAGE,
    errno.ENOSPC: Cause.DISK_FULL,
    errno.EDQUOT: Cause.DISK_FULL,
    errno.EROFS: Cause.READ_ONLY,
    errno.EACCES: Cause.READ_ONLY,
    errno.EPERM: Cause.READ_ONLY,
}


def cause_of(error: BaseException) -> Cause | None:
    """Tell why; none where the fault is of another kind, and the program's own."""
    if isinstance(error, PoolTimeout):
        return Cause.CONNECTIONS
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        known = _STATES.get(state) or _CLASSES.get(state[:2])
        # without an answer of the server there was no server to answer
        return known or (Cause.AWAY if isinstance(error, OperationalError) and not state else None)
    return _NUMBERS.get(error.errno or 0) if isinstance(error, OSError) else None


@dataclass
class _Met:
    at: float
    told: float
    unsaid: int = 0


_met: dict[Cause, _Met] = {}


def meet(cause: Cause) -> _Met:
    """Remember that a cause stands; the log is told of it elsewhere."""
    moment = time.monotonic()
    found = _met.setdefault(cause, _Met(moment, -LASTING))
    found.at = moment
    return found


def note(cause: Cause, error: BaseException, *, where: str) -> None:
    """Write a cause into the log, once a minute with how often it was met since."""
    found = meet(cause)
    if found.at - found.told < LASTING:
        found.unsaid += 1
        return
    first = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    _log.error("cause", cause=cause.value, said=first, where=where, more=found.unsaid)
    found.told, found.unsaid = found.at, 0


def lasting() -> list[Cause]:
    """Give the causes met lately, for whoever asks how the product is doing."""
    moment = time.monotonic()
    return [cause for cause, found in _met.items() if moment - found.at < LASTING]


def log(event: str, **fields: Any) -> None:
    """Write the exception at hand into the log: one with a known cause by its name, once a minute, any other whole.

    For what goes on by itself after a failure: a job would otherwise write a trace at each of its tries.
    """
    error = sys.exception()
    if error and (cause := cause_of(error)):
        note(cause, error, where=event)
    else:
        _log.exception(event, **fields)


def forget() -> None:
    """Begin anew, as a process does."""
    _met.clear()
