"""Whose work a case is now: what was dispatched elsewhere or given back is a department's history, not its work."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.models import Case, Satisfaction, Supervision
from domain.cases.queries import listing, views
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Action
from domain.kernel.ids import new_id
from domain.notices import queries as notices
from domain.notices.models import Notice
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

LATE = MORNING + timedelta(hours=30)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def _rows(session: AsyncSession, county: County, login: str, view: str) -> list[CaseRow]:
    page = await listing.search(session, county[login], CaseFilter(view=view), at=LATE)
    return list(page.items)


async def _moved(session: AsyncSession, county: County) -> str:
    """Dispatch a case to one department and then to another, before the first accepts it."""
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    await support.step(
        session, county["center"], number, Action.REDISPATCH, at=MORNING + timedelta(minutes=5), opinion="应由住建局办理",
        lead_department="zjj",
    )  # fmt: skip
    return number


@pytest.mark.parametrize("login", ["rsj", "rsj_head"])
class TestAfterARedispatch:
    async def test_no_counter_of_the_former_department_counts_it(
        self, session: AsyncSession, county: County, login: str
    ) -> None:
        await _moved(session, county)
        counts = await views.count_views(session, county[login], tuple(views.VIEWS), at=LATE)
        assert {view for view, count in counts.items() if count} == {"former", "all"}

    async def test_it_stays_findable_as_history_without_a_deadline(
        self, session: AsyncSession, county: County, login: str
    ) -> None:
        number = await _moved(session, county)
        assert await _rows(session, county, login, views.ledger_of(county[login])) == []
        (row,) = await _rows(session, county, login, "former")
        assert (row.number, row.status_label, row.status_tone, row.due, row.due_at) == (
            number,
            "已改派",
            "gray",
            "",
            None,
        )

    async def test_it_is_the_work_of_the_other_department(
        self, session: AsyncSession, county: County, login: str
    ) -> None:
        number = await _moved(session, county)
        other = login.replace("rsj", "zjj")
        for view in ("todo", "open", "overdue", "to_accept", views.ledger_of(county[other])):
            assert [row.number for row in await _rows(session, county, other, view)] == [number], view

    async def test_the_bell_no_longer_calls_to_it(self, session: AsyncSession, county: County, login: str) -> None:
        number = await _moved(session, county)
        case_id = await session.scalar(select(col(Case.id)).where(col(Case.number) == number))
        for minutes, text in ((1, f"待接收：{number}"), (5, f"已改派：{number}")):
            session.add(
                Notice(
                    message_id=new_id(), account_id=county[login].account_id, case_id=case_id, number=number, kind="dispatch", text=text,
                    at=MORNING + timedelta(minutes=minutes),
                )
            )  # fmt: skip
        await session.flush()
        assert await notices.unread_count(session, county[login]) == 1
        shown = await notices.newest(session, county[login])
        assert [(one.text[:3], one.unread) for one in shown] == [("已改派", True)]
        assert [(one.text[:3], one.unread) for one in shown[0].more] == [("待接收", False)]


async def test_what_was_returned_is_shown_as_returned(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
    await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不归我局")
    await support.step(session, county["center"], number, Action.APPROVE_RETURN, at=MORNING, opinion="同意")
    assert await _rows(session, county, "rsj", "ours") == []
    (row,) = await _rows(session, county, "rsj", "returned")
    assert (row.number, row.status_label, row.due) == (number, "已退回", "")


class TestAfterClosing:
    async def _closed(self, session: AsyncSession, county: County, **values: object) -> str:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        if values:
            await session.execute(update(Case).where(col(Case.number) == number).values(**values))
        session.expire_all()
        return number

    @pytest.mark.parametrize(
        ("values", "logins"),
        [
            ({}, set()),
            ({"satisfaction": Satisfaction.SATISFIED}, set()),
            ({"satisfaction": Satisfaction.DISSATISFIED}, {"center", "leader"}),
            ({"unit_satisfaction": Satisfaction.VERY_DISSATISFIED}, {"center", "leader"}),
            ({"satisfaction": Satisfaction.FAIR, "appealed_at": MORNING}, {"center"}),
        ],
    )
    async def test_appeals_and_bad_ratings_are_to_be_done_by_who_must_act(
        self, session: AsyncSession, county: County, values: dict[str, object], logins: set[str]
    ) -> None:
        number = await self._closed(session, county, **values)
        waiting = {login for login in county.actors if await _rows(session, county, login, "todo")}
        assert waiting == logins, number


async def test_a_leader_s_list_is_decisions_then_reds_then_dissatisfaction(
    session: AsyncSession, county: County
) -> None:
    rated = await support.bring_to(session, county, MAIN_LINE, at=MORNING, seed=1)
    red = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=2)
    order = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=3)
    await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=4)
    await support.step(session, county["center"], order, Action.PROPOSE_ORDER, at=MORNING, opinion="请交办")
    for number, values in (
        (rated, {"satisfaction": Satisfaction.DISSATISFIED}),
        (red, {"supervision": Supervision.RED, "due_at": MORNING}),
    ):
        await session.execute(update(Case).where(col(Case.number) == number).values(**values))
    session.expire_all()
    assert [row.number for row in await _rows(session, county, "leader", "todo")] == [order, red, rated]
