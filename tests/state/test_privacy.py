"""The pages of the security administrator: field policy and retention."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.cases.models import Case
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotFound
from domain.kernel.unit_of_work import unit_of_work
from domain.people import queries as people
from domain.people.policy import Field, Purpose, Showing
from domain.retention import queries
from domain.retention.models import Kind
from domain.retention.rules import FIXED
from state.clock import now
from state.people.fields import FieldPolicyState
from state.retention.rules import RetentionState
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE, County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]


@pytest.fixture
async def matrix(county: County) -> FieldPolicyState:
    """Give the open page of the field policy."""
    state = await states.tree(FieldPolicyState, await states.signed_in("secadmin"))
    await states.call(state, "load")
    return state


@pytest.fixture
async def page(county: County) -> RetentionState:
    """Give the open page of retention."""
    state = await states.tree(RetentionState, await states.signed_in("secadmin"))
    await states.call(state, "load")
    return state


async def rules() -> people.Overrides:
    async with unit_of_work() as session:
        return await people.field_rules(session)


class TestFieldPolicy:
    def test_shows_every_field_for_every_purpose(self, matrix: FieldPolicyState) -> None:
        assert [row.key for row in matrix.rows] == [one.value for one in Field]
        assert {len(row.cells) for row in matrix.rows} == {len(Purpose)}

    async def test_shows_an_example_of_what_is_not_saved_yet(self, matrix: FieldPolicyState) -> None:
        await states.call(matrix, "put", "name.screen", "clear")

        assert matrix.changes == ["姓名 · 页面：掩码 → 明文"]
        assert matrix.examples[0].value == "林小溪"
        assert await rules() == {}

    async def test_saves_after_showing_the_changes(self, matrix: FieldPolicyState) -> None:
        await states.call(matrix, "put", "name.screen", "clear")
        await states.call(matrix, "ask")
        assert matrix.confirming
        await states.call(matrix, "save")

        assert await rules() == {(Role.CENTER_ADMIN, Field.NAME, Purpose.SCREEN): Showing.CLEAR}
        assert (matrix.changes, matrix.confirming) == ([], False)

    async def test_marks_a_cell_that_may_not_be_set(self, matrix: FieldPolicyState) -> None:
        await states.call(matrix, "put", "id_number.screen", "clear")
        await states.call(matrix, "ask")

        assert matrix.faulty
        assert not matrix.confirming

    async def test_leaves_fixed_and_unknown_cells_alone(self, matrix: FieldPolicyState) -> None:
        for key in ("name.public", "name.nowhere", "x"):
            await states.call(matrix, "put", key, "clear")

        assert matrix.changes == []

    async def test_another_role_begins_without_changes(self, matrix: FieldPolicyState) -> None:
        await states.call(matrix, "put", "name.screen", "clear")
        await states.call(matrix, "choose_role", "auditor")

        assert matrix.changes == []
        assert {choice.value for choice in matrix.examples[:7]} == {"（不显示）"}

    async def test_is_barred_for_others(self, county: County) -> None:
        state = await states.tree(FieldPolicyState, await states.signed_in("sysadmin"))
        await states.call(state, "load")

        assert state.barred
        assert state.rows == []


class TestRetention:
    def test_shows_every_kind(self, page: RetentionState) -> None:
        rows = page.tables["retention-rules"]
        assert [one.key for one in rows] == [kind.value for kind in Kind]
        assert {one.name for one in rows if not one.acts} == {kind.label for kind in FIXED}

    async def test_switches_on_after_a_preview(self, county: County, page: RetentionState) -> None:
        async with unit_of_work() as session:
            number = await support.bring_to(session, county, MAIN_LINE, at=now())
            long_ago = now() - timedelta(days=4000)
            await session.execute(update(Case).where(col(Case.number) == number).values(closed_at=long_ago))
        await states.call(page, "ask", "set", "case")
        assert page.asked.found[0].startswith("现有 1 项到期")
        assert page.asked.found[2].startswith(number)
        assert "不能撤销" in page.asked.warns[0]

        await states.call(page, "preview", "5000")
        assert page.asked.found == ["现在没有到期的数据"]
        await states.call(page, "send", {"days": "3650", "note": "档案管理规定", "active": "on"})
        assert "预览" in page.faults["days"], "what was seen is another period"
        await states.call(page, "preview", "3650")
        await states.call(page, "send", {"days": "3650", "note": "档案管理规定", "active": "on"})

        async with unit_of_work() as session:
            assert (await queries.in_force(session, Kind.CASE)).active
        assert page.asked.name == ""
        assert page.tables["retention-past"] == []
        assert page.tables["retention-rules"][2].marks["state"][0].text == "已启用"

    async def test_tells_what_is_wrong_beside_the_field(self, page: RetentionState) -> None:
        await states.call(page, "ask", "set", "draft")
        for days in ("9999", "", "x"):
            await states.call(page, "send", {"days": days, "note": ""})
            assert set(page.faults) == {"days", "note"}
        await states.call(page, "preview", "y")
        assert (set(page.faults), page.asked.found) == ({"days", "note"}, [])
        await states.call(page, "preview", "31")
        assert (set(page.faults), page.asked.found) == ({"note"}, ["现在没有到期的数据"])

    async def test_what_is_fixed_is_refused_at_the_end_of_the_form(self, page: RetentionState) -> None:
        await states.call(page, "ask", "set", "card")
        await states.call(page, "send", {"days": "1", "note": "档案管理规定"})

        assert set(page.faults) == {"", "days"}
        assert "由系统固定" in page.faults[""]

    async def test_a_kind_that_is_none_opens_nothing(self, page: RetentionState) -> None:
        for call in (("ask", "set", "x"), ("ask", "end", "x"), ("preview", "30")):
            with pytest.raises(NotFound):
                await states.call(page, *call)
        assert page.asked.name == ""

    async def test_holds_a_case_and_releases_it(self, county: County, page: RetentionState) -> None:
        async with unit_of_work() as session:
            number = await support.bring_to(session, county, MAIN_LINE[:1], at=now())
        await states.call(page, "ask", "new")
        await states.call(page, "send", {"number": "", "reason": ""})
        assert set(page.faults) == {"number", "reason"}
        await states.call(page, "send", {"number": "没有", "reason": "诉讼审理中"})
        assert set(page.faults) == {"number"}
        await states.call(page, "send", {"number": number, "reason": "诉讼审理中"})
        (row,) = page.tables["retention-holds"]
        assert (row.name, row.cells[3], [one.word for one in row.acts]) == (number, "—", ["解除"])

        await states.call(page, "ask", "end", row.key)
        assert page.asked.says == [f"解除后，{number} 按案件期限处理。"]
        await states.call(page, "send", {"reason": ""})
        assert set(page.faults) == {"reason"}
        await states.call(page, "send", {"reason": "诉讼终结"})
        (row,) = page.tables["retention-holds"]
        assert (row.cells[3] != "—", row.acts) == (True, [])
        with pytest.raises(NotFound):
            await states.call(page, "ask", "end", row.key)

    async def test_keeps_the_rules_there_were(self, page: RetentionState) -> None:
        for days in ("20", "40"):
            await states.call(page, "ask", "set", "draft")
            await states.call(page, "send", {"days": days, "note": "内部规定"})

        (row,) = page.tables["retention-past"]
        assert row.cells[:2] == [Kind.DRAFT.label, "20 天"]
        assert row.cells[3] == "内部规定"

    async def test_is_barred_for_others(self, county: County) -> None:
        state = await states.tree(RetentionState, await states.signed_in("center"))
        await states.call(state, "load")

        assert state.barred
        assert state.tables == {}
