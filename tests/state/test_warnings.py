"""The page of risk labels as its handlers are called, its counter, and the strip of a case page."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.kernel.refusals import NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.warnings.models import Level
from state import places
from state.cases.working import CaseState
from state.clock import now
from state.warnings.labels import RiskAlertsState
from tests.support import county as support
from tests.support import risk, states
from tests.support.county import MAIN_LINE, County

GIVEN = {"verdict": "unfounded", "text": "经上门核实，双方已和解，不属实"}


async def _labelled() -> tuple[County, str]:
    """Give a county with a red label, and one before it, on a case of rsj."""
    async with unit_of_work() as session:
        at = now()
        county = await risk.add_machine(session, await support.build(session, at=at), at=at)
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=at)
        for name, level in (("a", Level.YELLOW), ("b", Level.RED)):
            await risk.send(session, county, risk.said(number, level, at=at), name=name, at=at)
        return county, number


async def _page(login: str) -> RiskAlertsState:
    page = await states.tree(RiskAlertsState, await states.signed_in(login), "http://test/risk-alerts")
    await states.call(page, "load")
    return page


async def _sent(page: RiskAlertsState, key: str) -> None:
    """Answer a label that the page may not show."""
    await states.call(page, "ask", "answer", key)
    await states.call(page, "send", GIVEN)


async def _counted(county: County, login: str) -> int:
    async with unit_of_work() as session:
        return (await places.counts(session, county[login], now()))["risk_labels"]


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/risk-alerts").build() is not None


async def test_a_label_is_answered_and_waits_no_more(ground: AsyncEngine) -> None:
    county, number = await _labelled()
    page = await _page("rsj")

    assert [(one.cells[0], one.cells[1], one.marks["standing"][0].text) for one in page.rows] == [
        ("红色", number, "待反馈")
    ]
    assert {one.view: one.count for one in page.tiles} == {
        "waiting": 1, "late": 0, "red": 1, "orange": 0, "yellow": 0, "blue": 0,
    }  # fmt: skip
    assert await _counted(county, "rsj") == 1
    await states.call(page, "ask", "answer", page.rows[0].key)
    assert "红色预警" in page.asked.says[0]
    await states.call(page, "send", {"verdict": "", "text": " "})
    assert page.faults == {"verdict": "请选择反馈结论", "text": "请填写反馈内容"}
    await states.call(page, "send", GIVEN)

    assert (page.asked.name, page.rows[0].marks["standing"][0].text, page.rows[0].acts) == ("", "已反馈", [])
    assert f"经核实不属实：{GIVEN['text']}" in page.rows[0].cells[-1]
    assert await _counted(county, "rsj") == 0


@pytest.mark.parametrize(("login", "rows", "barred"), [("center", 1, False), ("zjj", 0, False), ("auditor", 0, True)])
async def test_others_see_as_far_as_they_reach_and_answer_nothing(
    ground: AsyncEngine, login: str, rows: int, *, barred: bool
) -> None:
    county, _ = await _labelled()
    key = (await _page("rsj")).rows[0].key
    page = await _page(login)

    assert (len(page.rows), page.barred, [one.acts for one in page.rows]) == (rows, barred, [[]] * rows)
    assert page.may_export == (login == "center")
    assert await _counted(county, login) == 0
    with pytest.raises((NotPermitted, NotFound)):
        await _sent(page, key)
    assert (await _page("rsj")).rows[0].acts


async def test_a_case_page_shows_the_newest_and_the_history(ground: AsyncEngine) -> None:
    _, number = await _labelled()
    page = await states.tree(CaseState, await states.signed_in("rsj"), f"http://test/case/{number}")
    await states.call(page, "load")

    assert [(one.level, one.standing, one.mine) for one in page.risks] == [
        ("红色预警", "待反馈", True),
        ("黄色预警", "已有新标签", False),
    ]
