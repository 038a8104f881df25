"""Start, stop, pause and move the clocks of a case.

These are parts of a case's act, which journals them; they leave no line of their own. A
step reads the running clocks once (`Clocks.of`) and changes them in memory; the act's
flush writes them. The functions below do the same for one change alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries, rules
from domain.calendar.models import Deadline, DeadlineMove, LimitSource, LimitUnit, Link, MoveKind
from domain.calendar.rules import Limit, WorkCalendar
from domain.kernel import driver
from domain.kernel.refusals import Invalid

_PAUSED_TEXT = "（暂停时间不计）"
_REOPENED_TEXT = "（退回续办）"
_HELD_TEXT = "（不晚于原承诺日期）"


RUNNING = driver.Reading(
    Deadline,
    lambda query: (
        query.where(col(Deadline.subject_id) == bindparam("subject_id"), col(Deadline.stopped_at).is_(None))
        .order_by(col(Deadline.id))
        .with_for_update(of=Deadline)
    ),
)


class Anyone(Enum):
    """The clocks of every holder; `None` means those of the case itself."""

    ANY = "any"


ANY: Final = Anyone.ANY
Holder = UUID | Anyone | None


@dataclass(slots=True)
class Clocks:
    """The running clocks of one case, paused ones included, locked until the act ends."""

    session: AsyncSession
    subject_id: UUID
    running: list[Deadline]

    @classmethod
    async def of(cls, session: AsyncSession, subject_id: UUID) -> Clocks:
        """Read the clocks of a case in one statement."""
        return cls(session, subject_id, await RUNNING.of(session, subject_id=subject_id))

    async def start(
        self,
        link: Link,
        limit: Limit,
        *,
        at: datetime,
        holder_id: UUID | None = None,
        unit_id: UUID | None = None,
        category: str = "",
        severe: bool = False,
        source: LimitSource = LimitSource.RULE,
        latest_at: datetime | None = None,
    ) -> Deadline:
        """Start a clock; one still running on the same link and holder is stopped first.

        :raises Invalid: the calendar has no working day within 400 days
        """
        self.stop((link,), at=at, holder_id=holder_id)
        calendar = (await queries.book_of(self.session)).calendar(unit_id)
        yellow_at, red_at = rules.laid(limit, at=at, calendar=calendar, latest_at=latest_at)
        deadline = Deadline(
            subject_id=self.subject_id,
            holder_id=holder_id,
            unit_id=unit_id,
            link=link,
            unit=limit.unit,
            limit_text=limit.text,
            source=source,
            category=category,
            severe=severe,
            started_at=at,
            yellow_at=yellow_at,
            red_at=red_at,
            latest_at=latest_at,
        )
        settle(deadline, calendar)
        self.session.add(deadline)
        self.running.append(deadline)
        return deadline

    def stop(self, links: Collection[Link], *, at: datetime, holder_id: Holder = ANY) -> list[Deadline]:
        """Stop the running clocks of these links, paused ones too; none is no fault."""
        stopped = self._of(links, holder_id)
        for deadline in stopped:
            deadline.stopped_at = at
            self.running.remove(deadline)
        return stopped

    def pause(self, links: Collection[Link], *, at: datetime, holder_id: Holder = ANY) -> list[Deadline]:
        """Pause the running clocks of these links; one already paused stays as it is."""
        paused = [one for one in self._of(links, holder_id) if one.paused_at is None]
        for deadline in paused:
            deadline.paused_at = at
        return paused

    async def resume(self, links: Collection[Link], *, at: datetime, holder_id: Holder = ANY) -> list[Deadline]:
        """Let paused clocks run on with exactly the time that remained."""
        found = [one for one in self._of(links, holder_id) if one.paused_at]
        for deadline in found:
            await self._run_on(deadline, MoveKind.PAUSE, deadline.paused_at or at, at)
            deadline.paused_at = None
            deadline.limit_text = _noted(deadline.limit_text, _PAUSED_TEXT)
        return found

    async def extend(
        self, links: Collection[Link], *, workdays: int, at: datetime, holder_id: Holder = ANY
    ) -> list[Deadline]:
        """Move the running clocks of these links later by so many working days.

        The days are added to the due moments, not to `at`; a paused clock may be extended as well.

        :raises Invalid: fewer than one working day, or the clock was started after `at`
        """
        if workdays < 1:
            raise Invalid.of({"days": "延期天数须为正整数"})
        found = self._of(links, holder_id)
        book = await queries.book_of(self.session)
        for deadline in found:
            if deadline.started_at > at:
                raise Invalid("延期时间早于时限的起点")
            calendar = book.calendar(deadline.unit_id)
            deadline.yellow_at = rules.advance(deadline.yellow_at, workdays, calendar)
            deadline.red_at = rules.advance(deadline.red_at, workdays, calendar)
            deadline.limit_text += f"（延期 {workdays} 个工作日）"
            settle(deadline, calendar)
            self._note(deadline, MoveKind.EXTEND, at, at, workdays)
        return found

    async def reopen(
        self, links: Collection[Link], *, at: datetime, holder_id: Holder = ANY, at_least: int = 3
    ) -> list[Deadline]:
        """Let the last stopped clock of each link and holder run on.

        It keeps what remained when it was stopped, and gives no less than `at_least` working
        days (workflow row 31). A link with a running clock is left alone.
        """
        found = await _last_stopped(self.session, self.subject_id, links, holder_id)
        book = await queries.book_of(self.session)
        for deadline in found:
            calendar = book.calendar(deadline.unit_id)
            since = deadline.paused_at or deadline.stopped_at or at
            await self._run_on(deadline, MoveKind.REOPEN, since, at, at_least)
            deadline.yellow_at = max(deadline.yellow_at, rules.advance(at, at_least, calendar))
            deadline.stopped_at = deadline.paused_at = None
            deadline.limit_text = _noted(deadline.limit_text, _REOPENED_TEXT)
            settle(deadline, calendar)
            self.running.append(deadline)
        return found

    async def last_stopped(self, link: Link) -> Deadline | None:
        """Give the case's own clock on a link that was stopped last; none when there was none."""
        found = await _last_stopped(self.session, self.subject_id, (link,), None)
        return found[0] if found else None

    async def hold_to(self, deadline: Deadline, earlier: Deadline, *, at: datetime, at_least: int = 3) -> None:
        """Let a clock end no later than the one before it on the link, but not within `at_least` working days.

        A pause of the earlier one that nothing ended does not count.
        """
        calendar = (await queries.book_of(self.session)).calendar(deadline.unit_id)
        floor = rules.advance(at, at_least, calendar)
        moments = [earlier.yellow_at, earlier.red_at]
        if earlier.paused_at and earlier.stopped_at:
            halt = (earlier.paused_at, earlier.stopped_at)
            moments = [rules.resumed(moment, *halt, earlier.unit, calendar) for moment in moments]
        yellow, red = (max(floor, moment) for moment in moments)
        if yellow < deadline.yellow_at:
            deadline.yellow_at, deadline.red_at = yellow, max(yellow, min(red, deadline.red_at))
            deadline.source = LimitSource.PROMISE
            deadline.limit_text = _noted(deadline.limit_text, _HELD_TEXT)
            settle(deadline, calendar)

    def _of(self, links: Collection[Link], holder_id: Holder) -> list[Deadline]:
        anyone = isinstance(holder_id, Anyone)
        return [one for one in self.running if one.link in links and (anyone or one.holder_id == holder_id)]

    async def _run_on(
        self, deadline: Deadline, kind: MoveKind, halted_at: datetime, at: datetime, workdays: int = 0
    ) -> None:
        calendar = (await queries.book_of(self.session)).calendar(deadline.unit_id)
        deadline.yellow_at = rules.resumed(deadline.yellow_at, halted_at, at, deadline.unit, calendar)
        deadline.red_at = rules.resumed(deadline.red_at, halted_at, at, deadline.unit, calendar)
        settle(deadline, calendar)
        self._note(deadline, kind, halted_at, at, workdays)

    def _note(self, deadline: Deadline, kind: MoveKind, since: datetime, until: datetime, workdays: int) -> None:
        move = DeadlineMove(deadline_id=deadline.id, kind=kind, since=since, until=until, workdays=workdays)
        self.session.add(move)


