"""The page of areas, and the dialog that brings a list in, as their handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.areas import operations
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.kernel import drafts
from domain.kernel.clock import local_date
from domain.kernel.refusals import ActionNotAllowed, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries as orgs
from state.areas.areas import AreasState
from state.clock import now
from state.orgs.importing import ImportState
from tests.support import county as support
from tests.support import states

TOWN, OTHER = "359901001", "359901002"


async def _opened(login: str = "sysadmin", query: str = "") -> AreasState:
    async with unit_of_work() as session:
        await support.build(session, at=now())
        await operations.add_all(session, [
            AreaSpec(OTHER, "云溪镇", Level.TOWNSHIP, "359901"),
            AreaSpec(f"{OTHER}201", "下洋村", Level.VILLAGE, OTHER),
        ])  # fmt: skip
    page = await states.tree(AreasState, await states.signed_in(login), f"http://test/areas{query}")
    await states.call(page, "load")
    return page


def _names(page: AreasState) -> list[str]:
    return [row.name for row in page.rows]


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/areas").build() is not None


class TestTheList:
    async def test_begins_with_the_townships_and_goes_down_by_branches(self, ground: AsyncEngine) -> None:
        page = await _opened()
        assert [(row.name, row.depth, row.inside) for row in page.rows] == [
            ("清溪县", 0, 2), ("枫林镇", 1, 0), ("云溪镇", 1, 1),
        ]  # fmt: skip
        await states.call(page, "narrow", "branch", OTHER)
        assert (page.branch, _names(page)) == ("云溪镇", ["云溪镇", "下洋村"])
        assert page.address == f"/areas?branch={OTHER}"

    async def test_finds_everything_by_a_text(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "narrow", "text", "洋")
        assert _names(page) == ["下洋村"]
        await states.call(page, "narrow", "text", "")
        await states.call(page, "narrow", "level", "village")
        assert _names(page) == ["下洋村"]


class TestADialog:
    async def test_adds_an_area_below_the_one_it_was_opened_at(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask_new", TOWN)
        assert page.typed["code"] == TOWN
        await states.call(page, "send", {"code": TOWN, "name": "上洋村"})
        assert page.faults["code"]
        assert page.typed["name"] == "上洋村"
        await states.call(page, "send", {"code": f"{TOWN}201", "name": "上洋村"})
        assert page.asking == ""
        await states.call(page, "narrow", "branch", TOWN)
        assert _names(page) == ["枫林镇", "上洋村"]

    async def test_renames_and_shows_what_was(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "rename", TOWN)
        await states.call(page, "send", {"name": "枫林街道", "since": "2026-11-01"})
        assert _names(page) == ["清溪县", "枫林街道", "云溪镇"]
        assert [row.changed for row in page.rows] == [False, True, False]
        await states.call(page, "ask", "history", TOWN)
        (past,) = page.past
        assert (past.day, past.what, past.by) == ("2026-11-01", "改名", page.me.name)
        assert "名称 枫林镇" in past.was

    async def test_offers_whom_an_area_may_join(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "merge", TOWN)
        assert [choice.label for choice in page.choices] == ["清溪县 / 云溪镇"]
        assert page.held == ["1 个账号的辖区在这里"]
        await states.call(page, "send", {"into": OTHER})
        assert _names(page) == ["清溪县", "云溪镇"]
        await states.call(page, "narrow", "ended", "1")
        assert [row.state for row in page.rows if not row.live] == ["已并入云溪镇"]
        with pytest.raises(ActionNotAllowed, match="已停用"):
            await states.call(page, "ask", "rename", TOWN)

    async def test_refuses_to_end_what_is_in_use(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "end", OTHER)
        with pytest.raises(ActionNotAllowed, match="1 个区划"):
            await states.call(page, "send", {})

    async def test_says_when_the_day_is_wrong(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "move", OTHER)
        await states.call(page, "send", {"parent": "359901", "new_code": "359901003", "since": "2099-01-01"})
        assert page.faults == {"since": "生效日期不能晚于今天"}


class TestAnImport:
    async def test_tells_what_each_row_does_and_what_is_missing(self, ground: AsyncEngine) -> None:
        await _opened()
        state = await states.tree(ImportState, await states.signed_in("sysadmin"))
        await states.call(state, "ask", "areas")
        assert state.query == f"since={local_date(now()).isoformat()}"
        lines = [
            (2, ["359901001", "枫林街道", "", "", ""], {}),
            (3, ["359901", "清溪县", "", "", ""], {}),
            (4, ["35990100", "某村", "", "", ""], {}),
        ]
        async with unit_of_work() as session:
            actor = await orgs.actor_of_login(session, "sysadmin")
            assert actor is not None
            await drafts.keep(session, actor, "import.areas", {"lines": lines, "since": "2026-11-01"}, at=now())
        await states.call(state, "show")
        assert [(row.number, bool(row.faults), row.said) for row in state.rows] == [
            (4, True, "新增"), (2, False, "改名：原名“枫林镇”"), (3, False, "不变"),
        ]  # fmt: skip
        assert (state.total, state.wrong, state.works) == (3, 1, 2)
        assert state.told == [
            "改名 1，不变 1。",
            "系统中有、表中没有的区划 1 个：云溪镇。导入不会改动它们，需要时可在列表中撤销或并入。",
        ]

    @pytest.mark.parametrize(("typed", "kept"), [("gcj02", "gcj02"), ("bd09", ""), (5, "")])
    async def test_asks_what_borders_are_measured_in(self, ground: AsyncEngine, typed: object, kept: str) -> None:
        await _opened()
        state = await states.tree(ImportState, await states.signed_in("sysadmin"))
        await states.call(state, "ask", "shapes")
        await states.call(state, "measure", typed)
        assert state.datum == kept
        assert ("datum=" in state.query) == bool(kept)


@pytest.mark.parametrize("login", ["secadmin", "center", "rsj", "auditor"])
async def test_others_learn_nothing(ground: AsyncEngine, login: str) -> None:
    page = await _opened(login)
    assert page.barred
    assert page.rows == []
    for handler, arguments in (("ask_new", [""]), ("ask", ["rename", TOWN]), ("ask", ["history", TOWN])):
        with pytest.raises(NotPermitted):
            await states.call(page, handler, *arguments)
