"""Two at once: repeats run once, and of two buttons one wins."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from domain.cases.models import Case
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from tests.app.api.conftest import Api

PAIRS = 50


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


class TestTwoButtons:
    async def test_pressed_at_once_on_one_case_exactly_one_wins(self, api: Api) -> None:
        numbers = [await api.case((Action.SUBMIT,), seed=seed) for seed in range(PAIRS)]
        await api.bearer("center")
        presses = []
        for number in numbers:
            presses.append(api.act("center", number, "dispatch", {"lead_department": "rsj"}))
            presses.append(api.act("center", number, "void", {"opinion": "重复登记"}))
        answers = await asyncio.gather(*presses)
        codes = [a.status_code for a in answers]
        assert [sorted(pair) for pair in zip(codes[::2], codes[1::2], strict=True)] == [[200, 409]] * PAIRS

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
