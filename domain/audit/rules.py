"""Which lines make an alarm: decided from one account's recent lines alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol, TypeVar
from uuid import UUID

from domain.audit.notes import actions_of, restore_said, words_of
from domain.audit.schemas import AlarmKind, Group
from domain.kernel.clock import local, local_date

LOOKBACK, HOUR = timedelta(hours=26), timedelta(hours=1)
"""How far back lines are looked at at least (a day, and what a scan that was away missed); what rates count over."""
PAUSE = timedelta(hours=1)
"""Without a line for so long, a person is taken to have been away."""
SEARCHES_PER_HOUR, EXPORTS_PER_HOUR = 100, 10
REVEAL, REVEAL_REFUSED = "person.reveal", "person.reveal_refused"
_FAILED = frozenset({"account.sign_in_failed", "account.second_factor_failed"})
_OWN = frozenset(
    f"account.{what}"
    for what in ("password", "second_factor_set", "second_factor_removed", "recovery_codes", "link", "unlink")
)
FAILURES_PER_HOUR = 10
WATCHED: frozenset[str] = frozenset(
    {REVEAL, *_FAILED, *(a for g in (Group.SEARCH, Group.EXPORT, Group.REFUSED, Group.ADMIN) for a in actions_of(g))}
)
"""Actions that some rule looks at."""


class Values(Protocol):
    """What the security administrator set."""

    @property
    def reveal_per_hour(self) -> int: ...
    @property
    def night_from(self) -> int: ...
    @property
    def night_until(self) -> int: ...
    @property
    def refusals_alarm(self) -> int: ...
    @property
    def cases_alarm(self) -> int: ...


class Line(Protocol):
    """What a rule reads of a line."""

    @property
    def at(self) -> datetime: ...
    @property
    def action(self) -> str: ...
    @property
    def detail(self) -> dict[str, Any]: ...
    @property
    def actor_id(self) -> UUID: ...
    @property
    def subject_id(self) -> UUID: ...


class Moment(Protocol):
    """What is counted by the hour."""

    @property
    def at(self) -> datetime: ...


M = TypeVar("M", bound=Moment)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Say that a rule is broken: which, in which window, how often."""

    kind: AlarmKind
    window_at: datetime
    count: int
    detail: dict[str, Any] = field(default_factory=dict)


def alarms_of(lines: Sequence[Line], values: Values) -> tuple[Alarm, ...]:
    """Give the alarms that the lines of one account make, each rule and window once."""
    found = [
        *_mass_reading(lines, values),
        *_limits_reached(lines),
        *_at_night(lines, values),
        *_refusals(lines, values),
        *_sign_ins(lines),
    ]
    return tuple(found)


def is_night(at: datetime, values: Values) -> bool:
    """Tell whether a moment lies in the night, which may go past midnight."""
    hour = local(at).hour
    if values.night_from <= values.night_until:
        return values.night_from <= hour < values.night_until
    return hour >= values.night_from or hour < values.night_until


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def since(at: datetime) -> datetime:
    """Give where to begin to read: a midnight in Asia/Shanghai, so that days are always whole."""
    return local(at - LOOKBACK).replace(hour=0, minute=0, second=0, microsecond=0)


def night_of(at: datetime) -> datetime:
    """Give noon before a moment, in Asia/Shanghai: what names a night."""
    here = local(at)
    noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if here >= noon else noon - timedelta(days=1)


def spans_of(moments: Sequence[datetime]) -> tuple[tuple[datetime, datetime], ...]:
    """Give first and last moment of each span of work: a pause of `PAUSE` or more ends one."""
    ordered = sorted(moments)
    begins = [at for before, at in pairwise(ordered) if at - before >= PAUSE]
    ends = [before for before, at in pairwise(ordered) if at - before >= PAUSE]
    return tuple(zip([*ordered[:1], *begins], [*ends, *ordered[-1:]], strict=True))


def _weighs_one(line: object) -> int:
    del line
    return 1


def _hours(lines: Iterable[M], most: int, weight: Callable[[M], int] = _weighs_one) -> list[list[M]]:
    """Hours in which the lines weigh `most` or more, each beginning with its first line, wherever the clock stands.

    They are sought from each midnight anew: which hours are found never depends on how far back was read, so that a
    later scan meets the same ones. An hour that goes past midnight counts the lines after it as well.
    """
    ordered = sorted(lines, key=lambda line: line.at)
    times = [line.at for line in ordered]
    found: list[list[M]] = []
    for place, at in enumerate(times):
        if place == 0 or local_date(at) != local_date(times[place - 1]):
            free = at
        if at < free:
            continue
        hour = ordered[place : bisect_left(times, at + HOUR)]
        if sum(map(weight, hour)) >= most:
            found.append(hour)
            free = at + HOUR
    return found


