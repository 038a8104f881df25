"""Reads of the journal, for the auditor alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.audit import notes, rules, wording
from domain.audit.models import AuditAlarm, AuditCursor, JournalAnchor
from domain.audit.schemas import (
    AlarmView,
    AnchorView,
    ChainState,
    DayOfPerson,
    Group,
    JournalFilter,
    JournalLine,
    RawLine,
    RestoreView,
    Timeline,
)
from domain.kernel import chain, sealer
from domain.kernel.actor import SYSTEM_ID, Actor, in_stead
from domain.kernel.clock import local_date
from domain.kernel.models import JournalEntry, JournalSeal
from domain.kernel.paging import COUNT_CAP, Key, Order, Page, Place, turn, turn_query
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import Invalid, NotFound
from domain.kernel.searching import number_key
from domain.orgs import queries as orgs
from domain.orgs.schemas import UnitView

_SHOWN_ANCHORS = 7
_SHOWN_RESTORES = 20


def _alarms_by_time(name: str, *, falling: bool) -> Order:
    at = Key(col(AuditAlarm.at), lambda one: one.at, falling=falling)
    return Order(name, (at, Key(col(AuditAlarm.id), lambda one: one.id, falling=falling)))


_NEWEST_LINE = Order("journal", (Key(col(JournalEntry.seq), lambda line: line.seq, falling=True),))
"""Backwards by number leaves out no line that was there when the reading began; what commits later is newer than it."""
_OLDEST_LINE = Order("journal_placed", (Key(col(JournalSeal.place), lambda placed: placed.place),))
"""Forwards by place: a lower number may still be to come, a lower place is not."""
_NEWEST_ALARM, _OLDEST_ALARM = _alarms_by_time("alarms", falling=True), _alarms_by_time("alarms_old", falling=False)


@dataclass(frozen=True, slots=True)
class _Named:
    """The names that lines are shown with."""

    logins: Mapping[UUID, str]
    names: Mapping[UUID, str]
    units: Mapping[UUID, UnitView]
    words: Mapping[str, str]
    """Names by what stands for them in a detail: ids of accounts and units, codes of units and roles, paths of areas."""


async def search(
    session: AsyncSession, actor: Actor, wanted: JournalFilter, *, at: datetime, cursor: str = "", size: int = 20
) -> Page[JournalLine]:
    """Give one page of the lines that fit, the newest first unless asked otherwise.

    The oldest first are those that have their places in the chain: a line is among them a moment after its act.

    :raises NotPermitted: the actor does not audit
    :raises Invalid: the period ends before it begins, or the cursor is none of this list
    """
    actor.require(Permission.JOURNAL_AUDIT)
    if wanted.since and wanted.until and wanted.until <= wanted.since:
        raise Invalid.of({"until": "结束时间应晚于开始时间"})
    query = select(JournalEntry).where(*await _conditions(session, wanted))
    if wanted.sort == "at":
        return await _oldest_first(session, query, cursor=cursor, size=size, at=at)
    turned = await turn_query(session, query, _NEWEST_LINE, cursor=cursor, size=size, at=at)
    return turned.page(await _lines(session, turned.rows), await _count(session, query), size)


async def _oldest_first(
    session: AsyncSession, query: Select[Any], *, cursor: str, size: int, at: datetime
) -> Page[JournalLine]:
    placed = query.join(JournalSeal, col(JournalSeal.seq) == col(JournalEntry.seq)).add_columns(col(JournalSeal.place))

    async def fetch(place: Place | None, most: int, _at: datetime) -> Sequence[Any]:
        back = bool(place and place.back)
        within = placed.where(_OLDEST_LINE.beyond(place.values, back=back)) if place else placed
        return (await session.execute(within.order_by(*_OLDEST_LINE.sorting(back=back)).limit(most))).all()

    turned = await turn(
        _OLDEST_LINE.name, lambda row, _: _OLDEST_LINE.values(row), fetch, cursor=cursor, size=size, at=at
    )
    lines = await _lines(session, [row.JournalEntry for row in turned.rows])
    return turned.page(lines, await _count(session, placed), size)


async def raw(session: AsyncSession, actor: Actor, seq: int) -> RawLine:
    """Show one line with its seals, and whether it holds by itself and joins the one before, by subject and by place.

    :raises NotPermitted: the actor does not audit
    :raises NotFound: there is no such line
    """
    actor.require(Permission.JOURNAL_AUDIT)
    entry = await session.get(JournalEntry, seq)
    if entry is None:
        raise NotFound("没有这条记录")
    (line,) = await _lines(session, [entry])
    return RawLine(line, entry.seal.hex(), entry.previous.hex(), await chain.holds(session, seq))


async def timeline(session: AsyncSession, actor: Actor, login: str, *, since: datetime, until: datetime) -> Timeline:
    """Show the days of one person in a period.

    :raises NotPermitted: the actor does not audit
    :raises NotFound: there is no such account
    """
    actor.require(Permission.JOURNAL_AUDIT)
    person = await orgs.person_of_login(session, login)
    if person is None:
        raise NotFound("没有这个账号")
    query = (
        select(col(JournalEntry.at), col(JournalEntry.action))
        .where(
            col(JournalEntry.actor_id) == person.account_id,
            col(JournalEntry.at) >= since,
            col(JournalEntry.at) < until,
        )
        .order_by(col(JournalEntry.seq))
    )
    days: dict[object, list[tuple[datetime, str]]] = {}
    for at, action in await session.execute(query):
        days.setdefault(local_date(at), []).append((at, action))
    shown = tuple(_day(login, lines) for lines in reversed(days.values()))
    return Timeline(person.account_id, login, person.name, person.unit_name, shown)


def _day(login: str, lines: Sequence[tuple[datetime, str]]) -> DayOfPerson:
    counts: dict[Group, int] = {}
    for _, action in lines:
        group = notes.words_of(action)[0]
        counts[group] = counts.get(group, 0) + 1
    moments = [at for at, _ in lines]
    return DayOfPerson(login, local_date(moments[0]), rules.spans_of(moments), counts)


async def open_alarms(session: AsyncSession, actor: Actor) -> tuple[AlarmView, ...]:
    """List the open alarms, the newest first; as many as `count_open` counts, up to a thousand.

    :raises NotPermitted: the actor does not audit
    """
    actor.require(Permission.JOURNAL_AUDIT)
    query = select(AuditAlarm).where(col(AuditAlarm.seen_at).is_(None)).order_by(*_NEWEST_ALARM.sorting())
    return await _alarms(session, actor, list(await session.scalars(query.limit(COUNT_CAP))))


async def open_alarm(session: AsyncSession, actor: Actor, alarm_id: UUID) -> AlarmView:
    """Give one open alarm.

    :raises NotPermitted: the actor does not audit
    :raises NotFound: there is none, or it was dealt with
    """
    actor.require(Permission.JOURNAL_AUDIT)
    found = await session.get(AuditAlarm, alarm_id)
    if found is None or found.seen_at is not None:
        raise NotFound("没有这条告警，或已处理")
    (alarm,) = await _alarms(session, actor, [found])
    return alarm


async def closed_alarms(
    session: AsyncSession,
    actor: Actor,
    *,
    oldest_first: bool = False,
    at: datetime,
    cursor: str = "",
    size: int = 20,
) -> Page[AlarmView]:
    """Give one page of the alarms that were dealt with, the newest first unless asked otherwise.

    :raises NotPermitted: the actor does not audit
    :raises Invalid: the cursor is none of this list
    """
    actor.require(Permission.JOURNAL_AUDIT)
    query = select(AuditAlarm).where(col(AuditAlarm.seen_at).is_not(None))
    order = _OLDEST_ALARM if oldest_first else _NEWEST_ALARM
    turned = await turn_query(session, query, order, cursor=cursor, size=size, at=at)
    return turned.page(await _alarms(session, actor, turned.rows), await _count(session, query), size)


async def _count(session: AsyncSession, query: Select[Any]) -> int:
    """Count the rows of a query as far as is told."""
    return await session.scalar(select(func.count()).select_from(query.limit(COUNT_CAP + 1).subquery())) or 0


async def _alarms(session: AsyncSession, actor: Actor, found: Sequence[AuditAlarm]) -> tuple[AlarmView, ...]:
    ids = {one.account_id for one in found} | {one.seen_by for one in found if one.seen_by}
    names, logins = await orgs.staff_names(session, ids), await orgs.logins_of(session, ids)
    return tuple(
        AlarmView(
            id=one.id,
            kind=one.kind,
            said=rules.said(one.kind, one.detail),
            login=logins.get(one.account_id, ""),
            name=names.get(one.account_id, ""),
            at=one.at,
            mine=one.account_id == actor.account_id,
            seen_at=one.seen_at,
            seen_by=names.get(one.seen_by, "") if one.seen_by else "",
            note=one.note,
        )
        for one in found
    )


async def count_open(session: AsyncSession, actor: Actor) -> int:
    """Count the open alarms; none for who does not audit."""
    if not actor.may(Permission.JOURNAL_AUDIT):
        return 0
    query = select(func.count()).select_from(AuditAlarm).where(col(AuditAlarm.seen_at).is_(None))
    return await session.scalar(query) or 0


async def chain_state(session: AsyncSession, actor: Actor) -> ChainState:
    """Tell how long the journal is, what was anchored and what was verified last.

    :raises NotPermitted: the actor does not audit
    """
    actor.require(Permission.JOURNAL_AUDIT)
    placed = await session.scalar(select(func.max(col(JournalSeal.place)))) or 0
    waiting = await session.scalar(select(func.count()).select_from(JournalEntry).where(sealer.unsealed())) or 0
    lines = placed + waiting
    query = select(JournalAnchor).order_by(col(JournalAnchor.day).desc()).limit(_SHOWN_ANCHORS)
    anchors = tuple(AnchorView(one.day, one.place, one.made_at) for one in await session.scalars(query))
    restores = await _restores(session)
    last = await session.get(AuditCursor, "alarms")
    if last is None:
        return ChainState(lines, anchors, None, 0, "", restores)
    return ChainState(lines, anchors, last.verified_at, last.verified_lines, last.fault, restores)


async def _restores(session: AsyncSession) -> tuple[RestoreView, ...]:
    # The restores that the journal tells of, the newest first.
    told = (col(JournalEntry.subject_id) == SYSTEM_ID, col(JournalEntry.action) == notes.RESTORE)
    query = select(JournalEntry).where(*told)
    found = await session.scalars(query.order_by(col(JournalEntry.seq).desc()).limit(_SHOWN_RESTORES))
    return tuple(RestoreView(one.seq, one.at, notes.restore_said(one.detail)) for one in found)


async def _conditions(session: AsyncSession, wanted: JournalFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since:
        found.append(col(JournalEntry.at) >= wanted.since)
    if wanted.until:
        found.append(col(JournalEntry.at) < wanted.until)
    if wanted.group:
        found.append(col(JournalEntry.action).in_(notes.actions_of(wanted.group)))
    if wanted.number.strip():
        found.append(col(JournalEntry.detail)["number"].as_string() == number_key(wanted.number))
    if wanted.origin.strip():
        found.append(col(JournalEntry.origin).startswith(wanted.origin.strip(), autoescape=True))
    if wanted.login.strip():
        found.append(await _of_person(session, wanted.login.strip(), own=wanted.own))
    if wanted.unit.strip():
        ids = [one.id for one in await orgs.units_of_codes(session, [wanted.unit.strip()])]
        found.append(col(JournalEntry.actor_unit_id).in_(ids))
    return found


async def _of_person(session: AsyncSession, login: str, *, own: bool) -> ColumnElement[bool]:
    # What the person did, and unless `own`, what was done to the account.
    person = await orgs.person_of_login(session, login)
    if person is None:
        return col(JournalEntry.seq) < 0
    if own:
        return col(JournalEntry.actor_id) == person.account_id
    return or_(col(JournalEntry.actor_id) == person.account_id, col(JournalEntry.subject_id) == person.account_id)


async def _lines(session: AsyncSession, rows: Sequence[JournalEntry]) -> list[JournalLine]:
    told = {text for row in rows for text in wording.references(row.detail)}
    held = {UUID(text) for text in told if not text.startswith("/")}
    ids = {row.actor_id for row in rows} | {row.subject_id for row in rows if row.subject_kind == "account"} | held
    names = await orgs.staff_names(session, ids)
    units = await orgs.units_by_id(session, {row.actor_unit_id for row in rows} | held)
    words = {
        **await orgs.unit_names_by_code(session),
        **{code: role.name for code, role in (await orgs.codes_known(session)).items()},
        **await areas.names_of(session, [text for text in told if text.startswith("/")]),
        **{str(unit_id): unit.name for unit_id, unit in units.items()},
        **{str(account_id): name for account_id, name in names.items()},
    }
    named = _Named(await orgs.logins_of(session, ids), names, units, words)
    return [_line(row, named) for row in rows]


def _line(row: JournalEntry, named: _Named) -> JournalLine:
    group, words = notes.words_of(row.action)
    unit = named.units.get(row.actor_unit_id)
    roles = [Role(word).label for word in row.actor_roles.split() if word in set(Role)]
    return JournalLine(
        seq=row.seq,
        at=row.at,
        actor_id=row.actor_id,
        login=named.logins.get(row.actor_id, ""),
        name=in_stead(
            named.names.get(row.actor_id, "、".join(roles)), named.words.get(row.detail.get("stands_for", ""))
        ),
        unit=unit.name if unit else "",
        roles="、".join(roles),
        action=row.action,
        words=words,
        group=group,
        subject=_subject(row, named),
        said=notes.said(row.action, row.detail, named.words),
        origin=row.origin,
        detail=dict(row.detail),
        details=wording.details(row.action, row.detail, named.words),
        changes=wording.changes_in(row.detail, named.words),
        refused=group is Group.REFUSED,
    )


def _subject(row: JournalEntry, named: _Named) -> str:
    if number := row.detail.get("number"):
        return str(number)
    if row.subject_kind == "account" and row.subject_id != row.actor_id:
        return f"{named.names.get(row.subject_id, '')} {named.logins.get(row.subject_id, '')}".strip()
    return ""