async def start(
    session: AsyncSession,
    *,
    subject_id: UUID,
    holder_id: UUID | None,
    link: Link,
    limit: Limit,
    at: datetime,
    unit_id: UUID | None = None,
) -> Deadline:
    """Start a clock; one still running on the same link and holder is stopped first."""
    clocks = await Clocks.of(session, subject_id)
    deadline = await clocks.start(link, limit, at=at, holder_id=holder_id, unit_id=unit_id)
    await session.flush()
    return deadline


async def stop(
    session: AsyncSession, *, subject_id: UUID, links: Collection[Link], at: datetime, holder_id: Holder = ANY
) -> list[Deadline]:
    """Stop the running clocks of these links, paused ones too; none is no fault."""
    stopped = (await Clocks.of(session, subject_id)).stop(links, at=at, holder_id=holder_id)
    await session.flush()
    return stopped


async def pause(
    session: AsyncSession, *, subject_id: UUID, links: Collection[Link], at: datetime, holder_id: Holder = ANY
) -> list[Deadline]:
    """Pause the running clocks of these links; one already paused stays as it is."""
    paused = (await Clocks.of(session, subject_id)).pause(links, at=at, holder_id=holder_id)
    await session.flush()
    return paused


async def resume(
    session: AsyncSession, *, subject_id: UUID, links: Collection[Link], at: datetime, holder_id: Holder = ANY
) -> list[Deadline]:
    """Let paused clocks run on with exactly the time that remained."""
    found = await (await Clocks.of(session, subject_id)).resume(links, at=at, holder_id=holder_id)
    await session.flush()
    return found


