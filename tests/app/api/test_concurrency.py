"""Two at once: repeats run once, and of two buttons one wins."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.launch.postgres import Postgres
from domain.cases.models import Case
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from tests.app.api.conftest import Api
from tests.support.clients import Client, matter
from tests.support.serving import Serving

PAIRS = 50
LOST = {(409, "action_not_allowed"), (412, "changed_meanwhile")}


async def lines(number: str, action: str) -> int:
    """Count the journal lines of an action on a case."""
    async with unit_of_work() as session:
        query = (
            select(func.count())
            .select_from(JournalEntry)
            .join(Case, Case.id == JournalEntry.subject_id)  # type: ignore[arg-type]
            .where(Case.number == number, JournalEntry.action == f"case.{action}")  # type: ignore[arg-type]
        )
        return await session.scalar(query) or 0


Press = tuple[str, str, dict[str, object]]
"""Who presses which button with what."""
CENTRE_DISPATCHES: Press = ("center", "dispatch", {"lead_department": "rsj"})
DUELS: tuple[tuple[Press, Press], ...] = (
    (CENTRE_DISPATCHES, ("registrar", "void", {"opinion": "重复登记"})),
    (CENTRE_DISPATCHES, ("center", "send_back", {"opinion": "请补充材料"})),
    (("center", "close_directly", {"opinion": "当场化解", "result": "已说明"}), CENTRE_DISPATCHES),
    (("registrar", "void", {"opinion": "误登"}), ("center", "void", {"opinion": "重复登记"})),
    (CENTRE_DISPATCHES, ("center", "dispatch", {"lead_department": "zjj"})),
)
"""Pairs of steps of which the one makes the other impossible."""


@dataclass(frozen=True)
class Served:
    """A served product, and people signed in: each twice, as two windows of one person or two colleagues."""

    url: str
    left: dict[str, Client]
    right: dict[str, Client]

    def fresh(self, seed: int) -> str:
        """Make a case that waits for its dispatch."""
        registrar = self.left["registrar"]
        number = str(registrar.post("/cases", matter(seed)).json()["number"])
        assert registrar.act(number, "submit").status_code == 200
        return number

    def duel(self, number: str, pair: tuple[Press, Press], version: int) -> tuple[httpx.Response, ...]:
        """Let two press at the same moment; with a version both say which one they saw."""
        start = threading.Barrier(2)
        seen = {"If-Match": str(version)} if version else {}

        def press(people: dict[str, Client], button: Press) -> httpx.Response:
            login, action, given = button
            start.wait(10)
            return people[login].act(number, action, given, **seen)

        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(press, (self.left, self.right), pair)
            return tuple(answers)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Serve the product in a process of its own over a small demo county."""
    password = "Duel-" + "2026x"
    with started({"DEMO": "1", "DEMO_PASSWORD": password, "DEMO_CASES": "1"}) as product, ExitStack() as opened:

        def people() -> dict[str, Client]:
            logins = ("registrar", "center")
            return {login: opened.enter_context(Client(product.url, login, password)) for login in logins}

        yield Served(product.url, people(), people())


@contextmanager
def started(given: dict[str, str]) -> Generator[Serving]:
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        product = Serving(Path(folder), given).start()
        try:
            yield product
        finally:
            product.stop()
            Postgres(product.data / "postgres").stop()


@pytest.mark.timeout(240)
class TestTwoPeopleOverTheNetwork:
    def test_of_fifty_pairs_pressed_at_once_exactly_one_each_wins(self, served: Served) -> None:
        losses = set()
        for place in range(PAIRS):
            number, pair = served.fresh(place), DUELS[place % len(DUELS)]
            with_version = place // len(DUELS) % 2 == 0

            answers = served.duel(number, pair, 2 if with_version else 0)

            won = [a for a in answers if a.status_code == 200]
            lost = [a for a in answers if a.status_code != 200]
            assert len(won) == len(lost) == 1, (number, pair, [a.text for a in answers])
            assert (lost[0].status_code, lost[0].json()["code"]) in LOST, lost[0].text
            losses.add(lost[0].status_code)
            self._nothing_is_lost(served, number, pair[answers.index(won[0])], won[0])
        assert losses == {409, 412}

    def _nothing_is_lost(self, served: Served, number: str, button: Press, won: httpx.Response) -> None:
        # What is stored and told is what the winner did, once; the loser left no line.
        told, case = won.json(), served.left["center"].get(f"/cases/{number}")
        assert (case["status"], case["version"]) == (told["status"], told["version"]) == (told["status"], 3)
        lines = [line["action"].removeprefix("case.") for line in served.left["center"].get(f"/cases/{number}/journal")]
        assert lines == [button[1], "submit", "create"]

    def test_a_repeated_key_answers_what_was_done_once(self, served: Served) -> None:
        numbers = [served.fresh(100 + place) for place in range(5)]
        for number in numbers:
            key = {"Idempotency-Key": f"duel-{number}", "If-Match": "2"}
            with ThreadPoolExecutor(6) as pool:
                hands = [served.left["center"], served.right["center"]] * 3
                answers = list(pool.map(lambda c: c.act(number, "dispatch", CENTRE_DISPATCHES[2], **key), hands))  # noqa: B023
            later = served.right["center"].act(number, "dispatch", CENTRE_DISPATCHES[2], **key)
            assert {a.status_code for a in (*answers, later)} == {200}
            assert len({a.text for a in (*answers, later)}) == 1
            self._nothing_is_lost(served, number, CENTRE_DISPATCHES, later)


