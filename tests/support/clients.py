"""A program that uses the interface of a served product, as a system beside it would."""

from __future__ import annotations

from typing import Any, Self

import httpx

from tests.support.county import id_number, phone

POOL = httpx.Limits(keepalive_expiry=3)
"""The server lets go of connections that are idle for five seconds; whoever used one just then would be reset."""
TOWNSHIP = "359900001"
"""A township of the demo county."""


class Client:
    """One account of the demo county, signed in by token."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=20, limits=POOL)
        self.login = login
        self.sign_in(password)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sign_in(self, password: str) -> None:
        """Take a token."""
        answer = self.http.post("/api/v1/auth/token", json={"account": self.login, "password": password})
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, given: object = None, **headers: str) -> httpx.Response:
        """Send a body to an address below `/api/v1`."""
        return self.http.post(f"/api/v1{path}", json=given or {}, headers=headers)

    def get(self, path: str) -> Any:
        """Read an address below `/api/v1`."""
        answer = self.http.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, number: str, action: str, given: object = None, **headers: str) -> httpx.Response:
        """Take a step of a case."""
        return self.post(f"/cases/{number}/actions/{action}", given, **headers)


def matter(seed: int, **more: object) -> dict[str, object]:
    """Make the body of a complete case; the petitioner's number belongs to nobody."""
    party = {"name": "林" + "水木", "id_number": id_number(seed), "phone": phone(seed)}
    given: dict[str, object] = {
        "title": f"工地拖欠工资 {seed} 号",
        "content": "在某工地务工三个月，工资一直未结清，多次讨要无果，请求协调支付。",
        "category": "0701",
        "area": TOWNSHIP,
        "parties": [party],
    }
    return given | more
