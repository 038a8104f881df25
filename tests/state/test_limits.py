"""The page of limits as its handlers are called."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel.refusals import NotFound
from domain.kernel.unit_of_work import unit_of_work
from state.calendar.limits import LimitsState
from state.clock import now
from state.kit.listing import Row
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


def _own(page: LimitsState) -> list[Row]:
    """Give the rules in force that somebody set: a default cannot be ended."""
    return [one for one in page.tables["limits"] if any(act.dialog == "end" for act in one.acts)]


class TestLimits:
    async def test_a_limit_is_set_and_ended(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        usual = len(page.tables["limits"])

        await states.call(page, "ask", "new")
        await states.call(
            page, "send", {"link": "accept", "yellow": "12", "red": "24", "unit": "hours", "category": "07"}
        )
        (rule,) = _own(page)
        await states.call(page, "ask", "end", rule.key)
        assert page.asked.says[0].startswith("停用“接收 · 劳动人事（整组）”后")
        await states.call(page, "send", {})

        assert rule.cells[:4] == ["接收", "劳动人事（整组）", "12 小时", "24 小时"]
        assert rule.cells[5] == "测试丁"
        assert (len(page.tables["limits"]), len(page.tables["limits-past"])) == (usual, 1)
        assert page.tables["limits-past"][0].cells[:4] == rule.cells[:4]

    async def test_a_rule_is_changed_from_what_it_is(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        severe = next(one for one in page.tables["limits"] if "重大且紧急" in one.name)
        assert [one.word for one in severe.acts] == ["修改"]

        await states.call(page, "ask", "new", severe.key)
        assert page.asked.typed == {
            "link": "accept", "unit": "hours", "yellow": "6", "red": "12", "category": "", "unit_id": "", "severe": "on",
        }  # fmt: skip
        await states.call(page, "send", {**page.asked.typed, "yellow": "5", "note": "从严"})

        (rule,) = _own(page)
        assert (rule.cells[1], rule.cells[2], rule.cells[6]) == ("重大且紧急", "5 小时", "从严")

    async def test_a_rule_that_is_none_opens_nothing(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")

        for name, key in (("new", "x"), ("end", "x"), ("end", "accept"), ("end", str(UUID(int=1)))):
            with pytest.raises(NotFound):
                await states.call(page, "ask", name, key)
        assert await states.call(page, "confirm") == [None]
        assert page.asked.name == ""

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"yellow": "", "red": "5"}, "yellow"),
            ({"yellow": "6", "red": "5"}, "red"),
            ({"yellow": "x", "red": "5"}, "yellow"),
            ({"yellow": "1", "red": "5", "category": "zz"}, "category"),
            ({"yellow": "1", "red": "5", "unit_id": "zz"}, "unit_id"),
            ({"yellow": "1", "red": "5", "unit": ""}, "unit"),
            ({"yellow": "1", "red": "5", "link": "zz"}, "link"),
            ({"yellow": "", "red": "x", "category": "zz", "unit_id": "zz"}, "yellow red category unit_id"),
        ],
    )
    async def test_what_is_wrong_is_told_beside_its_field(
        self, ground: AsyncEngine, given: dict[str, str], field: str
    ) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")

        await states.call(page, "ask", "new")
        for recompute in ("", "on"):
            await states.call(page, "send", {"link": "accept", "unit": "hours", "recompute": recompute, **given})
            assert set(page.faults) == set(field.split())
            assert page.foreseen.sentence == ""

    async def test_the_unit_is_that_of_the_rule_in_force(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        await states.call(page, "ask", "new")
        assert (page.asked.typed["link"], page.asked.typed["unit"]) == ("dispatch", "hours")

        await states.call(page, "choose_link", "feedback")

        assert (page.asked.typed["unit"], page.asked.found) == ("workdays", ["现行：黄牌 5、红牌 10 个工作日"])

    async def test_a_new_limit_on_open_cases_is_looked_at_first(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            county = await support.build(session, at=now())
            number = await support.bring_to(session, county, MAIN_LINE[:2], at=now() - timedelta(hours=10))
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        given = {"link": "accept", "yellow": "8", "red": "16", "unit": "hours", "recompute": True}

        await states.call(page, "ask", "new")
        await states.call(page, "send", given)
        assert "其中 1 个变动（推后 0 个，提前 1 个），涉及 1 件；1 件将立即超期" in page.foreseen.sentence
        assert page.foreseen.examples[0].startswith(f"{number} 接收时限 ")
        assert _own(page) == []

        await states.call(page, "revise")
        assert (page.foreseen.sentence, page.asked.typed["yellow"], page.asked.typed["recompute"]) == ("", "8", "on")
        await states.call(page, "send", given)
        (said,) = await states.call(page, "confirm")
        assert "在办案件的时限已重算" in str(said)
        assert [one.cells[2] for one in page.tables["limits"] if one.name == "接收 所有案件"] == ["8 小时"]
        assert page.asked.name == page.foreseen.sentence == ""

        (rule,) = _own(page)
        await states.call(page, "ask", "end", rule.key)
        await states.call(page, "send", {"recompute": "on"})
        assert "其中 1 个变动（推后 1 个，提前 0 个）" in page.foreseen.sentence
        assert len(_own(page)) == 1
        await states.call(page, "confirm")
        assert _own(page) == []
