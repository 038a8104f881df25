"""Moments and days as they leave the database: one that Python cannot hold does not take its whole answer down.

PostgreSQL keeps moments before Christ, beyond the year 9999 and infinite ones; the driver raises for them, and with
them for every row that was asked for. Here they read as `clock.DAMAGED`. Inputs let none in (`bounds`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import structlog
from psycopg import Connection, DataError, adapters
from psycopg.abc import AdaptContext
from psycopg.adapt import Loader
from psycopg.pq import Format

from domain.kernel.clock import DAMAGED, DAMAGED_DAY

_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Between them every zone, and some days before and after, exist."""
_log = structlog.get_logger(__name__)


class _Moments(Loader):
    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._inner = _plain(oid, self.format)(oid, context)

    def load(self, data: Any) -> datetime:
        try:
            found = self._inner.load(data)
        except DataError:
            found = DAMAGED
        if _FIRST <= found <= _LAST:
            return found
        _log.error("moment.unreadable")
        return DAMAGED


class _Days(Loader):
    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._inner = _plain(oid, self.format)(oid, context)

    def load(self, data: Any) -> date:
        try:
            found = self._inner.load(data)
        except DataError:
            found = DAMAGED_DAY
        if _FIRST.date() <= found <= _LAST.date():
            return found
        _log.error("day.unreadable")
        return DAMAGED_DAY


class _BinaryMoments(_Moments):
    format = Format.BINARY


class _BinaryDays(_Days):
    format = Format.BINARY


def _plain(oid: int, form: Format) -> Any:
    """Give the driver's own loader: compiled, where it was."""
    return adapters.get_loader(oid, form)


def install(connection: Connection[Any]) -> None:
    """Let one connection read damaged moments and days."""
    for name, loaders in (("timestamptz", (_Moments, _BinaryMoments)), ("date", (_Days, _BinaryDays))):
        for loader in loaders:
            connection.adapters.register_loader(name, loader)
