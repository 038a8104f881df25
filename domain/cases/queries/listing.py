"""Lists of cases: filter, order, page."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.cases.queries import narrowing, orders, reach, reasons
from domain.cases.queries.orders import Arrangement, Ground, arrangement, ground_of
from domain.cases.queries.reach import visible_to
from domain.cases.queries.rows import NOT_SHOWN, rows_of
from domain.cases.schemas import CaseRow
from domain.kernel import alike, driver, searching
from domain.kernel.actor import Actor
from domain.kernel.paging import COUNT_CAP, Key, Order, Page, Place, Turned, turn
from domain.kernel.refusals import Invalid
from domain.people.policy import Purpose

_SORTS: dict[str, tuple[Any, Callable[[Case], Any]]] = {
    "number": (col(Case.number), lambda case: case.number),
    "title": (col(Case.title), lambda case: case.title),
    "category": (col(Case.category), lambda case: case.category),
    "area": (col(Case.area_path), lambda case: case.area_path),
    "status": (col(Case.status), lambda case: case.status.value),
    "due": (col(Case.due_at), lambda case: case.due_at),
    "created": (col(Case.created_at), lambda case: case.created_at),
    "submitted": (col(Case.submitted_at), lambda case: case.submitted_at),
}
SORTED = 200
"""A list that is no longer is sorted to show a page of it; a longer one is read stretch by stretch."""
FULL_SECONDS = 10.0
"""How long a list of more than is counted stays that long: counting up to there costs more than the page."""
_FULL: dict[tuple[Any, ...], float] = {}
_LONG = ("content", "folded", "result", "answer")
"""What no row shows."""
KEPT = 1000
"""Statements of lists that a process keeps: of each kind of reader, view, order and length of a page, one."""
_USUAL, MOST_USUAL = ("statuses", "categories", "risks", "tags"), 2
"""Of what the words that narrow a kept list are, and how many they are at most: of more, few are asked twice."""
INDEX_PENDING = "case.index"
"""The note that cases of an earlier release wait for their searched text."""
_MAY_LACK = frozenset({"due", "submitted"})


async def search(
    session: AsyncSession,
    actor: Actor,
    wanted: CaseFilter,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    purpose: Purpose | None = None,
    excerpts: bool = False,
) -> Page[CaseRow]:
    """Give one page of the cases within reach that fit the filter: the first, or the one a cursor leads to.

    Without a sort the order is the reader's status order, then deadline, urgency, age. `purpose`: what persons
    are shown for, when it is not the door through which the actor came. `excerpts`: with what a text is found in, and
    with the reason where the list is about a mark that has one.

    :raises Invalid: a filter names something that does not exist, or the cursor belongs to another list
    """
    asked = await _asked(session, actor, wanted, at)
    total = await _count(session, asked, COUNT_CAP + 1)
    turned = await _turn(session, asked, cursor, size, total)
    shown = await rows_of(session, actor, turned.rows, at=at, purpose=purpose, hit=_by_person(wanted))
    if excerpts and (wanted.text.strip() or wanted.content.strip()):
        shown = [replace(row, excerpt=_excerpt(case, wanted)) for row, case in zip(shown, turned.rows, strict=True)]
    if excerpts and (marks := reasons.told_by(wanted)):
        why = await reasons.reasons_of(session, turned.rows, marks)
        shown = [replace(row, reason=one) for row, one in zip(shown, why, strict=True)]
    return turned.page(shown, total, size)


def _excerpt(case: Case, wanted: CaseFilter) -> str:
    title = searching.fold(case.title)
    lacking = [word for word in searching.words_of(wanted.text) if word not in title]
    found = searching.excerpt(case.content, [*searching.words_of(wanted.content), *lacking])
    return reasons.without_numbers(found)


def _by_person(wanted: CaseFilter) -> bool:
    return bool(wanted.name.strip() or wanted.phone.strip() or wanted.id_number.strip())


async def behind(
    session: AsyncSession,
    actor: Actor,
    wanted: CaseFilter,
    *,
    at: datetime,
    beyond: UUID | None,
    most: int,
    purpose: Purpose | None = None,
) -> list[CaseRow]:
    """Give the cases that fit, newest registration first, behind one of them or from the first: a long list in few reads.

    :raises Invalid: a filter names something that does not exist
    """
    asked = await _asked(session, actor, wanted, at)
    fits = [visible_to(actor), *asked.fitting, *([col(Case.id) < beyond] if beyond else [])]
    reading = driver.Reading(
        Case, lambda query: query.where(*fits).order_by(col(Case.id).desc()).limit(most), without=NOT_SHOWN
    )
    found = await reading.apart(session)
    return await rows_of(session, actor, found, at=at, purpose=purpose, hit=_by_person(wanted))


async def at_most(session: AsyncSession, actor: Actor, wanted: CaseFilter, most: int, *, at: datetime) -> bool:
    """Tell whether no more than so many cases fit the filter.

    :raises Invalid: a filter names something that does not exist
    """
    return await count(session, actor, wanted, most + 1, at=at) <= most


async def count(session: AsyncSession, actor: Actor, wanted: CaseFilter, most: int, *, at: datetime) -> int:
    """Count the cases that fit the filter, so many at most.

    :raises Invalid: a filter names something that does not exist
    """
    return await _count(session, await _asked(session, actor, wanted, at), most)


async def still_listed(
    session: AsyncSession, actor: Actor, wanted: CaseFilter, numbers: Collection[str], *, at: datetime
) -> frozenset[str]:
    """Tell which of some cases fit the filter now.

    :raises Invalid: a filter names something that does not exist
    """
    asked = await _asked(session, actor, wanted, at)
    query = select(col(Case.number)).where(visible_to(asked.actor), *asked.fitting, col(Case.number).in_(numbers))
    return frozenset(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one reader asks.

    :ivar looked_up: conditions that were looked up for this filter alone; with any, its statements are not kept
    """

    actor: Actor
    wanted: CaseFilter
    at: datetime
    looked_up: tuple[ColumnElement[bool], ...] = ()

    @property
    def fitting(self) -> list[ColumnElement[bool]]:
        return [*narrowing.conditions(self.actor, self.wanted, self.at), *self.looked_up]

    @property
    def ground(self) -> Ground:
        return ground_of(self.actor, self.wanted.view)

    @property
    def is_plain(self) -> bool:
        """Hardly more than a word narrows it: whoever is alike asks the same, and the statement is kept."""
        chosen = {name: getattr(self.wanted, name) for name in _USUAL}
        usual = replace(CaseFilter(), view=self.wanted.view, sort=self.wanted.sort, **chosen)
        return not self.looked_up and self.wanted == usual and sum(map(len, chosen.values())) <= MOST_USUAL

    def alike(self) -> tuple[_Asked, tuple[str, ...], dict[str, Any]]:
        """Give the example of all who ask alike, the names of its values, and this one's own."""
        example, own = reach.example_of(self.actor)
        return replace(self, actor=example, at=alike.AT), tuple(own), {**own, "at": self.at}


