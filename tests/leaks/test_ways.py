"""Every address of the interface × every person: what one may not know of does not exist, and nobody is shown in clear.

The addresses come from the application. A new one is asked here by itself, and must be named in `app.api.rights`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from app.api.build import build_api
from app.api.rights import NEEDS, Door, permissions_of
from app.settings import Settings
from domain.kernel.clock import local_date
from state.clock import now
from tests.leaks import addresses, marks
from tests.leaks.conftest import undone
from tests.leaks.oracle import CaseFact, reveals, sees, sees_visit, shown_id, shown_name, shown_phone
from tests.leaks.people import EVERYBODY, VISITS, Who, kinds, living
from tests.leaks.world import World
from tests.support.county import png

LIVING = [who.login for who in kinds()]
_SLOW = frozenset({"/api/v1/cases/{number}/slip", "/api/v1/cases/{number}/slip.png"})
"""A slip is typeset: one for each who may is enough, asked for in a test of its own."""
TIED = chr(0x8800 + 500)
"""The cases that were merged or put under one another are marked from here on."""
JOURNAL = "/api/v1/journal/export"
REFUSED = frozenset({401, 403, 404})


class Asker:
    """The interface, and whoever asks it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: FastAPI = build_api(settings=Settings(demo=False, _env_file=None))
        self.description = self.app.openapi()
        self.routes = sorted(set(addresses.routes(self.app)) - {("SOCKET", "/api/v1/desk/{desk}")})

    async def ask(self, who: str, method: str, path: str, body: Any = None, **given: object) -> httpx.Response:
        """Ask as somebody, each from an address of the own."""
        place = f"192.0.2.{1 + list(EVERYBODY).index(who) if who else 200}"
        transport = httpx.ASGITransport(self.app, client=(place, 40000))
        headers = {"Authorization": f"Bearer {self.world.tokens[who]}"} if who else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            right = addresses.body_of(self.description, method, path) if body is None else body
            more: dict[str, Any] = {"json": right} if right is not None and method != "GET" else {}
            if path == "/api/v1/attachments":
                more = {"files": {"file": ("a.png", png(size=(8, 8)), "image/png")}}
            if path == "/api/v1/areas":
                more = {"params": {"q": "号"}}
            return await client.request(method, addresses.filled(path, **given), headers=headers, **more)

    def about(self, record: str) -> Iterator[tuple[str, str]]:
        """List the addresses that name a kind of record."""
        return ((method, path) for method, path in self.routes if record in addresses.pieces(path))

    def at_large(self) -> Iterator[tuple[str, str]]:
        """List the addresses that name no record, signing in and out apart: those would end the session."""
        return (
            (method, path)
            for method, path in self.routes
            if not addresses.RECORDS & addresses.pieces(path)
            and not path.startswith(("/auth/", "/api/v1/auth/", "/t/"))
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asker(built: World) -> AsyncGenerator[Asker]:
    yield Asker(built)


def said(answer: httpx.Response, given: dict[str, object]) -> tuple[int, str]:
    """Give an answer without what was asked for, to be compared."""
    text = answer.text
    for value in given.values():
        text = text.replace(str(value), "?")
    return answer.status_code, text


def watched(asker: Asker, who: Who, answer: httpx.Response, *, but: tuple[str, ...] = ()) -> None:
    """Make sure that an answer tells nothing that it must not."""
    text = marks.text_of(answer.content) + str(dict(answer.headers))
    about = (who.login, answer.request.method, answer.request.url.path)
    assert answer.status_code < 500, about
    assert not marks.clear_in(asker.world, text), about
    assert not marks.foreign_in(asker.world, who, text, but=but), (*about, marks.foreign_in(asker.world, who, text))


def journal_marks(world: World) -> tuple[str, ...]:
    """List what the auditor's journal may name of a case: number and ids, never title, content or a person."""
    return tuple(mark for case in world.cases for mark in (case.number, str(case.id), str(case.person_id)))


def some(cases: list[CaseFact], login: str, count: int) -> list[CaseFact]:
    """Choose a few, others for each person, one with pictures among them."""
    if not cases:
        return []
    start = list(EVERYBODY).index(login) * 7
    rich = [case for case in cases if case.files][:1]
    tied = [case for case in cases if case.title[1] >= TIED]
    return [*rich, *tied, *(cases[(start + step * 11) % len(cases)] for step in range(count))]


@pytest.mark.parametrize("login", LIVING)
class TestWhoMayNotKnow:
    async def test_gets_the_answer_of_what_does_not_exist(self, world: World, asker: Asker, login: str) -> None:
        who, nothing = EVERYBODY[login], addresses.of_nothing()
        async with undone(world) as undo:
            for method, path in asker.about("number"):
                unknown = said(await asker.ask(login, method, path, **nothing), nothing)
                assert unknown[0] in REFUSED, (login, method, path, unknown)
                for case in some(world.unseen(who), login, 1):
                    given = addresses.of_case(case)
                    answer = await asker.ask(login, method, path, **given)
                    assert said(answer, given) == unknown, (login, method, path)
                    watched(asker, who, answer, but=(case.number,))
            await undo()

    async def test_gets_no_picture_no_person_and_no_visit(self, world: World, asker: Asker, login: str) -> None:
        who, nothing, today = EVERYBODY[login], addresses.of_nothing(), local_date(now())
        shut = [v for v in world.visits if not sees_visit(who, v, today)][:2]
        async with undone(world) as undo:
            for method, path in asker.about("file_id"):
                unknown = said(await asker.ask(login, method, path, **nothing), nothing)
                for case in [case for case in world.unseen(who) if case.files][:2]:
                    given = addresses.of_case(case)
                    assert said(await asker.ask(login, method, path, **given), given) == unknown, (login, path)
            for method, path in asker.about("visit_id"):
                unknown = said(await asker.ask(login, method, path, **nothing), nothing)
                for visit in shut:
                    given = addresses.of_visit(visit)
                    assert said(await asker.ask(login, method, path, **given), given) == unknown, (login, path)
            for method, path in asker.about("person_id"):
                unknown = said(await asker.ask(login, method, path, **nothing), nothing)
                hidden = [addresses.of_case(case) for case in world.cases if not reveals(who, case)][:3]
                for given in hidden:
                    assert said(await asker.ask(login, method, path, **given), given) == unknown, (login, path)
            await undo()


@pytest.mark.parametrize("login", LIVING)
class TestWhoMayKnow:
    async def test_is_shown_masks_and_nothing_of_other_cases(self, world: World, asker: Asker, login: str) -> None:
        who = EVERYBODY[login]
        async with undone(world) as undo:
            for case in some(world.seen(who), login, 2):
                given = addresses.of_case(case)
                for method, path in asker.about("number"):
                    if path not in _SLOW:
                        watched(asker, who, await asker.ask(login, method, path, **given))
                        if method != "GET":
                            await undo()
                whole = (await asker.ask(login, "GET", "/api/v1/cases/{number}", **given)).json()
                (party, *_) = whole["parties"]
                human = case.human
                assert (party["name"], party["id_number"], party["phone"]) == (
                    shown_name(human), shown_id(human), shown_phone(human)
                )  # fmt: skip
                assert party["address"] == "溪南村****"

    async def test_sees_the_same_at_every_address_without_a_record(
        self, world: World, asker: Asker, login: str
    ) -> None:
        who = EVERYBODY[login]
        async with undone(world) as undo:
            for method, path in asker.at_large():
                answer = await asker.ask(login, method, path)
                watched(asker, who, answer, but=journal_marks(world) if path == JOURNAL else ())
                shut = [v for v in world.visits if VISITS not in who.rights]
                assert not marks.visits_in(shut, answer.text), (login, path)
                if method != "GET":
                    await undo()
            await self._lists(world, asker, who)

    async def _lists(self, world: World, asker: Asker, who: Who) -> None:
        listed = await asker.ask(who.login, "GET", "/api/v1/cases")
        may = {case.number for case in world.seen(who)}
        if not who.may("case.view"):
            assert listed.status_code == 403
            return
        assert listed.json()["total"] == len(may)
        found = await asker.ask(who.login, "POST", "/api/v1/cases/search", {"name": "林", "limit": 100})
        assert {item["number"] for item in found.json()["items"]} == may
        assert {item["party"][0] for item in found.json()["items"]} <= {"林"}
        labels = await asker.ask(
            who.login, "POST", "/api/v1/lists/{listing}/search", {"limit": 100}, listing="risk-labels"
        )
        watched(asker, who, labels)
        plain = [case for case in world.seen(who) if case.merged_into is None and case.status not in {"draft", "void"}]
        assert {item["number"] for item in labels.json()["items"]} <= may
        assert labels.json()["total"] == str(len(plain))


@pytest.mark.parametrize("login", LIVING)
async def test_whoever_lacks_what_is_declared_is_refused(world: World, asker: Asker, login: str) -> None:
    who = EVERYBODY[login]
    seen = next(iter(world.seen(who)), None)
    given = (addresses.of_case(seen) if seen else {}) or addresses.of_nothing()
    given = addresses.of_nothing() | given
    async with undone(world) as undo:
        for method, path in asker.routes:
            needed = {right.value for right in permissions_of(NEEDS[(method, path)])}
            if needed and not who.may(*needed):
                answer = await asker.ask(login, method, path, **given)
                assert answer.status_code in REFUSED, (login, method, path, answer.status_code, answer.text)
        await undo()


async def test_nobody_without_a_session_gets_further_than_the_doors_for_anybody(world: World, asker: Asker) -> None:
    given = addresses.of_nothing() | addresses.of_case(world.cases[4]) | addresses.of_visit(world.visits[0])
    for method, path in asker.routes:
        if NEEDS[(method, path)] in {Door.ANYBODY, Door.LINK, Door.HERE}:
            continue
        for login in ("", "disabled", "expired"):
            answer = await asker.ask(login, method, path, **given)
            assert answer.status_code == 401, (login, method, path, answer.text)


@pytest.mark.parametrize("login", ["disabled", "expired"])
async def test_a_session_that_outlived_its_account_opens_nothing(world: World, asker: Asker, login: str) -> None:
    assert not any(sees(EVERYBODY[login], case) for case in world.cases)
    answer = await asker.ask(login, "GET", "/api/v1/cases")
    assert answer.status_code == 401


async def test_a_revealed_value_is_that_of_one_field(world: World, asker: Asker) -> None:
    """The one way to a clear value gives the value that was asked for, to whom the oracle lets."""
    for who in living():
        mine = [case for case in world.cases if reveals(who, case) and case.category != "0301"]
        if not mine:
            continue
        async with undone(world):
            case = mine[list(EVERYBODY).index(who.login) % len(mine)]
            body = {"field": "phone", "reason": "电话核实办理情况"}
            answer = await asker.ask(
                who.login, "POST", "/api/v1/persons/{person_id}/reveal", body, person_id=case.person_id
            )
            assert answer.status_code == 200, (who.login, answer.text)
            assert answer.json()["value"] == case.human.phone
            others = [value for value in marks.clear_in(world, answer.text) if value not in case.human.phone]
            assert others == []


async def test_slips_are_for_who_prints_and_sees(world: World, asker: Asker) -> None:
    case = next(c for c in world.cases if c.status == "to_dispatch" and c.author == "registrar")
    for login in ("registrar", "center", "registrar2", "b_registrar", "rsj", "leader", "watch35", "denied", "reader"):
        who = EVERYBODY[login]
        for path in sorted(_SLOW):
            answer = await asker.ask(login, "GET", path, **addresses.of_case(case))
            may = sees(who, case) and "slip.print" in who.rights
            assert (answer.status_code == 200) == may, (login, path, answer.status_code)
