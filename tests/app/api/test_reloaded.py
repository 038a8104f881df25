"""An address that a form is sent to, opened by itself (reloaded after a refusal, from a bookmark), leads to its page."""

from __future__ import annotations

import pytest

from app.api.rights import NEEDS
from tests.app.api.conftest import Api

FORMS = sorted(
    path for method, path in NEEDS if method == "POST" and not path.startswith("/api/") and "sign-on" not in path
)


def test_there_are_such_forms() -> None:
    assert {"/auth/login", "/auth/code", "/auth/logout", "/auth/renew", "/t/{token}/code"} <= set(FORMS)


@pytest.mark.parametrize("path", FORMS)
async def test_leads_to_the_page_of_the_form(api: Api, path: str) -> None:
    answer = await api.client.get(path.replace("{token}", "A" * 22))

    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == ("/login" if path.startswith("/auth/") else "/t/" + "A" * 22)


async def test_after_a_failed_sign_in_a_reload_shows_the_page_to_sign_in(api: Api) -> None:
    failed = await api.client.post("/auth/login", data={"account": "registrar", "password": "falsch"})
    assert failed.status_code == 401

    answer = await api.client.get("/auth/login", follow_redirects=True)

    assert answer.status_code == 200
    assert 'name="password"' in answer.text