async def _asked(session: AsyncSession, actor: Actor, wanted: CaseFilter, at: datetime) -> _Asked:
    asked = _Asked(actor, wanted, at, tuple(await narrowing.looked_up(session, wanted)))
    narrowing.conditions(actor, wanted, at)  # refuses what does not exist, before anything is asked
    return asked


async def _count(session: AsyncSession, asked: _Asked, most: int) -> int:
    if not asked.is_plain:
        return await session.scalar(_counted(asked, most)) or 0
    example, own, given = asked.alike()
    key, moment = (example, tuple(given[name] for name in own), most), time.monotonic()
    if _FULL.get(key, 0.0) > moment:
        return most
    ((found,),) = await _kept_count(example, own, most).rows(session, **given)
    if found == most:
        if len(_FULL) >= KEPT:
            _FULL.clear()
        _FULL[key] = moment + FULL_SECONDS
    return int(found)


def _counted(asked: _Asked, most: int) -> Select[tuple[int]]:
    capped = (
        select(asked.ground.id)
        .where(*asked.ground.within, visible_to(asked.actor), *asked.fitting)
        .limit(most)
        .subquery()
    )
    return select(func.count()).select_from(capped)


@lru_cache(maxsize=KEPT)
def _kept_count(example: _Asked, own: tuple[str, ...], most: int) -> driver.Made:
    return driver.Made(_counted(example, most), reach.places(own))


