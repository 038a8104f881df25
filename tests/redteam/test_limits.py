"""Every door with a limit closes for a while: 429, in the product's words, and when it is worth trying again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.limits import KINDS, kind_of
from tests.redteam.inside import Inside, awaited
from tests.redteam.test_pictures import UPLOAD
from tests.redteam.wire import Target, assert_refused

HERE = "127.0.0.77"
NOBODY = "0199aa00-0000-7000-8000-000000000001"


@dataclass(frozen=True)
class Door:
    """What is sent too often: it is refused for another reason as long as it may be sent."""

    path: str
    login: str = ""
    """The account that the limit is for, used by no other test; empty: the limit is for the address."""
    given: dict[str, Any] = field(default_factory=dict)
    else_: int = 422


DOORS = {
    "sign_in": Door("/api/v1/auth/token", given={"content": b"{"}),
    "sms_code": Door("/t/no-such-token/code", given={"data": {"phone": "1"}}),
    "search": Door("/api/v1/cases/search", "zrj", {"content": b'{"no_such_field": 1}'}),
    "reveal": Door(f"/api/v1/persons/{NOBODY}/reveal", "sfj", {"json": {"field": "phone", "reason": "电话回访"}}, 404),
    "upload": Door(UPLOAD, "scj", {"files": {"file": ("x.jpg", b"none")}}, 415),
    "export": Door("/api/v1/cases/export", "cgj", {"json": {}}, 403),
}


def test_every_kind_is_tried() -> None:
    assert {kind.name for kind in KINDS} == set(DOORS)
    assert all(getattr(kind_of("POST", door.path), "name", "") == name for name, door in DOORS.items())


@pytest.mark.parametrize("name", DOORS)
def test_too_much_is_refused_for_a_while(target: Target, inside: Inside, name: str) -> None:
    door, kind, mark = DOORS[name], next(kind for kind in KINDS if kind.name == name), inside.mark()
    headers = dict(target.honest(door.login).headers) if door.login else {"Origin": target.url}
    headers = {key: value for key, value in headers.items() if key.lower() in {"authorization", "origin"}}
    most = kind.by_account if door.login else kind.by_address
    transport = httpx.HTTPTransport(local_address=HERE)
    with httpx.Client(base_url=target.url, headers=headers, transport=transport, timeout=20) as client:
        answers = [client.post(door.path, **door.given)]
        while answers[-1].status_code != 429 and len(answers) <= 2 * most:  # a minute may pass between two of them
            answers.append(client.post(door.path, **door.given))
    assert len(answers) > most
    assert {answer.status_code for answer in answers[:-1]} == {door.else_}
    assert_refused(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert "请稍后再试" in answers[-1].json()["detail"]
    told = awaited(lambda: [one for one in inside.told(mark, '"429"') if one["address"] == HERE])
    assert {one["event"] for one in told} == {"request.refused"}
    if door.login:  # whoever is somebody else goes on
        assert target.honest("center").post("/api/v1/cases/search", json={"limit": 1}).status_code == 200
