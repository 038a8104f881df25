"""Pages by key: rows that come, go or change while somebody turns pages neither hide nor double the others."""

from __future__ import annotations

import base64
import random
from datetime import datetime, timedelta
from itertools import product

import pytest
import pytest_asyncio
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.cases.queries import listing
from domain.cases.schemas import CaseRow
from domain.kernel.paging import Page
from domain.kernel.refusals import Invalid
from domain.orgs import queries as orgs
from domain.orgs.schemas import AccountFilter
from domain.statistics.queries import departments as statistics
from domain.statistics.queries.departments import Period
from domain.statistics.schemas import Measure
from tests.support import county as support
from tests.support.county import MORNING, County
from tests.support.rows import add_cases, case_row

SORTS = ("", *(f"{sign}{name}" for name in listing._SORTS for sign in ("", "-")))
SIZE = 7
LONG_ENOUGH = 6
"""Bytes of a text that are not found by chance in something sealed."""


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def _fill(session: AsyncSession, county: County, rng: random.Random, many: int) -> list[str]:
    return await add_cases(session, county, rng, many, at=MORNING)


async def _meanwhile(session: AsyncSession, county: County, rng: random.Random, untouched: set[str]) -> set[str]:
    """Remove two cases, add three, and change three in what the list is sorted by; tell which are still as they were."""
    chosen = rng.sample(sorted(untouched), 5)
    await session.execute(delete(Case).where(col(Case.number).in_(chosen[:2])))
    other = case_row(county, rng, at=MORNING)
    named = ("status", "title", "category", "area_path", "due_at", "urgent", "submitted_at", "created_at")
    changed = update(Case).where(col(Case.number).in_(chosen[2:]))
    await session.execute(changed.values({name: getattr(other, name) for name in named}))
    await _fill(session, county, rng, 3)
    session.expire_all()
    return untouched - set(chosen)


async def _page(
    session: AsyncSession, county: County, sort: str, cursor: str, at: datetime, view: str
) -> Page[CaseRow]:
    wanted = CaseFilter(sort=sort, view=view)
    return await listing.search(session, county["center"], wanted, at=at, cursor=cursor, size=SIZE)


@pytest.mark.parametrize(("sort", "view"), [*product(SORTS, ("",)), ("", "todo"), ("", "open")])
class TestPages:
    async def test_hold_each_untouched_row_once_while_others_come_go_and_change(
        self, session: AsyncSession, county: County, sort: str, view: str
    ) -> None:
        rng = random.Random(f"{sort}{view}")
        untouched, seen, cursor, at = set(await _fill(session, county, rng, 60)), [], "", MORNING
        if view:
            untouched &= await _all(session, county, view)
        while True:
            page = await _page(session, county, sort, cursor, at, view)
            seen += [row.number for row in page.items]
            if not page.next:
                break
            assert len(page.items) == SIZE
            cursor, at = page.next, at + timedelta(minutes=30)  # some become overdue meanwhile
            if len(untouched) > 20:
                untouched = await _meanwhile(session, county, rng, untouched)
        assert [number for number in sorted(untouched) if seen.count(number) != 1] == []

    async def test_lead_back_the_way_they_led_forth(
        self, session: AsyncSession, county: County, sort: str, view: str
    ) -> None:
        await _fill(session, county, random.Random(5), 60)
        forth, cursor = [], ""
        while True:
            page = await _page(session, county, sort, cursor, MORNING, view)
            assert (page.number, bool(page.previous)) == (len(forth) + 1, bool(forth))
            forth.append([row.number for row in page.items])
            if not page.next:
                break
            cursor = page.next
        assert sum(map(len, forth)) == page.total > 2 * SIZE
        back = [forth[-1]]
        while page.previous:
            page = await _page(session, county, sort, page.previous, MORNING, view)
            back.append([row.number for row in page.items])
            assert page.number == len(forth) - len(back) + 1
        assert back == forth[::-1]


async def _all(session: AsyncSession, county: County, view: str) -> set[str]:
    page = await listing.search(session, county["center"], CaseFilter(view=view), at=MORNING, size=200)
    return {row.number for row in page.items}


class TestACursor:
    async def test_that_was_bent_or_belongs_elsewhere_is_refused(self, session: AsyncSession, county: County) -> None:
        await _fill(session, county, random.Random(1), 20)
        good = (await _page(session, county, "title", "", MORNING, "")).next
        assert good
        bent = [good[:-2], good[1:], good.swapcase(), good + "AAAA", "x", "Mi4yMA==", "中", "-", "A" * 5000]
        bent += [good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in (0, 9, 30, -9)]
        for cursor in bent:
            with pytest.raises(Invalid) as refused:
                await _page(session, county, "title", cursor, MORNING, "")
            assert set(refused.value.fields) == {"cursor"}
        for sort in ("", "-title", "due"):
            with pytest.raises(Invalid):
                await _page(session, county, sort, good, MORNING, "")

    async def test_tells_nothing_of_the_rows(self, session: AsyncSession, county: County) -> None:
        await _fill(session, county, random.Random(1), 20)
        page = await _page(session, county, "-title", "", MORNING, "")
        assert page.next.isascii()
        held = base64.urlsafe_b64decode(page.next + "=" * (-len(page.next) % 4))
        edge = page.items[-1].title.encode()
        assert len(edge) >= LONG_ENOUGH
        assert edge not in held


class TestEveryOtherList:
    async def test_of_accounts_turns_by_key_too(self, session: AsyncSession, county: County) -> None:
        seen, cursor, pages = [], "", 0
        while True:
            page = await orgs.accounts(session, county["sysadmin"], AccountFilter(), at=MORNING, cursor=cursor, size=4)
            seen += [row.login for row in page.items]
            pages += 1
            if not page.next:
                break
            cursor = page.next
        assert seen == sorted(set(seen))
        assert len(seen) == page.total > 4
        assert page.number == pages

    async def test_behind_a_figure_turns_by_key_too(self, session: AsyncSession, county: County) -> None:
        for seed in range(5):
            await support.bring_to(session, county, support.MAIN_LINE[:2], at=MORNING, seed=seed + 1)
        first, *_ = [
            await statistics.cases_behind(
                session, county["center"], "rsj", Measure.TOTAL, Period(), at=MORNING, cursor="", size=3
            )
        ]
        rest = await statistics.cases_behind(
            session, county["center"], "rsj", Measure.TOTAL, Period(), at=MORNING, cursor=first.next, size=3
        )
        assert (len(first.items), len(rest.items), rest.next) == (3, 2, "")
        assert not {row.number for row in first.items} & {row.number for row in rest.items}
