"""The page of units as its handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from app.navigation import PAGES
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry
from domain.kernel.refusals import ActionNotAllowed, NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.models import Unit, UnitKind
from state.clock import now
from state.kit.dialogs import Asked
from state.kit.listing import Row
from state.orgs.units import UNITS, UnitsState
from tests.support import county as support
from tests.support import states

COLUMNS = [one.key for one in UNITS.columns]


async def _opened(login: str = "sysadmin", *steps: Action) -> UnitsState:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        if steps:
            await support.bring_to(session, county, steps, at=now())
    page = await states.tree(UnitsState, await states.signed_in(login), "http://test/units")
    await states.call(page, "load")
    return page


def _names(page: UnitsState) -> list[tuple[str, int]]:
    return [(row.key, row.depth) for row in page.rows]


def _row(page: UnitsState, code: str) -> Row:
    return next(row for row in page.rows if row.key == code)


def _cell(page: UnitsState, code: str, column: str) -> str:
    return _row(page, code).cells[COLUMNS.index(column)]


async def _make(page: UnitsState, code: str, name: str, **more: str) -> None:
    await states.call(page, "ask", "new", "")
    await states.call(page, "send", {"name": name, "code": code, "kind": "department", **more})
    assert not page.asked.name, page.faults


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/units").build() is not None


class TestTree:
    async def test_a_new_unit_stands_below_its_parent(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask", "new", "rsj")
        assert page.asked.typed == {"kind": "department", "parent_code": "rsj", "position": "0"}
        await states.call(
            page, "send", {"name": "劳动监察大队", "code": "rsj_ld", "kind": "department", "parent_code": "rsj"}
        )

        assert not page.asked.name
        place = _names(page).index(("rsj_ld", 1))
        assert _names(page)[place - 1] == ("rsj", 0)
        assert _cell(page, "rsj_ld", "parent") == "人力资源和社会保障局"

    async def test_a_unit_that_was_just_made_may_have_units_below_it(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await _make(page, "xfj", "信访局")

        await _make(page, "xfj_js", "信访局接访中心", parent_code="xfj")

        assert ("xfj_js", 1) in _names(page)

    async def test_a_text_narrows_and_counts(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "narrow", "text", "建设")

        assert _names(page) == [("zjj", 0)]
        assert page.total == "1"

    @pytest.mark.parametrize("query", ["?kind=department", "?text=局", "?sort=code", "?sort=-accounts"])
    async def test_out_of_their_order_rows_are_flat(self, ground: AsyncEngine, query: str) -> None:
        page = await _opened()
        await _make(page, "rsj_ld", "劳动监察局", parent_code="rsj")
        assert ("rsj_ld", 1) in _names(page)

        states.at_address(page, f"http://test/units{query}")
        await states.call(page, "load")

        assert {"rsj", "rsj_ld"} <= {row.key for row in page.rows}
        assert {row.depth for row in page.rows} == {0}

    async def test_accounts_are_sorted_as_numbers(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "order_by", "accounts")
        await states.call(page, "order_by", "accounts")

        counts = [int(_cell(page, row.key, "accounts").removesuffix(" 个")) for row in page.rows]
        assert counts == sorted(counts, reverse=True)
        assert len(set(counts)) > 1

    async def test_a_unit_leads_to_its_accounts_and_says_how_it_stands(self, ground: AsyncEngine) -> None:
        page = await _opened()

        row = _row(page, "rsj")

        assert (row.links["accounts"], _cell(page, "rsj", "accounts")) == ("/accounts?unit=rsj", "2 个")
        assert [(one.text, one.tone) for one in row.marks["state"]] == [("启用", "green")]
        assert [act.word for act in row.acts] == ["修改", "加下级", "停用"]


class TestTheForm:
    async def test_faults_stand_beside_their_fields(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask", "new", "")
        await states.call(page, "send", {"name": "", "code": "有汉字", "kind": "department", "position": "第一"})

        assert page.asked.name == "new"
        assert set(page.faults) == {"name", "code", "position"}
        assert page.asked.typed["code"] == "有汉字"

    async def test_offers_units_in_use_and_takes_no_other(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await _make(page, "xfj", "信访局")
        await _turn(page, "disable", "xfj")

        await states.call(page, "ask", "new", "")
        offered = {one.value for one in page.choices["parents"]}
        assert "rsj" in offered
        assert "xfj" not in offered
        for other in ("xfj", "nowhere"):
            await states.call(page, "send", {"name": "接访中心", "code": "xfj_js", "parent_code": other})
            assert page.faults == {"parent_code": "请从列表中选择"}

    async def test_a_unit_keeps_the_parent_that_was_disabled_meanwhile(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await _make(page, "xfj", "信访局")
        await _make(page, "xfj_js", "接访中心", parent_code="xfj")
        await _turn(page, "disable", "xfj")

        await states.call(page, "ask", "change", "xfj_js")
        await states.call(page, "send", {**page.asked.typed, "phone": "0595-1"})

        assert (_cell(page, "xfj_js", "phone"), _cell(page, "xfj_js", "parent")) == ("0595-1", "信访局")

    async def test_a_unit_does_not_go_below_itself(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask", "change", "rsj")
        await states.call(page, "send", {**page.asked.typed, "parent_code": "rsj"})

        assert page.faults == {"parent_code": "上级单位不能是本单位或其下级"}

    async def test_the_code_stays(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask", "change", "zjj")
        assert page.asked.fixed == ["code"]
        given = {"name": "住建局", "code": "other", "kind": "department", "phone": "0595-1"}
        await states.call(page, "send", {**given, "position": "第一"})
        assert (set(page.faults), page.asked.typed["code"]) == ({"position"}, "zjj")
        await states.call(page, "send", given)

        assert (_cell(page, "zjj", "name"), _cell(page, "zjj", "phone")) == ("住建局", "0595-1")
        assert "other" not in {row.key for row in page.rows}

    async def test_what_the_public_reads_of_a_unit_is_set_and_shown_again(self, ground: AsyncEngine) -> None:
        page = await _opened()
        public = {"phone": "0595-22000000", "address": "政通路 1 号", "hours": "工作日 8:30 至 17:30"}

        await states.call(page, "ask", "change", "centre")
        await states.call(page, "send", {"name": "县综治中心", "kind": "centre", **public})
        await states.call(page, "ask", "change", "centre")

        assert {name: page.asked.typed[name] for name in public} == public
        assert page.asked.typed["kind"] == UnitKind.CENTRE.value


class TestTurning:
    async def test_a_unit_with_people_stays(self, ground: AsyncEngine) -> None:
        page = await _opened()

        await states.call(page, "ask", "disable", "rsj")
        assert page.asked.warns == ["该单位还有 2 个启用的账号，须先调整或停用。"]
        with pytest.raises(ActionNotAllowed, match="还有 2 个启用的账号"):
            await states.call(page, "send", {})

    async def test_what_a_unit_works_on_is_told_before(self, ground: AsyncEngine) -> None:
        page = await _opened("sysadmin", Action.SUBMIT, Action.DISPATCH)

        await states.call(page, "ask", "disable", "rsj")

        assert page.asked.warns[0] == "该单位还有 1 件在办案件，停用后将无人接收，请先改派。"

    async def test_an_empty_unit_is_disabled_and_enabled_again(self, ground: AsyncEngine) -> None:
        page = await _opened()
        await _make(page, "xfj", "信访局")

        for name, word, tone, acts in (
            ("disable", "已停用", "off", ["修改", "启用"]),
            ("enable", "启用", "", ["修改", "加下级", "停用"]),
        ):
            await _turn(page, name, "xfj")
            row = _row(page, "xfj")
            assert (_cell(page, "xfj", "state"), row.tone) == (word, tone)
            assert [act.word for act in row.acts] == acts
            assert bool(row.marks["state"][0].title) == (name == "disable")

    async def test_the_reason_stands_in_the_journal_and_those_without_accounts_are_found(
        self, ground: AsyncEngine
    ) -> None:
        page = await _opened()
        await _make(page, "xfj", "信访局", address="清溪路 1 号")
        assert _cell(page, "xfj", "address") == "清溪路 1 号"
        every = {row.key for row in page.rows}
        await states.call(page, "narrow", "bare", "1")
        assert {"xfj"} <= {row.key for row in page.rows} < every
        await _turn(page, "disable", "xfj", reason="机构合并")
        async with unit_of_work() as session:
            query = select(JournalEntry).where(col(JournalEntry.action) == "unit.disable")
            (line,) = await session.scalars(query)
        assert line.detail["reason"] == "机构合并"


async def _turn(page: UnitsState, name: str, code: str, **form: str) -> None:
    await states.call(page, "ask", name, code)
    await states.call(page, "send", form)


@pytest.mark.parametrize("name", ["new", "change", "disable", "enable"])
async def test_a_unit_that_does_not_exist_is_told(ground: AsyncEngine, name: str) -> None:
    page = await _opened()
    with pytest.raises(NotFound, match="没有这个单位"):
        await states.call(page, "ask", name, "nowhere")


@pytest.mark.parametrize("login", ["center", "secadmin", "auditor", "rsj"])
async def test_others_learn_and_change_nothing(ground: AsyncEngine, login: str) -> None:
    page = await _opened(login)

    assert page.barred
    assert page.rows == []
    given = {"name": "信访局", "code": "xfj", "kind": "department"}
    for name, key in (("new", ""), ("change", "rsj"), ("disable", "rsj"), ("enable", "rsj")):
        with pytest.raises(NotPermitted):
            await states.call(page, "ask", name, key)
        page.asked, page._about = Asked(name), key
        with pytest.raises(NotPermitted):
            await states.call(page, "send", given)
    async with unit_of_work() as session:
        units = {unit.code: unit for unit in await session.scalars(select(Unit))}
    assert "xfj" not in units
    assert (units["rsj"].name, units["rsj"].disabled_at) == ("人力资源和社会保障局", None)