async def _turn(session: AsyncSession, asked: _Asked, cursor: str, size: int, total: int) -> Turned[Case]:
    if asked.wanted.sort:
        order = _sorted_by(asked.wanted.sort)

        async def fetch(place: Place | None, most: int, _at: datetime) -> Sequence[Case]:
            return await _sorted(session, asked, lambda: order, place, most, kept=(_kept_sorted, asked.wanted.sort))

        return await turn(order.name, lambda row, _: order.values(row), fetch, cursor=cursor, size=size, at=asked.at)
    arranged = await arrangement(session, asked.actor, asked.wanted.view)

    async def arranged_by(place: Place | None, most: int, moment: datetime) -> Sequence[Case]:
        if total > SORTED:
            return await _stretched(session, asked, arranged, place, most, moment)
        order, kept = partial(orders.whole, arranged, moment), (_kept_whole, arranged)
        return await _sorted(session, asked, order, place, most, kept=kept, moment=moment)

    return await turn(arranged.name, arranged.values, arranged_by, cursor=cursor, size=size, at=asked.at)


async def _sorted(
    session: AsyncSession,
    asked: _Asked,
    order: Callable[[], Order],
    place: Place | None,
    most: int,
    *,
    kept: tuple[Any, Any],
    **more: datetime,
) -> Sequence[Case]:
    """Read a page by one sort; `kept`: what keeps the statement of a first page, and what tells it from others."""
    if place is None and asked.is_plain:
        example, own, given = asked.alike()
        keep, which = kept
        return await keep(example, own, which, most).of(session, **given, **more)
    every = select(Case).where(visible_to(asked.actor), *asked.fitting)
    return list(await session.scalars(order().select(every, place, most)))


async def _stretched(
    session: AsyncSession, asked: _Asked, arranged: Arrangement, place: Place | None, most: int, moment: datetime
) -> Sequence[Case]:
    """Read a page of a long list stretch by stretch until it is full, and no further.

    A million cases are not sorted to show twenty, and what stands behind the page is not looked at.
    """
    (edge, *beyond), back = (place.values, place.back) if place else ((0,), False)
    found: list[Case] = []
    for rank in range(edge, -1, -1) if back else range(edge, len(arranged.bands)):
        if place or not asked.is_plain:
            band, behind = arranged.bands[rank](moment, asked.ground.of), beyond if rank == edge else ()
            fits = [visible_to(asked.actor), *asked.fitting]
            then = orders.stretch(asked.ground, band, fits, beyond=behind, back=back, most=most)
            found += await session.scalars(then(select(Case)))
        else:
            example, own, given = asked.alike()
            kept = _kept_stretch(example, own, (arranged, rank), most)
            found += await kept.of(session, **given, moment=moment)
        if len(found) >= most:
            break
    return found[:most]


_MOMENT = alike.AT.replace(year=1902)
"""The example's moment of the order, which a cursor keeps."""


@lru_cache(maxsize=KEPT)
def _kept_sorted(example: _Asked, own: tuple[str, ...], sort: str, most: int) -> driver.Reading[Case]:
    fits, order = [visible_to(example.actor), *example.fitting], _sorted_by(sort)
    return driver.Reading(Case, lambda query: order.select(query.where(*fits), None, most), **_as_kept(own))


@lru_cache(maxsize=KEPT)
def _kept_whole(example: _Asked, own: tuple[str, ...], arranged: Arrangement, most: int) -> driver.Reading[Case]:
    fits, order = [visible_to(example.actor), *example.fitting], orders.whole(arranged, _MOMENT)
    return driver.Reading(Case, lambda query: order.select(query.where(*fits), None, most), **_as_kept(own))


@lru_cache(maxsize=KEPT)
def _kept_stretch(
    example: _Asked, own: tuple[str, ...], which: tuple[Arrangement, int], most: int
) -> driver.Reading[Case]:
    arranged, rank = which
    band, fits = arranged.bands[rank](_MOMENT, example.ground.of), [visible_to(example.actor), *example.fitting]
    return driver.Reading(Case, orders.stretch(example.ground, band, fits, most=most), **_as_kept(own))


def _as_kept(own: tuple[str, ...]) -> dict[str, Any]:
    return {"without": _LONG, "places": {**reach.places(own), _MOMENT: "moment"}}


def _sorted_by(sort: str) -> Order:
    name, falling = sort.removeprefix("-"), sort.startswith("-")
    if name not in _SORTS:
        raise Invalid.of({"sort": "不能按此排序"})
    column, read = _SORTS[name]
    # only where a value may be missing: empty last is not the order of a plain index
    first = Key(column, read, falling=falling, may_lack=name in _MAY_LACK)
    return Order(sort, (first, Key(col(Case.id), lambda case: case.id, falling=True)))
