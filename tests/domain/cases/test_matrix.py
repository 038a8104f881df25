"""Every role, every status, every action: decided, and as the ruling's table says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import StepInput
from domain.cases.models import Case
from domain.cases.operations.take import take
from domain.cases.policy import Bond
from domain.cases.process import STANDARD
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from tests.domain.cases import oracle, reading
from tests.support import county as support
from tests.support import flow, stations
from tests.support.county import MORNING, County
from tests.support.stations import SAID, SCENES, WITH_PICTURES, Scene

A = Action
_BONDS = (
    Bond(), Bond(own=True), Bond(lead=True), Bond(assist=True), Bond(requester=True), Bond(issuer=True),
    Bond(order=True), Bond(own=True, order=True), Bond(lead=True, order=True), Bond(requester=True, order=True),
)  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_every_triple_is_decided_as_the_table_says(role: Role) -> None:
    assert not flow.undecided(STANDARD, reading.RULING, role, [(bond, bond.ties) for bond in _BONDS])


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.reinforce(session, await support.build(session))


class Stage:
    """The case of a scene, everybody who may try something on it, and a picture of each who may bring one."""

    def __init__(self, session: AsyncSession, scene: Scene, number: str, cast: dict[str, Actor]) -> None:
        self.session, self.scene, self.number, self.cast = session, scene, number, cast
        self.pictures: dict[str, tuple[UUID, ...]] = {}

    @classmethod
    async def of(cls, session: AsyncSession, county: County, scene: Scene) -> Stage:
        number = await stations.bring(session, county, scene, at=MORNING)
        stage = cls(session, scene, number, await stations.cast_of(session, county, number))
        for login in ("rsj", "rsj2", "zjj"):
            stage.pictures[login] = (await support.picture(session, county[login], at=MORNING),)
        return stage

    def right(self, login: str, action: Action) -> dict[str, object]:
        """Give an input of which nothing is missing."""
        pictures = self.pictures.get(login, ()) if action in WITH_PICTURES else ()
        return {"opinion": SAID, **stations.RIGHT.get(action, {}), "attachments": pictures}

    async def attempt(
        self, login: str, action: Action, given: Mapping[str, object], *, undone: bool
    ) -> tuple[str, object]:
        """Try a step and undo it; answer "ok" and the status, or the code and the fields."""
        return await flow.attempt(self.session, self._done(login, action, given), undone=undone)

    async def _done(self, login: str, action: Action, given: Mapping[str, object]) -> Status:
        done = await take(
            self.session, self.cast[login], number=self.number, action=action,
            given=StepInput(**given), at=MORNING,  # type: ignore[arg-type]
        )  # fmt: skip
        return done.status


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name.replace(" ", "_"))
async def test_everybody_trying_everything_ends_as_the_table_says(
    session: AsyncSession, county: County, scene: Scene
) -> None:
    stage = await Stage.of(session, county, scene)
    before = await _stored(session, stage.number)

    async def tries(login: str, action: Action, undone: bool) -> tuple[str, object]:
        return await stage.attempt(login, action, stage.right(login, action), undone=undone)

    wrong = await flow.everybody(stage.cast, scene.only or A, partial(oracle.verdict, scene), tries)
    assert not wrong
    assert await _stored(session, stage.number) == before


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name.replace(" ", "_"))
async def test_a_step_that_lacks_an_input_names_it(session: AsyncSession, county: County, scene: Scene) -> None:
    stage = await Stage.of(session, county, scene)
    wrong: list[tuple[object, ...]] = []
    for action in scene.only or A:
        login, row = oracle.somebody(scene, stage.cast, action)
        if row is None:
            continue
        right = stage.right(login, action)
        for name in oracle.mandatory(row):
            answer = await stage.attempt(login, action, {k: v for k, v in right.items() if k != name}, undone=False)
            if answer != ("invalid", {name}):
                wrong.append((login, action.value, name, answer))
    assert not wrong


async def _stored(session: AsyncSession, number: str) -> tuple[object, ...]:
    query = select(col(Case.status), col(Case.version), col(Case.updated_at)).where(col(Case.number) == number)
    return tuple((await session.execute(query)).one())