class TestTwoButtons:
    async def test_pressed_at_once_on_one_case_exactly_one_wins(self, api: Api) -> None:
        numbers = [await api.case((Action.SUBMIT,), seed=seed) for seed in range(5)]
        await api.bearer("center")
        presses = []
        for number in numbers:
            presses.append(api.act("center", number, "dispatch", {"lead_department": "rsj"}))
            presses.append(api.act("center", number, "void", {"opinion": "重复登记"}))
        answers = await asyncio.gather(*presses)
        codes = [a.status_code for a in answers]
        assert [sorted(pair) for pair in zip(codes[::2], codes[1::2], strict=True)] == [[200, 409]] * len(numbers)

    async def test_pressed_with_the_version_seen_the_loser_is_told_so(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=60)
        seen = {"If-Match": '"2"'}
        answers = await asyncio.gather(
            *(api.act("center", number, "dispatch", {"lead_department": unit}, **seen) for unit in ("rsj", "zjj"))
        )
        assert sorted(a.status_code for a in answers) == [200, 412]


class TestIdempotency:
    async def test_a_repeat_gets_the_first_answer_and_does_nothing(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=61)
        headers = {"Idempotency-Key": "k-61", "If-Match": "2"}
        given = {"lead_department": "rsj"}
        first = await api.act("center", number, "dispatch", given, **headers)
        again = await api.act("center", number, "dispatch", given, **headers)
        assert (first.status_code, first.json()) == (200, again.json())
        assert await lines(number, "dispatch") == 1

    async def test_repeats_at_once_run_once(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=62)
        given, key = {"lead_department": "rsj"}, {"Idempotency-Key": "k-62"}
        answers = await asyncio.gather(*(api.act("center", number, "dispatch", given, **key) for _ in range(8)))
        assert {a.status_code for a in answers} == {200}
        assert len({a.text for a in answers}) == 1
        assert await lines(number, "dispatch") == 1

    async def test_a_key_belongs_to_one_request_of_one_account(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=63)
        key = {"Idempotency-Key": "k-63"}
        assert (await api.act("center", number, "toggle_urgent", **key)).status_code == 200
        other = await api.act("center", number, "toggle_urgent", {"opinion": "另一件事"}, **key)
        assert (other.status_code, set(other.json()["fields"])) == (422, {"Idempotency-Key"})
        assert (await api.act("leader", number, "toggle_urgent", **key)).status_code == 200
        assert await lines(number, "toggle_urgent") == 2

    async def test_a_refused_act_keeps_no_answer(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=64)
        key = {"Idempotency-Key": "k-64"}
        assert (await api.act("center", number, "dispatch", {"lead_department": "none"}, **key)).status_code == 422
        assert (await api.act("center", number, "dispatch", {"lead_department": "rsj"}, **key)).status_code == 200

    async def test_a_repeated_submit_gives_the_tracking_address_again(self, api: Api) -> None:
        number = await api.case((), seed=65)
        key = {"Idempotency-Key": "k-65"}
        first = await api.act("registrar", number, "submit", **key)
        assert first.json()["tracking_url"]
        assert (await api.act("registrar", number, "submit", **key)).json() == first.json()

    async def test_a_case_and_a_visit_are_made_once(self, api: Api) -> None:
        key = {"Idempotency-Key": "k-66"}
        visitor = {
            "name": "某某",
            "id_type": "none",
            "no_id_reason": "证件遗失",
            "phone": "0595-22000000",
            "reason": "咨询",
        }
        one, two = [await api.post("guide", "/api/v1/visits", visitor, key) for _ in range(2)]
        assert one.json() == two.json()
        party = {"name": "某某", "phone": "0595-22000000", "no_id_reason": "网络来件"}
        given = {"title": "咨询", "parties": [party]}
        made = [(await api.post("registrar", "/api/v1/cases", given, key)).json() for _ in range(2)]
        assert made[0] == made[1]
