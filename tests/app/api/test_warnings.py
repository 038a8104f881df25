"""Risk labels over HTTP: who may send them, what is answered of each, how many there may be."""

from __future__ import annotations

import pytest_asyncio

from domain.cases.vocabulary import Action
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now
from tests.app.api.conftest import Api
from tests.support import risk

PATH = "/api/v1/risk-labels"


@pytest_asyncio.fixture(autouse=True)
async def machine(api: Api) -> None:
    """Let the machine have its account."""
    if "model" not in api.county.actors:
        async with unit_of_work() as session:
            await risk.add_machine(session, api.county, at=now())


def body(*numbers: str, name: str = "b-1", **more: object) -> dict[str, object]:
    said = {"level": "橙色", "reasons": "涉及人数上升", "assessed_at": "2026-11-18T08:50:00"}
    return {"batch": name, "model": "基层基础管控平台", "labels": [{"number": one, **said, **more} for one in numbers]}


async def test_each_number_has_its_answer_and_a_repeat_changes_nothing(api: Api) -> None:
    number = await api.case((Action.SUBMIT, Action.DISPATCH))
    first = await api.post("model", PATH, body(number, "QX2026999999"))
    again = await api.post("model", PATH, body(number))

    assert first.status_code == again.status_code == 200, first.text
    told = first.json()
    assert (told["received"], told["repeated"], told["refused"]) == (1, 0, 1)
    assert [one["outcome"] for one in told["items"]] == ["received", "refused"]
    assert "没有找到" in told["items"][1]["said"]
    assert again.json()["items"] == [{"number": number, "outcome": "repeated", "said": ""}]
    listed = (await api.get("rsj", "/api/v1/lists/risk-labels")).json()["items"]
    assert [(one["number"], one["level"], one["standing"], one["at"]) for one in listed] == [
        (number, "橙色", "待反馈", "2026-11-18 08:50")
    ]


async def test_nobody_sends_them_by_a_built_in_role(api: Api) -> None:
    for login in ("center", "rsj", "leader", "sysadmin"):
        answer = await api.post(login, PATH, body("QX2026000001", name="b-2"))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert (await api.client.post(PATH, json=body("QX2026000001"))).status_code == 401


async def test_what_is_no_batch_is_refused_by_field(api: Api) -> None:
    for given, field in (
        (body(*(f"QX{n}" for n in range(501)), name="b-3"), "labels"),
        (body("QX2026000001", name=""), "batch"),
        (body("QX2026000001", name="b-4", level="purple"), "labels.0.level"),
        (body("QX2026000001", name="b-5") | {"more": 1}, "more"),
    ):
        answer = await api.post("model", PATH, given)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, [field]), answer.text
