"""Over HTTP: everybody trying everything at every station is answered by the ruling's table, to the status code.

What was done is undone: all of it runs on one connection whose transaction never commits.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zlib import crc32

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker

from domain.cases.vocabulary import Action
from domain.kernel import unit_of_work
from domain.kernel.actor import Actor
from domain.kernel.unit_of_work import unit_of_work as work
from state.clock import now
from tests.app.api.conftest import Api
from tests.domain.cases import oracle, reading
from tests.support import county as support
from tests.support import stations
from tests.support.stations import SAID, SCENES, WITH_PICTURES, Scene

_PHOTOGRAPHERS = ("rsj", "rsj2", "zjj")
SOAK = bool(os.environ.get("SOAK"))
_SECOND = {"registrar2", "center2", "rsj2", "zjj", "zjj_head", "mzj", "mzj_head"}


@dataclass
class Stations:
    """One case for each scene, and a picture of each who may bring one; nothing tried here stays."""

    api: Api
    numbers: dict[str, str]
    pictures: dict[str, str]
    undo: Callable[[], Awaitable[None]]
    chosen: dict[str, list[tuple[str, Action]]]

    @property
    def cast(self) -> dict[str, Actor]:
        return self.api.county.actors

    def right(self, login: str, action: Action) -> dict[str, object]:
        """Give a body of which nothing is missing."""
        given = {"opinion": SAID, **stations.RIGHT.get(action, {})}
        if action is Action.CALL_BACK:
            given["called_at"] = now().isoformat()
        if action in WITH_PICTURES and login in self.pictures:
            given["attachments"] = [self.pictures[login]]
        return given

    async def tries(self, login: str, scene: Scene, action: Action, given: dict[str, object]) -> httpx.Response:
        answer = await self.api.act(login, self.numbers[scene.name], action.value, given)
        if answer.status_code == 200:
            await self.undo()
        return answer


@asynccontextmanager
async def undone(api: Api) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Run everything on one connection; the function given undoes what was committed since."""
    async with api.engine.connect() as connection:
        outer = await connection.begin()
        unit_of_work.use(
            async_sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        )

        async def undo() -> None:
            nonlocal outer
            await outer.rollback()
            outer = await connection.begin()

        try:
            yield undo
        finally:
            await outer.rollback()
            unit_of_work.use_engine(api.engine)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(api: Api) -> AsyncGenerator[Stations]:
    numbers: dict[str, str] = {}
    async with work() as session:
        await support.reinforce(session, api.county, at=now())
    for place, scene in enumerate(SCENES):
        async with work() as session:
            numbers[scene.name] = await stations.bring(session, api.county, scene, at=now(), seed=100 + place)
    for login in api.county.actors:
        await api.bearer(login)
    pictures = {login: (await api.upload(login, support.png())).json()["id"] for login in _PHOTOGRAPHERS}
    async with undone(api) as undo:
        yield Stations(api, numbers, pictures, undo, chosen(api.county.actors))


def worth_trying(scene: Scene, login: str, actor: Actor) -> Sequence[Action]:
    """Everything for one of each role; for a role's second only what the role ever does: there the tie decides."""
    everything = scene.only or tuple(Action)
    if login not in _SECOND:
        return everything
    return [action for action in everything if actor.roles & reading.ROLES_OF[action]]


def chosen(cast: Mapping[str, Actor]) -> dict[str, list[tuple[str, Action]]]:
    """Share out what is tried over HTTP: whoever, whatever and with each answer at least once, every line of the table.

    That the product decides each of them rightly at every station is tested in `tests/domain/cases/test_matrix.py`
    without HTTP; here it is asked whether the decision of each kind arrives. `SOAK=1` tries everything everywhere.
    """
    kinds: dict[str, list[tuple[str, str, Action]]] = {}
    for scene in SCENES:
        for login, actor in cast.items():
            for action in worth_trying(scene, login, actor):
                wanted = oracle.verdict(scene, actor, action)
                kind = f"{sorted(actor.roles)} {action} {wanted.code} {wanted.row and wanted.row.number}"
                kinds.setdefault(kind, []).append((scene.name, login, action))
    plan: dict[str, list[tuple[str, Action]]] = {scene.name: [] for scene in SCENES}
    for kind, places in kinds.items():
        for name, login, action in places if SOAK else [places[crc32(kind.encode()) % len(places)]]:
            plan[name].append((login, action))
    return plan


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name.replace(" ", "_"))
class TestEveryStep:
    async def test_is_answered_as_the_table_says(self, stage: Stations, scene: Scene) -> None:
        wrong: list[tuple[object, ...]] = []
        for login, action in stage.chosen[scene.name]:
            wanted = oracle.verdict(scene, stage.cast[login], action)
            answer = await stage.tries(login, scene, action, stage.right(login, action))
            told = answer.json()
            right = told["status"] == wanted.target if wanted.code == "ok" else told.get("code") == wanted.code
            if answer.status_code != oracle.HTTP[wanted.code] or not right:
                wrong.append((login, action.value, answer.status_code, told, wanted.code, wanted.target))
        assert not wrong

    async def test_that_lacks_an_input_is_422_and_names_it(self, stage: Stations, scene: Scene) -> None:
        wrong: list[tuple[object, ...]] = []
        for action in scene.only or Action:
            login, row = oracle.somebody(scene, stage.cast, action)
            if row is None:
                continue
            right = stage.right(login, action)
            for name in oracle.mandatory(row):
                answer = await stage.tries(login, scene, action, {k: v for k, v in right.items() if k != name})
                if (answer.status_code, set(answer.json().get("fields", ()))) != (422, {name}):
                    wrong.append((login, action.value, name, answer.status_code, answer.json()))
        assert not wrong
