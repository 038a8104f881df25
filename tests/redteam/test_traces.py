"""Each kind of attack leaves a trace: a line of the journal, or one of the log; and none holds what was sent."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.redteam.inside import Inside, awaited
from tests.redteam.test_pictures import UPLOAD
from tests.redteam.test_sockets import HYDRATE, LIST, SESSION
from tests.redteam.wire import Target, page

HERE = "127.0.0.66"
"""Attacks come from an address of their own: what other tests sent does not count for it."""
MARKED = "Marked-by-the-attacker-7f3e"
PERSON = "13911112222"


@dataclass(frozen=True)
class Attacker:
    """Somebody at another address."""

    target: Target

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.target.url, headers=headers, timeout=20, transport=httpx.HTTPTransport(local_address=HERE)
        )

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        with self.client(**(headers or {})) as client:
            return client.request(method, path, **more)

    def holder(self, login: str) -> dict[str, str]:
        """Give the header of an account's token."""
        return {"Authorization": str(self.target.honest(login).headers["Authorization"])}

    def raw(self, text: str) -> None:
        place = urlsplit(self.target.url)
        with socket.create_connection((place.hostname, place.port), timeout=5, source_address=(HERE, 0)) as wire:
            wire.sendall(text.encode())
            wire.recv(1000)


@pytest.fixture
def attacker(target: Target) -> Attacker:
    """Give somebody at another address."""
    return Attacker(target)


def forged_token(attacker: Attacker) -> None:
    attacker.send("GET", "/api/v1/cases", headers={"Authorization": f"Bearer {MARKED}"})


def planted_cookie(attacker: Attacker) -> None:
    attacker.send("GET", "/api/v1/cases", headers={"Cookie": f"fq_session={MARKED}"})


def foreign_form(attacker: Attacker) -> None:
    cookie = f"fq_session={attacker.target.visitor('rsj')}"
    attacker.send("POST", "/auth/logout", headers={"Cookie": cookie, "Origin": "http://evil.example"})


def climb(attacker: Attacker) -> None:
    attacker.raw(f"GET /api/v1/attachments/..%2f..%2f{MARKED} HTTP/1.1\r\nHost: a.example\r\n\r\n")


def wrong_host(attacker: Attacker) -> None:
    attacker.raw("GET / HTTP/1.1\r\nHost: evil/../\r\n\r\n")


def no_http(attacker: Attacker) -> None:
    attacker.raw(f"{MARKED} / nothing\r\n\r\n")


def oversized(attacker: Attacker) -> None:
    body = f'{{"title": "{MARKED * 60_000}"}}'.encode()
    attacker.send("POST", "/api/v1/cases", headers=attacker.holder("nyj"), content=body)


def malformed(attacker: Attacker) -> None:
    attacker.send("POST", "/api/v1/cases", headers=attacker.holder("registrar2"), content=f"{{{MARKED}".encode())


def no_picture(attacker: Attacker) -> None:
    content = f"<svg onload={MARKED}>".encode()
    attacker.send("POST", UPLOAD, headers=attacker.holder("nyj"), files={"file": (f"{MARKED}.png", content)})


def statement(attacker: Attacker) -> None:
    path = f"/api/v1/cases/{MARKED}' OR '1'='1"
    attacker.send("GET", path, headers=attacker.holder("nyj"))


def wrong_password(attacker: Attacker) -> None:
    attacker.send("POST", "/api/v1/auth/token", json={"account": "nyj", "password": MARKED})


def unknown_account(attacker: Attacker) -> None:
    attacker.send("POST", "/api/v1/auth/token", json={"account": MARKED, "password": MARKED})


def wrong_code(attacker: Attacker) -> None:
    form = {"phone": PERSON, "code": "123456"}
    attacker.send("POST", f"/t/{MARKED}/enter", headers={"Origin": attacker.target.url}, data=form)


def too_often(attacker: Attacker) -> None:
    with attacker.client(Origin=attacker.target.url) as client:
        for _ in range(80):
            client.post(f"/t/{MARKED}/code", data={"phone": "1"})


def beyond_rights(attacker: Attacker) -> None:
    attacker.send("POST", "/api/v1/journal/export", headers=attacker.holder("nyj"), json={"login": "center"})


def search_by_person(attacker: Attacker) -> None:
    attacker.send("POST", "/api/v1/cases/search", headers=attacker.holder("nyj"), json={"phone": PERSON})


Attack = Callable[[Attacker], None]
IN_THE_LOG: list[tuple[Attack, str, dict[str, str]]] = [
    (forged_token, "request.refused", {"code": "401", "route": "/api/v1/cases"}),
    (planted_cookie, "request.refused", {"code": "401", "route": "/api/v1/cases"}),
    (foreign_form, "request.refused", {"code": "403", "method": "POST"}),
    (climb, "request.refused", {"code": "404"}),
    (wrong_host, "request.refused", {"code": "400"}),
    (oversized, "request.refused", {"code": "413", "route": "/api/v1/cases"}),
    (malformed, "request.refused", {"code": "422", "route": "/api/v1/cases"}),
    (no_picture, "request.refused", {"code": "415", "route": UPLOAD}),
    (statement, "request.refused", {"code": "404", "route": "/api/v1/cases/{number}"}),
    (unknown_account, "sign_in.refused", {"code": "bad_credentials"}),
    (wrong_code, "request.refused", {"code": "422", "method": "POST"}),
    (too_often, "request.refused", {"code": "429"}),
    (beyond_rights, "request.refused", {"code": "403", "route": "/api/v1/journal/export"}),
]
IN_THE_JOURNAL: list[tuple[Attack, str]] = [
    (wrong_password, "account.sign_in_failed"),
    (beyond_rights, "access.refused"),
    (search_by_person, "person.search"),
]


