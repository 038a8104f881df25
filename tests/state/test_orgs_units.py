"""The page of units as its handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.kernel.refusals import ActionNotAllowed, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now
from state.orgs.units import UnitsState
from tests.support import county as support
from tests.support import states


async def _opened(login: str = "sysadmin") -> UnitsState:
    async with unit_of_work() as session:
        await support.build(session, at=now())
    page = await states.tree(UnitsState, await states.signed_in(login), "http://test/units")
    await states.call(page, "load")
    return page


def _names(page: UnitsState) -> list[tuple[str, int]]:
    return [(row.code, row.depth) for row in page.rows]


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/units").build() is not None


class TestTree:
    async def test_a_new_unit_stands_below_its_parent(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask_new", "rsj")
        assert page.asked.parent_code == "rsj"
        await states.call(
            page, "send", {"name": "劳动监察大队", "code": "rsj_ld", "kind": "department", "parent": "rsj"}
        )

        assert not page.editing
        place = _names(page).index(("rsj_ld", 1))
        assert _names(page)[place - 1] == ("rsj", 0)
        assert page.rows[place].parent == "人力资源和社会保障局"

    async def test_a_text_narrows_and_counts(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "narrow", "text", "建设")

        assert _names(page) == [("zjj", 0)]
        assert page.count == 1

    async def test_faults_stand_beside_their_fields(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask_new", "")
        await states.call(page, "send", {"name": "", "code": "有汉字", "kind": "department"})

        assert page.editing
        assert set(page.faults) == {"name", "code"}

    async def test_the_code_stays(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask", "zjj")
        await states.call(page, "send", {"name": "住建局", "code": "other", "kind": "department", "phone": "0595-1"})

        row = next(row for row in page.rows if row.code == "zjj")
        assert (row.name, row.phone) == ("住建局", "0595-1")

    async def test_what_the_public_reads_of_a_unit_is_set_and_shown_again(self, ground: AsyncEngine) -> None:
        page = await _opened()
        public = {"phone": "0595-22000000", "address": "政通路 1 号", "hours": "工作日 8:30 至 17:30"}

        await states.call(page, "ask", "centre")
        await states.call(page, "send", {"name": "县综治中心", "kind": "centre", **public})
        await states.call(page, "ask", "centre")

        assert {name: getattr(page.asked, name) for name in public} == public


class TestTurning:
    async def test_a_unit_with_people_stays(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask_turn", "rsj")
        with pytest.raises(ActionNotAllowed, match="还有 2 个启用的账号"):
            await states.call(page, "turn")

    async def test_an_empty_unit_is_disabled_and_enabled_again(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask_new", "")
        await states.call(page, "send", {"name": "信访局", "code": "xfj", "kind": "department"})

        for enabled in (False, True):
            await states.call(page, "ask_turn", "xfj")
            await states.call(page, "turn")
            assert next(row.enabled for row in page.rows if row.code == "xfj") is enabled


@pytest.mark.parametrize("login", ["center", "secadmin", "auditor", "rsj"])
async def test_others_learn_nothing(ground: AsyncEngine, login: str) -> None:
    page = await _opened(login)

    assert page.barred
    assert page.rows == []
    with pytest.raises(NotPermitted):
        await states.call(page, "send", {"name": "信访局", "code": "xfj", "kind": "department"})
