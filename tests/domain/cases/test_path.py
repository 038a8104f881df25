"""The way of a case tells what happened, in the words of the steps that did it."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import beginning, detail
from domain.cases.vocabulary import Action
from domain.kernel.clock import local
from tests.support import county as support
from tests.support import stations
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.stations import SCENES

A = Action
DONE_FIRST = ["登记", "受理"]
PATHS: dict[str, list[tuple[str, str]]] = {
    "leader_order": [("转派", "done"), ("接收", "done"), ("领导交办", "done"), ("办理答复", "now")],
    "accepted nowhere, ordered": [("领导直接交办", "done"), ("接收", "now"), ("办理答复", "todo")],
    "in_progress": [("转派", "done"), ("接收", "done"), ("办理答复", "now")],
    "at_city": [("上报市平台", "done"), ("办理答复", "now")],
}


@pytest.mark.parametrize("name", PATHS)
async def test_the_way_tells_what_happened(session: AsyncSession, name: str) -> None:
    county = await support.reinforce(session, await support.build(session))
    scene = next(scene for scene in SCENES if scene.name == name)
    number = await stations.bring(session, county, scene, at=MORNING)

    path = await detail.process(session, county["center"], number, at=MORNING)

    told = [(node.label, node.state) for node in path]
    assert [label for label, _ in told[:2]] == DONE_FIRST
    assert told[2 : 2 + len(PATHS[name])] == PATHS[name]


async def test_a_case_closed_at_once_went_to_no_department(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    await support.step(session, county["center"], number, A.CLOSE_DIRECTLY, at=MORNING, result="当场说明清楚")

    path = await detail.process(session, county["center"], number, at=MORNING)

    assert [(node.label, node.state) for node in path] == [
        ("登记", "done"), ("受理", "done"), ("直接办结", "done"), ("评价", "todo"),
    ]  # fmt: skip


async def test_a_void_case_ends_where_it_ended(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    await support.step(session, county["center"], number, A.VOID, at=MORNING, opinion="重复登记")

    path = await detail.process(session, county["center"], number, at=MORNING)

    assert [(node.label, node.state) for node in path] == [("登记", "done"), ("受理", "done"), ("作废", "done")]


class TestBeginning:
    async def test_who_accepts_is_in_charge_with_the_telephone_given_last(
        self, session: AsyncSession, county: County
    ) -> None:
        county.units["rsj"].phone = "0595-22001234"
        await session.flush()
        me = county["rsj"]
        first = await beginning.given(session, me, A.ACCEPT, at=MORNING)
        assert first == {"person_in_charge": me.name, "person_phone": "0595-22001234"}

        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        charge = {"person_in_charge": me.name, "person_phone": support.phone(8)}
        await support.step(session, me, number, A.ACCEPT, at=MORNING, **charge)

        assert (await beginning.given(session, me, A.ACCEPT, at=MORNING))["person_phone"] == support.phone(8)
        assert await beginning.given(session, county["zjj"], A.ACCEPT, at=MORNING) == {
            "person_in_charge": county["zjj"].name,
            "person_phone": "",
        }
        assert await beginning.given(session, me, A.HAND_OVER, at=MORNING) == {}

    async def test_who_notes_a_call_back_has_just_made_it(self, session: AsyncSession, county: County) -> None:
        known = await beginning.given(session, county["center"], A.CALL_BACK, at=MORNING)
        assert known == {"called_at": f"{local(MORNING):%Y-%m-%dT%H:%M}", "called_by": county["center"].name}

    async def test_one_text_is_enough_for_a_result(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        picture = await support.picture(session, county["rsj"], at=MORNING)
        given = {"result": "工资已付清", "resolution_method": "people_mediation", "attachments": (picture,)}
        await support.step(session, county["rsj"], number, A.SUBMIT_RESULT, at=MORNING, **given)

        line = (await detail.journal(session, county["center"], number))[0]
        assert line.opinion == "工资已付清"


class TestAssistants:
    """改派 keeps those who assist, unless it names others."""

    async def _helped(self, session: AsyncSession, county: County) -> str:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        dispatch = {"lead_department": "rsj", "assist_departments": ("zjj",)}
        await support.step(session, county["center"], number, A.DISPATCH, at=MORNING, **dispatch)
        await support.step(session, county["zjj"], number, A.ASSIST_ACCEPT, at=MORNING)
        return number

    async def _live(self, session: AsyncSession, county: County, number: str) -> list[tuple[str, str, str]]:
        view = await detail.get(session, county["center"], number, at=MORNING)
        return sorted((a.unit_code, a.part, a.state) for a in view.assignments if a.ended_at is None)

    @pytest.mark.parametrize(
        ("chosen", "left"),
        [
            (None, [("mzj", "lead", "waiting"), ("zjj", "assist", "working")]),
            (("zjj",), [("mzj", "lead", "waiting"), ("zjj", "assist", "working")]),
            (("rsj", "zjj"), [("mzj", "lead", "waiting"), ("rsj", "assist", "waiting"), ("zjj", "assist", "working")]),
            ((), [("mzj", "lead", "waiting")]),
        ],
    )
    async def test_who_assists_goes_on(
        self, session: AsyncSession, chosen: tuple[str, ...] | None, left: list[tuple[str, str, str]]
    ) -> None:
        county = await support.reinforce(session, await support.build(session))
        number = await self._helped(session, county)
        assert await beginning.helping(session, county["center"], number, A.REDISPATCH) == ["zjj"]

        more = {} if chosen is None else {"assist_departments": chosen}
        given = {"opinion": "换一家", "lead_department": "mzj", **more}
        await support.step(session, county["center"], number, A.REDISPATCH, at=MORNING, **given)

        assert await self._live(session, county, number) == left

    async def test_an_assistant_that_leads_now_assists_no_more(self, session: AsyncSession, county: County) -> None:
        number = await self._helped(session, county)
        given = {"opinion": "换一家", "lead_department": "zjj"}
        await support.step(session, county["center"], number, A.REDISPATCH, at=MORNING, **given)

        assert await self._live(session, county, number) == [("zjj", "lead", "waiting")]

    async def test_an_order_keeps_them_too(self, session: AsyncSession) -> None:
        county = await support.reinforce(session, await support.build(session))
        number = await self._helped(session, county)
        await support.step(session, county["leader"], number, A.ORDER, at=MORNING, opinion="请督办", department="mzj")

        assert ("zjj", "assist", "working") in await self._live(session, county, number)
