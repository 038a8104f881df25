"""The order of lists: the defaults of the ruling, and what an administrator arranged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import rules
from domain.cases.inputs import CaseFilter
from domain.cases.models import Case, Satisfaction
from domain.cases.operations.orders import arrange
from domain.cases.queries import listing
from domain.cases.queries.orders import DEFAULTS, Order
from domain.cases.vocabulary import Status
from domain.kernel.refusals import Invalid, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


async def _shown(session: AsyncSession, county: County, login: str, hours: int = 0, view: str = "") -> list[str]:
    at = MORNING + timedelta(hours=hours)
    page = await listing.search(session, county[login], CaseFilter(view=view), at=at, size=50)
    return [row.status for row in page.items]


async def _one_of_each(session: AsyncSession, county: County) -> None:
    for seed in range(1, 6):
        await support.bring_to(session, county, MAIN_LINE[:seed], at=MORNING, seed=seed)


class TestOrder:
    def test_names_every_shown_status_once(self) -> None:
        words = {str(s) for s in Status} | {rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE}

        assert all(sorted(order) == sorted(words) for order in DEFAULTS.values())

    async def test_is_the_ruling_s_for_the_centre(self, session: AsyncSession, county: County) -> None:
        await _one_of_each(session, county)

        assert await _shown(session, county, "center") == [
            "to_dispatch", "in_progress", "in_progress", "to_accept", "to_confirm"
        ]  # fmt: skip

    async def test_puts_the_overdue_under_their_own_word(self, session: AsyncSession, county: County) -> None:
        await _one_of_each(session, county)

        assert (await _shown(session, county, "rsj", hours=25))[0] == "overdue_accept"
        assert "to_accept" not in await _shown(session, county, "rsj", hours=25)

    async def test_never_puts_what_has_ended_above_what_is_open(self) -> None:
        ended = {"closed", "void"}
        for order in DEFAULTS.values():
            assert set(order[-2:]) == ended, "decision 0019"


class TestToDo:
    """Overdue first, then the nearest deadline; the urgent stand above their like."""

    async def _cases(self, session: AsyncSession, county: County) -> dict[str, str]:
        """Six cases of one office, their deadlines and urgency set."""
        hours = {"late": -1, "later": -30, "late urgent": -2, "soon": 3, "far": 90, "far urgent": 200}
        names: dict[str, str] = {}
        for seed, (name, hour) in enumerate(hours.items(), start=1):
            number = await support.bring_to(session, county, MAIN_LINE[: 2 + seed % 2], at=MORNING, seed=seed)
            values = {"due_at": MORNING + timedelta(hours=hour), "urgent": "urgent" in name}
            await session.execute(update(Case).where(col(Case.number) == number).values(values))
            names[number] = name
        session.expire_all()
        return names

    async def test_goes_by_urgency(self, session: AsyncSession, county: County) -> None:
        names = await self._cases(session, county)
        page = await listing.search(session, county["rsj"], CaseFilter(view="todo"), at=MORNING)
        assert [names[row.number] for row in page.items] == [
            "late urgent", "later", "late", "far urgent", "soon", "far"
        ]  # fmt: skip

    async def test_does_not_lift_what_is_closed(self, session: AsyncSession, county: County) -> None:
        closed = await support.bring_to(session, county, MAIN_LINE, at=MORNING, seed=1)
        waiting = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)
        values = {"urgent": True, "satisfaction": Satisfaction.DISSATISFIED}
        await session.execute(update(Case).where(col(Case.number) == closed).values(values))
        session.expire_all()
        page = await listing.search(session, county["center"], CaseFilter(view="todo"), at=MORNING)
        assert [row.number for row in page.items] == [waiting, closed]
        assert page.items[1].status_label == "不满意待回访"

    async def test_goes_by_status_where_an_administrator_arranged_it(
        self, session: AsyncSession, county: County
    ) -> None:
        await self._cases(session, county)
        wanted = ["to_accept", *(status for status in DEFAULTS[Order.TODO] if status != "to_accept")]
        await arrange(session, county["center"], Order.TODO, wanted, at=MORNING)
        shown = await _shown(session, county, "rsj", view="todo")
        assert shown[0] == "to_accept"


class TestArrange:
    async def test_changes_the_list(self, session: AsyncSession, county: County) -> None:
        await _one_of_each(session, county)
        wanted = ["to_confirm", *(s for s in DEFAULTS[Order.CENTRE] if s != "to_confirm")]

        await arrange(session, county["center"], Order.CENTRE, wanted, at=MORNING)

        assert (await _shown(session, county, "center"))[0] == "to_confirm"
        assert (await _shown(session, county, "rsj"))[0] == "to_accept"

    async def test_refuses_a_list_that_is_not_whole(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid):
            await arrange(session, county["center"], Order.TODO, ["to_dispatch"], at=MORNING)
        with pytest.raises(NotPermitted):
            await arrange(session, county["rsj"], Order.TODO, DEFAULTS[Order.TODO], at=MORNING)
