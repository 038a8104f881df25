"""The order of lists: the defaults of the ruling, and what an administrator arranged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import rules
from domain.cases.operations.orders import arrange
from domain.cases.queries import lists
from domain.cases.queries.orders import DEFAULTS, Order
from domain.cases.schemas import CaseFilter
from domain.cases.vocabulary import Status
from domain.kernel.refusals import Invalid, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


async def _shown(session: AsyncSession, county: County, login: str, hours: int = 0, view: str = "") -> list[str]:
    at = MORNING + timedelta(hours=hours)
    page = await lists.search(session, county[login], CaseFilter(view=view), at=at, size=50)
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

    async def test_begins_the_to_do_list_with_what_is_in_hand(self, session: AsyncSession, county: County) -> None:
        await _one_of_each(session, county)

        assert await _shown(session, county, "rsj", view="todo") == ["in_progress", "in_progress", "to_accept"]


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
