"""What a dialog marks as required is required: every action at every station, each marked field left empty."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import StepInput
from domain.cases.queries import actions
from domain.cases.rules import DEPARTMENT_LABELS
from domain.cases.vocabulary import Action, Need, Status
from domain.kernel.actor import Actor
from domain.kernel.refusals import Invalid
from tests.domain.cases import oracle
from tests.support import county as support
from tests.support import stations
from tests.support.county import MORNING
from tests.support.stations import RIGHT, SAID, SCENES, WITH_PICTURES, Scene

EMPTY = StepInput()
ON_THE_PAGE = {Need.CHANGES.value, Need.COMPLETE.value}
"""Asked on the writing page or of the case itself, not in a dialog."""


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_marked_field_left_empty_is_refused_at_the_field(session: AsyncSession, scene: Scene) -> None:
    county = await support.reinforce(session, await support.build(session))
    number = await stations.bring(session, county, scene, at=MORNING)
    cast = await stations.cast_of(session, county, number)
    passed: list[tuple[str, str]] = []
    for action in scene.only or tuple(Action):
        login, _ = oracle.somebody(scene, cast, action)
        if login not in county.actors:
            continue
        shown = await actions.of(session, cast[login], number, at=MORNING)
        view = next((one for one in shown if one.action == action.value and one.allowed), None)
        for need in view.needs if view else ():
            if need.required and need.name not in ON_THE_PAGE:
                right: dict[str, object] = {"opinion": SAID, **RIGHT.get(action, {})}
                if action in WITH_PICTURES:
                    right["attachments"] = (await support.picture(session, cast[login], at=MORNING),)
                given = right | {need.name: getattr(EMPTY, need.name)}
                if need.name not in await _refused(session, cast[login], number, action, given):
                    passed.append((action.value, need.name))

    assert not passed


async def _refused(
    session: AsyncSession, actor: Actor, number: str, action: Action, given: dict[str, object]
) -> set[str]:
    """Try a step, and give the fields that it was refused at."""
    try:
        async with session.begin_nested() as attempt:
            await support.step(session, actor, number, action, at=MORNING, **given)
            await attempt.rollback()
    except Invalid as refusal:
        return set(refusal.fields)
    finally:
        session.expire_all()
    return set()


def test_a_status_has_one_word_for_everybody() -> None:
    """处理中 is 处理中 for the department too; only where the sentence differs by reader there are two."""
    assert Status.IN_PROGRESS not in DEPARTMENT_LABELS
    assert Status.IN_PROGRESS.label == "处理中"