@pytest.fixture(autouse=True)
def nothing_sent_is_told(target: Target, inside: Inside) -> Generator[None]:
    """After each attack: neither journal nor log holds what it brought, and its wrong password is forgotten."""
    mark = inside.mark()
    yield
    told = str(inside.told(mark)) + str(inside.journal(mark)) + target.output()
    for secret in (MARKED, PERSON, target.password, *target.secrets):
        assert secret not in told
    with inside.owner() as database:
        database.execute("UPDATE account SET failures = 0 WHERE login = 'nyj'")


class TestATrace:
    @pytest.mark.parametrize(("attack", "event", "facts"), IN_THE_LOG, ids=[f"{one[0].__name__}" for one in IN_THE_LOG])
    def test_stands_in_the_log(
        self, attacker: Attacker, inside: Inside, attack: Attack, event: str, facts: dict[str, str]
    ) -> None:
        mark, wanted = inside.mark(), {"address": HERE, **facts}
        attack(attacker)
        assert awaited(lambda: [one for one in inside.told(mark, event) if wanted.items() <= one.items()])

    @pytest.mark.parametrize(("attack", "action"), IN_THE_JOURNAL, ids=[one[0].__name__ for one in IN_THE_JOURNAL])
    def test_stands_in_the_journal(self, attacker: Attacker, inside: Inside, attack: Attack, action: str) -> None:
        mark = inside.mark()
        attack(attacker)
        (line,) = inside.journal(mark, action)
        with inside.owner() as database:
            row = database.execute("SELECT id FROM account WHERE login = 'nyj'").fetchone()
        assert row
        assert line["actor_id"] == row["id"]

    def test_of_what_is_no_http_stands_in_the_log(self, attacker: Attacker, inside: Inside) -> None:
        mark = inside.mark()
        no_http(attacker)
        assert awaited(lambda: inside.told(mark, "Invalid HTTP request"))

    @pytest.mark.parametrize(
        ("cookie", "origin", "why"),
        [(MARKED, "", "session"), (MARKED, "http://evil.example", "origin"), ("", None, "session")],
    )
    async def test_of_a_socket_stands_in_the_log(
        self, target: Target, inside: Inside, cookie: str, origin: str | None, why: str
    ) -> None:
        mark = inside.mark()
        refused = pytest.raises(InvalidStatus, match="403") if origin != "" else nullcontext()
        with refused:
            async with page(target, cookie, origin=origin, source=HERE) as opened:
                await opened.listen(0.5)
        assert awaited(
            lambda: [
                one for one in inside.told(mark, "socket.refused") if one["address"] == HERE and one["code"] == why
            ]
        )


NO_EVENTS = [
    f'42/_event,["event","{MARKED} {PERSON}"]',
    f'42/_event,["event",["{MARKED}", "{PERSON}"]]',
    f'42/_event,["event",{{"name":5,"payload":{{"a":"{MARKED} {PERSON}"}}}}]',
    f'42/_event,["event",{{"name":"x.y","payload":"{MARKED} {PERSON}"}}]',
    f'42/_event,["event",{{"name":"x.y","payload":{{"a":"{MARKED} {PERSON}"}},"router_data":"{MARKED}"}}]',
    f'42/_event,["event",{{"{MARKED}":"{PERSON}"}}]',
    f'42/_event,["client_error",{{"error_type":"x","message":"{PERSON}"}}]',
    f'42/_event,["{MARKED}",{{"a":"{PERSON}"}}]',
    f"42/_event,{MARKED}",
    f"42/{MARKED},[]",
    f"9{MARKED}",
]
NO_HANDLERS = {
    "a.b.c": {"a": MARKED},
    f"{SESSION}.no_such_handler": {"form": {"phone": PERSON, "a": MARKED}},
    f"{LIST}.load": {"unexpected": f"{MARKED} {PERSON}"},
    f"{LIST}.put_conditions": [MARKED, PERSON],
    f"{LIST}.narrow": {"name": MARKED, "value": {"a": [PERSON]}},
    f"{SESSION}.setvar": {"var_name": "me", "value": {"name": MARKED, "phone": PERSON}},
    "x" * 200_000: {"a": MARKED},
}


class TestTheLog:
    @pytest.mark.parametrize("frame", NO_EVENTS)
    async def test_holds_nothing_of_what_is_no_event(self, target: Target, frame: str) -> None:
        async with page(target, target.visitor("nyj"), source=HERE) as opened:
            await opened.raw(frame)
            await opened.listen(0.3)

    @pytest.mark.parametrize(("name", "payload"), NO_HANDLERS.items())
    async def test_holds_nothing_of_what_no_handler_takes(self, target: Target, name: str, payload: object) -> None:
        async with page(target, target.visitor("nyj"), source=HERE, token=MARKED) as opened:
            await opened.event(HYDRATE)
            await opened.event(name, payload)
            await opened.listen(0.4)

    async def test_is_not_filled_by_one_long_text(self, target: Target, inside: Inside) -> None:
        before = inside.mark()
        async with page(target, target.visitor("nyj"), source=HERE) as opened:
            await opened.raw(f'42/_event,["event","{"x" * 2**20}"]')
            await opened.listen(0.5)
        assert inside.mark().offset - before.offset < 60_000