async def extend(
    session: AsyncSession,
    *,
    subject_id: UUID,
    links: Collection[Link],
    workdays: int,
    at: datetime,
    holder_id: Holder = ANY,
) -> list[Deadline]:
    """Move the running clocks of these links later by so many working days.

    :raises Invalid: fewer than one working day, or the clock was started after `at`
    """
    clocks = await Clocks.of(session, subject_id)
    found = await clocks.extend(links, workdays=workdays, at=at, holder_id=holder_id)
    await session.flush()
    return found


async def reopen(
    session: AsyncSession,
    *,
    subject_id: UUID,
    links: Collection[Link],
    at: datetime,
    holder_id: Holder = ANY,
    at_least: int = 3,
) -> list[Deadline]:
    """Let the last stopped clock of each link and holder run on."""
    clocks = await Clocks.of(session, subject_id)
    found = await clocks.reopen(links, at=at, holder_id=holder_id, at_least=at_least)
    await session.flush()
    return found


def settle(deadline: Deadline, calendar: WorkCalendar) -> None:
    """Keep the promises of a clock whose moments were laid on a calendar."""
    if deadline.latest_at:
        deadline.yellow_at = min(deadline.yellow_at, deadline.latest_at)
    deadline.red_at = max(deadline.red_at, deadline.yellow_at)
    deadline.soon_at = rules.soon_at(deadline.yellow_at, deadline.unit, calendar)
    deadline.provisional = is_provisional(deadline, calendar)
    deadline.calendar_version = calendar.version


async def fill_soon(session: AsyncSession) -> list[Deadline]:
    """Work out from when on running clocks end soon where that is not known yet, and answer them."""
    query = select(Deadline).where(col(Deadline.stopped_at).is_(None), col(Deadline.soon_at).is_(None))
    found = list(await session.scalars(query.with_for_update()))
    book = await queries.book_of(session)
    for deadline in found:
        deadline.soon_at = rules.soon_at(deadline.yellow_at, deadline.unit, book.calendar(deadline.unit_id))
    await session.flush()
    return found


def is_provisional(deadline: Deadline, calendar: WorkCalendar) -> bool:
    """Tell whether a day limit reaches into a year without a notice; hours never do."""
    return deadline.unit is not LimitUnit.HOURS and calendar.provisional(deadline.started_at, deadline.red_at)


def text_of(limit: Limit, moves: Iterable[rules.Move]) -> str:
    """Word a limit with what has moved its clock since."""
    text = limit.text
    for move in moves:
        if move.kind is MoveKind.EXTEND:
            text += f"（延期 {move.workdays} 个工作日）"
        else:
            text = _noted(text, _PAUSED_TEXT if move.kind is MoveKind.PAUSE else _REOPENED_TEXT)
    return text


async def _last_stopped(
    session: AsyncSession, subject_id: UUID, links: Collection[Link], holder_id: Holder
) -> list[Deadline]:
    query = select(Deadline).where(col(Deadline.subject_id) == subject_id, col(Deadline.link).in_(links))
    if not isinstance(holder_id, Anyone):
        query = query.where(col(Deadline.holder_id).is_not_distinct_from(holder_id))
    query = query.order_by(col(Deadline.started_at), col(Deadline.id)).with_for_update()
    last = {(one.link, one.holder_id): one for one in await session.scalars(query)}
    return [one for one in last.values() if one.stopped_at is not None]


def _noted(text: str, note: str) -> str:
    return text if note in text else text + note
