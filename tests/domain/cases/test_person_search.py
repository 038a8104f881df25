"""The list finds cases by what is known of one of their parties, also by the last four digits."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing
from domain.kernel.refusals import Invalid
from state.cases import listing as screen
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

PHONE, NUMBER = support.phone(1), support.id_number(1)


class TestTheList:
    @pytest.mark.parametrize(
        ("wanted", "many"),
        [
            (CaseFilter(phone_tail=PHONE[-4:]), 1),
            (CaseFilter(id_tail=NUMBER[-4:].lower()), 1),
            (CaseFilter(name="水木", phone_tail=PHONE[-4:], id_number=NUMBER), 1),
            (CaseFilter(name="水木", phone=support.phone(2), id_tail=NUMBER[-4:]), 0),
            (CaseFilter(phone_tail="9876"), 0),
        ],
    )
    async def test_finds_one_party_who_fits_everything(
        self, session: AsyncSession, county: County, wanted: CaseFilter, many: int
    ) -> None:
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)

        found = await listing.search(session, county["center"], wanted, at=MORNING)

        assert found.total == many

    async def test_keeps_to_the_reach(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        found = await listing.search(session, county["zjj"], CaseFilter(phone_tail=PHONE[-4:]), at=MORNING)

        assert found.total == 0

    @pytest.mark.parametrize("wanted", [CaseFilter(phone_tail="1"), CaseFilter(id_tail="12345")])
    async def test_refuses_what_is_no_tail(self, session: AsyncSession, county: County, wanted: CaseFilter) -> None:
        with pytest.raises(Invalid, match="末四位"):
            await listing.search(session, county["center"], wanted, at=MORNING)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1234", ("", "1234")), ("123x", ("", "123x")), ("0595-22000000", ("0595-22000000", "")), ("", ("", ""))],
)
def test_four_digits_in_the_box_of_a_number_are_its_last(typed: str, kept: tuple[str, str]) -> None:
    assert tuple(screen._digits("whole", "tail", typed).values()) == kept
