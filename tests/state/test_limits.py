"""The page of limits as its handlers are called."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel.unit_of_work import unit_of_work
from state.calendar.limits import LimitsState
from state.clock import now
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


class TestLimits:
    async def test_a_limit_is_set_and_ended(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        usual = len(page.rules)

        await states.call(
            page, "send", {"link": "accept", "yellow": "12", "red": "24", "unit": "hours", "category": "07"}
        )
        rule = next(one for one in page.rules if one.id)
        await states.call(page, "ask_end", rule.id)
        await states.call(page, "end", {})

        assert (rule.scope, rule.yellow, rule.red, rule.by) == ("劳动人事（整组）", "12", "24", "测试丁")
        assert (len(page.rules), len(page.past)) == (usual, 1)

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

        await states.call(page, "send", {"link": "accept", "unit": "hours", **given})

        assert set(page.faults) == set(field.split())

    async def test_the_unit_is_that_of_the_rule_in_force(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        await states.call(page, "ask", -1)
        assert (page.asked.link_code, page.asked.unit_code) == ("dispatch", "hours")

        await states.call(page, "choose_link", "feedback")

        assert (page.asked.unit_code, page.usual) == ("workdays", "现行：黄牌 5、红牌 10 个工作日")

    async def test_a_new_limit_on_open_cases_is_looked_at_first(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            county = await support.build(session, at=now())
            number = await support.bring_to(session, county, MAIN_LINE[:2], at=now() - timedelta(hours=10))
        page = await states.tree(LimitsState, await states.signed_in("center"), "http://test/limits")
        await states.call(page, "load")
        given = {"link": "accept", "yellow": "8", "red": "16", "unit": "hours", "recompute": "on"}

        await states.call(page, "send", given)
        assert "其中 1 个变动（推后 0 个，提前 1 个），涉及 1 件；1 件将立即超期" in page.sentence
        assert page.moves[0].startswith(f"{number} 接收时限 ")
        assert [one for one in page.rules if one.id] == []

        await states.call(page, "revise")
        assert (page.sentence, page.asked.yellow, page.asked.recompute) == ("", "8", True)
        await states.call(page, "send", given)
        await states.call(page, "confirm")
        assert [one.yellow for one in page.rules if one.link_code == "accept" and not one.severe] == ["8"]
