"""Whom a dialog says that a step tells by message is whom the relay writes to, for every step that tells petitioners."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.cases.inputs import PartyInput
from domain.cases.vocabulary import Action, Tell
from domain.cases.workflow import STEPS
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import queries, rules
from domain.notices.models import Message
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import relay_all
from tests.support.stations import RIGHT, SAID

A = Action
BEFORE = {
    A.SUBMIT: 0,
    A.VOID: 1,
    A.CLOSE_DIRECTLY: 1,
    A.ACCEPT: 2,
    A.SUBMIT_RESULT: 4,
    A.PUBLISH_ANSWER: 5,
    A.CONFIRM: 5,
}
"""How much of the main line each step has before it."""
WHO = {A.SUBMIT: "registrar", A.ACCEPT: "rsj", A.SUBMIT_RESULT: "rsj"}
PHONES = {
    "mobile": (phone(1),),
    "landline": ("0595-22000000",),
    "two": (phone(1), phone(2)),
    "shared": (phone(1), phone(1)),
    "mixed": (phone(1), "0595-22000000"),
}


def test_every_step_that_tells_petitioners_is_asked_here() -> None:
    told = {step.action for step in STEPS if Tell.PETITIONER in step.tells}
    assert told == set(BEFORE) | {A.CITY_RESULT}
    assert told == set(rules.OCCASIONS)


@pytest.mark.parametrize("phones", PHONES.values(), ids=list(PHONES))
@pytest.mark.parametrize("action", BEFORE)
async def test_as_many_are_written_to_as_the_dialog_says(
    county: County, action: Action, phones: tuple[str, ...]
) -> None:
    parties = tuple(
        PartyInput(name="林" + "水木", id_number=support.id_number(seed), phone=number)
        for seed, number in enumerate(phones, start=1)
    )
    at = MORNING + timedelta(minutes=5)
    async with unit_of_work() as session:
        number = await support.draft(session, county, at=MORNING, parties=parties)
        for step in MAIN_LINE[: BEFORE[action]]:
            await support.main_step(session, county, number, step, at=MORNING)
    await relay_all(MORNING + timedelta(minutes=1))
    who = county[WHO.get(action, "center")]
    async with unit_of_work() as session:
        before = await session.scalar(select(func.count()).select_from(Message)) or 0
        foretold = dict(await queries.will_tell(session, who, number, action, at=at))
        pictures = (await support.picture(session, who, at=at),) if action is A.SUBMIT_RESULT else ()
        given = {"opinion": SAID, **RIGHT.get(action, {}), "attachments": pictures}
        await support.step(session, who, number, action, at=at, **given)
    await relay_all(at + timedelta(minutes=1))
    async with unit_of_work() as session:
        written = (await session.scalar(select(func.count()).select_from(Message)) or 0) - before

    assert foretold.get(Tell.PETITIONER.label, 0) == written
    mobiles = len({one for one in phones if one.startswith("139")})
    assert written == (0 if action is A.PUBLISH_ANSWER else mobiles)
    assert (rules.NO_MOBILE in foretold) is (mobiles == 0 and action is not A.PUBLISH_ANSWER)
