"""The desk's form and the card on its reader: what differs is decided before anything is saved."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain.kernel.unit_of_work import unit_of_work
from domain.people.models import IdType
from domain.visits.models import IdSource, Visit
from state.desks import CardRead
from state.visits.desk import VisitDesk
from tests.support import county as support
from tests.support import states
from tests.support.county import County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

CARD = {"name": "欧阳" + "一卡", "id_no": support.id_number(11), "sex": "男", "nation": "汉", "address": "甲村 1 号"}
FORM = {
    "name": CARD["name"], "id_type": "resident", "id_number": CARD["id_no"], "phone": support.phone(11),
    "sex": "male", "nation": "汉", "address": "甲村 1 号", "reason": "咨询", "companions": "", "informed": "on",
}  # fmt: skip


async def desk(*, sam_id: str = "sam") -> VisitDesk:
    """A desk on whose reader a card was laid."""
    page = await states.tree(VisitDesk, await states.signed_in("guide"), "http://test/visits")
    await states.call(page, "load")
    await page._receive(CardRead(CARD, IdType.RESIDENT, sam_id))
    return page


async def saved() -> list[Visit]:
    async with unit_of_work() as session:
        return list(await session.scalars(select(Visit)))


@pytest.mark.parametrize(
    ("field", "typed"),
    [("name", "王" + "大明"), ("id_number", support.id_number(12)), ("id_type", "none"), ("sex", "female"),
     ("nation", "畲"), ("address", "乙村 2 号")],
)  # fmt: skip
async def test_enter_does_not_pass_a_difference(county: County, field: str, typed: str) -> None:
    page = await desk()
    told = await states.call(page, "save", FORM | {field: typed})

    assert "与证件不一致" in page.faults[field]
    assert told
    assert await saved() == []


async def test_what_a_browser_claims_to_have_kept_never_mixes_two_people(county: County) -> None:
    page = await desk()
    for field, typed in (("name", "王" + "大明"), ("id_number", support.id_number(12))):
        claimed = {f"kept.{name}": str(page.read.seq) for name in FORM}
        await states.call(page, "save", FORM | claimed | {field: typed})
        assert field in page.faults
    assert await saved() == []


async def test_a_decision_counts_for_the_card_it_was_made_on(county: County) -> None:
    page = await desk()
    kept = {"kept.address": str(page.read.seq), "address": "乙村 2 号"}
    await page._receive(CardRead(CARD | {"address": "丙村 3 号"}, IdType.RESIDENT, "sam"))
    await states.call(page, "save", FORM | kept)
    assert set(page.faults) == {"address"}

    await states.call(page, "save", FORM | kept | {"kept.address": str(page.read.seq)})
    (visit,) = await saved()
    assert (visit.id_source, visit.sources["name"], visit.sources["address"]) == (IdSource.CARD, "card", "manual")


async def test_a_card_without_a_chip_of_its_reader_is_a_card(county: County) -> None:
    page = await desk(sam_id="")
    await states.call(page, "save", FORM)
    (visit,) = await saved()
    assert visit.id_source is IdSource.CARD


async def test_a_card_set_aside_leaves_what_was_typed(county: County) -> None:
    page = await desk()
    await states.call(page, "save", FORM | {"name": "王" + "大明"})
    await states.call(page, "set_card_aside")
    assert (page.read.seq, page.read.name, page.faults) == (0, "", {})

    await states.call(page, "save", FORM | {"name": "王" + "大明", "id_number": support.id_number(13)})
    (visit,) = await saved()
    assert (visit.id_source, set(visit.sources.values()), visit.reader_sam_id) == (IdSource.MANUAL, {"manual"}, "")
