"""A registration holds one card or what was typed: a difference that nobody decided is never saved."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.models import JournalEntry
from domain.kernel.refusals import Invalid
from domain.people.models import IdType, Sex
from domain.people.schemas import PersonInput
from domain.visits import operations, rules
from domain.visits.models import IdSource, Visit
from domain.visits.schemas import VisitInput
from tests.support import county as support
from tests.support.county import MORNING, County

CARD = PersonInput(
    name="欧阳" + "一卡", id_number=support.id_number(11), sex=Sex.MALE, nation="汉", address="甲村 1 号"
)
OTHER: dict[str, object] = {
    "name": "王" + "大明",
    "id_type": IdType.PASSPORT,
    "id_number": support.id_number(12),
    "sex": Sex.FEMALE,
    "nation": "畲",
    "address": "乙村 2 号",
}


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


def _typed(*fields: str) -> PersonInput:
    # The card's person, some fields typed otherwise.
    return replace(CARD, phone=support.phone(11), **{name: OTHER[name] for name in fields})  # type: ignore[arg-type]


EVERY = [some for size in range(len(rules.LABELS) + 1) for some in itertools.combinations(rules.LABELS, size)]


class TestADifference:
    @pytest.mark.parametrize("fields", EVERY, ids="+".join)
    def test_is_refused_at_each_of_its_fields_until_somebody_decides(self, fields: tuple[str, ...]) -> None:
        assert set(rules.card_faults(_typed(*fields), CARD, ())) == set(fields)

    @pytest.mark.parametrize("fields", EVERY, ids="+".join)
    def test_may_be_kept_where_it_does_not_say_who_it_is(self, fields: tuple[str, ...]) -> None:
        faults = rules.card_faults(_typed(*fields), CARD, rules.LABELS)
        assert set(faults) == set(fields) & set(rules.IDENTITY)

    @pytest.mark.parametrize(
        "same",
        [
            {"name": " 欧阳一卡 "},
            {"id_number": " " + support.id_number(11)},
            {"nation": "汉族"},
            {"address": "甲村　1 号 "},
            {"sex": Sex.UNKNOWN},
            {"nation": ""},
        ],
    )
    def test_is_none_where_both_mean_the_same_or_nothing_was_typed(self, same: dict[str, object]) -> None:
        assert rules.card_faults(replace(_typed(), **same), CARD, ()) == {}  # type: ignore[arg-type]

    @pytest.mark.parametrize("missing", ["name", "id_number"])
    def test_is_refused_where_the_card_says_half_of_who_it_is(self, missing: str) -> None:
        assert set(rules.card_faults(_typed(), replace(CARD, **{missing: ""}), rules.LABELS)) == {missing}  # type: ignore[arg-type]


class TestARegistration:
    async def test_with_an_undecided_difference_leaves_nothing(self, session: AsyncSession, county: County) -> None:
        given = VisitInput(_typed("name"), "咨询", card=CARD)
        with pytest.raises(Invalid) as refused:
            await operations.register(session, county["guide"], given, at=MORNING)

        assert refused.value.fields == {"name": "姓名与证件不一致，请选择采用证件，或不用这张证件"}
        assert list(await session.scalars(select(Visit))) == []

    async def test_keeps_and_shows_where_each_field_came_from(self, session: AsyncSession, county: County) -> None:
        given = VisitInput(_typed("address"), "咨询", card=CARD, kept=frozenset({"address"}), reader_sam_id="sam")
        shown = await operations.register(session, county["guide"], given, at=MORNING)

        assert shown.sources == {**dict.fromkeys(rules.LABELS, "card"), "address": "manual"}
        assert shown.id_source == "读卡（住址为手工录入）"
        query = select(JournalEntry.detail).where(col(JournalEntry.action) == "visit.register")
        assert (await session.scalars(query)).one()["sources"] == shown.sources

    async def test_without_a_card_is_typed_and_names_no_reader(self, session: AsyncSession, county: County) -> None:
        given = VisitInput(_typed(), "咨询", reader_sam_id="sam")
        shown = await operations.register(session, county["guide"], given, at=MORNING)

        assert set(shown.sources.values()) == {IdSource.MANUAL.value}
        assert shown.id_source == "手工录入"
        assert (await session.scalars(select(Visit.reader_sam_id))).one() == ""
