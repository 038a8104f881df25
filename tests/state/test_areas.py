"""The page of areas, and the dialog that brings a list in, as their handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.areas import operations, queries
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.kernel import drafts
from domain.kernel.clock import local_date
from domain.kernel.refusals import ActionNotAllowed, NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries as orgs
from state.areas.areas import AREAS, AreasState
from state.clock import now
from state.inputs import Choice
from state.kit.dialogs import Asked
from state.orgs.importing import ImportState
from tests.support import county as support
from tests.support import states

TOWN, OTHER = "359901001", "359901002"
COLUMNS = [one.key for one in AREAS.columns]


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


def _cells(page: AreasState, column: str) -> list[str]:
    return [row.cells[COLUMNS.index(column)] for row in page.rows]


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/areas").build() is not None


class TestTheList:
    async def test_begins_with_the_townships_and_goes_down_by_branches(self, ground: AsyncEngine) -> None:
        page = await _opened()
        assert [(row.name, row.depth) for row in page.rows] == [("清溪县", 0), ("枫林镇", 1), ("云溪镇", 1)]
        assert _cells(page, "inside") == ["2 个", "—", "1 个"]
        assert [row.links["inside"] for row in page.rows] == ["/areas?branch=359901", "", f"/areas?branch={OTHER}"]
        assert (page.total, page.address, page.filtered) == ("3", "/areas", False)

        await states.call(page, "narrow", "branch", OTHER)
        assert (page.branch, page.above, _names(page)) == ("云溪镇", "", ["云溪镇", "下洋村"])
        assert [row.depth for row in page.rows] == [0, 1]
        assert page.address == f"/areas?branch={OTHER}"

        await states.call(page, "narrow", "branch", f"{OTHER}201")
        assert (page.branch, page.above) == ("下洋村", OTHER)

    async def test_finds_everything_by_a_text(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "narrow", "text", "洋")
        assert _names(page) == ["下洋村"]
        await states.call(page, "narrow", "text", "")
        await states.call(page, "narrow", "level", "village")
        assert _names(page) == ["下洋村"]

    async def test_sorts_by_level_and_is_flat_then(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "narrow", "branch", OTHER)
        await states.call(page, "order_by", "level")
        await states.call(page, "order_by", "level")
        assert [(row.name, row.depth) for row in page.rows] == [("下洋村", 0), ("云溪镇", 0)]

    async def test_a_branch_that_does_not_exist_is_dropped_and_said(self, ground: AsyncEngine) -> None:
        page = await _opened(query="?branch=999999")
        assert (page.forgotten, page.branch, page.filters) == (True, "", {})
        assert _names(page) == ["清溪县", "枫林镇", "云溪镇"]

    async def test_shows_so_many_rows_and_counts_all(self, ground: AsyncEngine) -> None:
        page = await _opened()
        async with unit_of_work() as session:
            villages = [AreaSpec(f"{TOWN}{place}", f"{place} 村", Level.VILLAGE, TOWN) for place in range(201, 402)]
            await operations.add_all(session, villages)
        await states.call(page, "narrow", "branch", TOWN)
        assert (len(page.rows), page.total, page.cut) == (AREAS.shown, "202", True)
        await states.call(page, "narrow", "text", "301")
        assert (_names(page), page.total, page.cut) == (["301 村"], "1", False)


class TestADialog:
    async def test_adds_an_area_below_the_one_it_was_opened_at(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "new", TOWN)
        assert (page.asked.typed["code"], page.asked.about) == (TOWN, f"上级：枫林镇（{TOWN}）")
        await states.call(page, "send", {"code": TOWN, "name": "上洋村"})
        assert page.faults["code"]
        assert page.asked.typed["name"] == "上洋村"
        await states.call(page, "send", {"code": f"{TOWN}201", "name": "上洋村"})
        assert page.asked.name == ""
        await states.call(page, "narrow", "branch", TOWN)
        assert _names(page) == ["枫林镇", "上洋村"]

    async def test_says_what_is_wrong_with_what_no_field_asks_for(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "new", "")
        await states.call(page, "send", {"code": "359999001", "name": "某镇"})
        assert page.faults == {"": "没有上级区划 359999，请先添加"}
        await states.call(page, "send", {})
        assert set(page.faults) == {"code", "name"}

    async def test_renames_and_shows_what_was(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "rename", TOWN)
        assert page.asked.typed["since"] == local_date(now()).isoformat()
        await states.call(page, "send", {"name": "枫林街道", "since": "2026-11-01"})
        assert _names(page) == ["清溪县", "枫林街道", "云溪镇"]
        assert ["历史" in {act.word for act in row.acts} for row in page.rows] == [False, True, False]
        await states.call(page, "ask", "history", TOWN)
        ((day, what, was, who),) = page.asked.lines
        assert (day, what, who) == ("2026-11-01", "改名", page.me.name)
        assert "名称 枫林镇" in was
        with pytest.raises(NotFound):
            await states.call(page, "send", {})

    async def test_takes_a_border_away_where_there_is_one(self, ground: AsyncEngine) -> None:
        page = await _opened()
        assert (_cells(page, "border"), page.borderless) == (["WGS-84", "WGS-84", "—"], False)
        assert ["undraw" in {act.dialog for act in row.acts} for row in page.rows] == [True, True, False]

        await states.call(page, "ask", "undraw", TOWN)
        await states.call(page, "send", {"since": local_date(now()).isoformat()})

        assert (_cells(page, "border"), page.borderless) == (["WGS-84", "—", "—"], True)

    async def test_offers_whom_an_area_may_join(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await states.call(page, "ask", "merge", TOWN)
        assert [choice.label for choice in page.choices["area"]] == ["清溪县 / 云溪镇"]
        assert page.asked.warns == ["这里有 1 个账号的辖区。"]
        await states.call(page, "send", {"into": f"{OTHER}201"})
        assert page.faults == {"into": "请从列表中选择"}
        await states.call(page, "send", {"into": OTHER})
        assert _names(page) == ["清溪县", "云溪镇"]
        await states.call(page, "narrow", "ended", "1")
        (ended,) = [row for row in page.rows if row.tone == "off"]
        assert ended.cells[COLUMNS.index("state")] == "已并入云溪镇"
        assert [act.word for act in ended.acts] == ["历史"]
        for name in ("new", "rename", "move", "merge", "end"):
            with pytest.raises(ActionNotAllowed, match="已停用"):
                await states.call(page, "ask", name, TOWN)

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
        await states.call(page, "send", {"parent": "359901", "new_code": "359901003"})
        assert f"{OTHER[:6]}003" in _cells(page, "code")

    async def test_a_county_gets_another_code_and_no_parent(self, ground: AsyncEngine) -> None:
        page = await _opened()
        assert [[act.dialog for act in row.acts if act.word == "调整"] for row in page.rows] == [
            ["recode"], ["move"], ["move"],
        ]  # fmt: skip
        await states.call(page, "ask", "recode", "359901")
        await states.call(page, "send", {})
        assert page.faults == {"": "上级没有变化，也没有新的代码"}
        await states.call(page, "send", {"new_code": "359902"})
        assert _cells(page, "code")[0] == "359902"


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
    for name, given in (
        ("new", {"code": f"{TOWN}201", "name": "上洋村"}), ("rename", {"name": "枫林街道"}), ("move", {"new_code": "359901003"}),
        ("recode", {"new_code": "359901003"}), ("merge", {"into": OTHER}), ("end", {}), ("history", {}),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            await states.call(page, "ask", name, TOWN)
        page.asked, page._about = Asked(name), TOWN
        page.choices = {"area": [Choice(OTHER, "")]}
        with pytest.raises(NotPermitted):
            await states.call(page, "send", given)
    async with unit_of_work() as session:
        areas = await queries.every_area(session)
    assert [one.name for one in areas if one.ended_on is None] == ["清溪县", "枫林镇", "云溪镇", "下洋村"]