def mass_openings(readings: Sequence[Moment], values: Values) -> list[Alarm]:
    """Give the alarms that the cases make which one account opened: different ones, each counted once a day."""
    return _over(AlarmKind.MASS_READING, readings, values.cases_alarm, "打开不同案件")


def _over(kind: AlarmKind, lines: Iterable[Moment], most: int, what: str) -> list[Alarm]:
    return [Alarm(kind, hour[0].at, len(hour), {"what": what}) for hour in _hours(lines, most)]


def _mass_reading(lines: Sequence[Line], values: Values) -> list[Alarm]:
    kind = AlarmKind.MASS_READING
    found = _over(kind, (one for one in lines if one.action == REVEAL), values.reveal_per_hour, "查看明文")
    for group, most in ((Group.SEARCH, SEARCHES_PER_HOUR), (Group.EXPORT, EXPORTS_PER_HOUR)):
        found += _over(kind, (one for one in lines if words_of(one.action)[0] is group), most, group.label)
    return found


def _limits_reached(lines: Sequence[Line]) -> list[Alarm]:
    hours = _hours((one for one in lines if one.action == REVEAL_REFUSED), 1)
    return [Alarm(AlarmKind.DAILY_LIMIT, hour[0].at, len(hour)) for hour in hours]


def _at_night(lines: Sequence[Line], values: Values) -> list[Alarm]:
    found: dict[tuple[AlarmKind, datetime], int] = {}
    for line in lines:
        if not is_night(line.at, values):
            continue
        if line.action == REVEAL:
            key = AlarmKind.NIGHT_READING, night_of(line.at)
        elif words_of(line.action)[0] is Group.ADMIN and not _is_own(line):
            key = AlarmKind.NIGHT_ADMIN, night_of(line.at)
        else:
            continue
        found[key] = found.get(key, 0) + 1
    return [Alarm(kind, window, count) for (kind, window), count in found.items()]


def _is_own(line: Line) -> bool:
    # What people do with the password and the second factor of their own account is nobody's alarm at any hour.
    return line.action in _OWN and line.subject_id == line.actor_id


def _refusals(lines: Sequence[Line], values: Values) -> list[Alarm]:
    hours = _hours((one for one in lines if one.action == "access.refused"), values.refusals_alarm, _refused)
    return [Alarm(AlarmKind.REFUSALS, hour[0].at, sum(map(_refused, hour))) for hour in hours]


def _refused(line: Line) -> int:
    return 1 + int(line.detail.get("more") or 0)


def _sign_ins(lines: Sequence[Line]) -> list[Alarm]:
    def weight(line: Line) -> int:
        return FAILURES_PER_HOUR if line.detail.get("locked") is True else 1

    hours = _hours((one for one in lines if one.action in _FAILED), FAILURES_PER_HOUR, weight)
    return [Alarm(AlarmKind.SIGN_INS, hour[0].at, len(hour)) for hour in hours]


def said(kind: AlarmKind, detail: dict[str, Any]) -> str:
    """Word an alarm."""
    count = detail.get("count", 0)
    sentences = {
        AlarmKind.MASS_READING: f"一小时内{detail.get('what', '查看')} {count} 次",
        AlarmKind.DAILY_LIMIT: f"查看明文达到上限后仍尝试 {count} 次",
        AlarmKind.NIGHT_READING: f"夜间查看明文 {count} 次",
        AlarmKind.REFUSALS: f"一小时内被拒绝 {count} 次",
        AlarmKind.SIGN_INS: f"一小时内登录失败 {count} 次",
        AlarmKind.NIGHT_ADMIN: f"夜间变更账号或权限 {count} 次",
        AlarmKind.CHAIN: str(detail.get("fault", "")),
        AlarmKind.CLOCK: f"{detail.get('fault', '')}；超时登记等按时间进行的工作已暂停",
        AlarmKind.RESTORED: restore_said(detail),
        AlarmKind.FIGURES: f"每日核对发现统计汇总有 {count} 处与案件不符，已按案件改正；请查明是否有人直接改过数据库",
        AlarmKind.UNSEALED: f"第 {detail.get('line', 0)} 条及以前有记录超过 10 秒没有封存；请查看系统日志",
    }
    return sentences[kind]
