"""The page to sign in: plain, safe, and where it leads."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from app.public.signin import local_path
from tests.app.api.conftest import BASE, Api
from tests.support.county import PASSWORD


@pytest_asyncio.fixture(loop_scope="session")
async def browser(api: Api) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a client that says, as a browser does, where its forms come from."""
    transport, headers = httpx.ASGITransport(api.app), {"Origin": BASE}
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as opened:
        yield opened


class TestThePage:
    async def test_works_without_script_and_lists_demo_accounts_without_passwords(
        self, browser: httpx.AsyncClient
    ) -> None:
        page = await browser.get("/login?next=/cases")
        assert page.status_code == 200
        assert "<script" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert 'name="next" value="/cases"' in page.text
        assert "/login?account=registrar&amp;next=/cases" in page.text
        assert PASSWORD not in page.text

    async def test_fills_in_an_account_and_escapes_it(self, browser: httpx.AsyncClient) -> None:
        page = await browser.get("/login", params={"account": '"><i>x'})
        assert "<i>x" not in page.text
        assert "&lt;i&gt;x" in page.text


class TestSigningIn:
    async def test_sets_a_cookie_that_scripts_cannot_read_and_goes_on(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.post(
            "/auth/login", data={"account": "rsj", "password": PASSWORD, "next": "/cases?q=工资"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases?q=%E5%B7%A5%E8%B5%84")
        cookie = answer.headers["set-cookie"]
        assert re.match(r"fq_session=\S+; HttpOnly; Path=/; SameSite=lax", cookie)
        assert "Secure" not in cookie
        assert (await browser.get("/api/v1/cases")).status_code == 200

    async def test_over_tls_the_cookie_stays_on_tls(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.post("https://testserver/auth/login", data={"account": "rsj", "password": PASSWORD})
        assert answer.headers["set-cookie"].startswith("__Host-fq_session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert (await browser.get("https://testserver/api/v1/cases")).status_code == 200
        # an answer without TLS cannot use it, nor can one plant its own
        planted = {"Cookie": f"fq_session={answer.cookies['__Host-fq_session']}"}
        assert (await browser.get("https://testserver/api/v1/cases", headers=planted)).status_code == 401

    async def test_a_wrong_password_shows_the_page_again_with_the_account(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.post("/auth/login", data={"account": "zjj", "password": "wrong-one", "next": "/todo"})
        assert answer.status_code == 401
        assert "账号或密码不正确" in answer.text
        assert 'value="zjj"' in answer.text
        assert 'value="/todo"' in answer.text
        assert "wrong-one" not in answer.text
        assert "set-cookie" not in answer.headers

    async def test_a_locked_account_is_told_when_to_try_again(self, browser: httpx.AsyncClient) -> None:
        form = {"account": "zjj", "password": "wrong-one"}
        answers = [await browser.post("/auth/login", data=form) for _ in range(8)]
        assert answers[0].status_code == 401
        assert "www-authenticate" not in answers[0].headers
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[-1].headers["cache-control"] == answers[0].headers["cache-control"]

    async def test_another_site_cannot_sign_somebody_in(self, browser: httpx.AsyncClient) -> None:
        form = {"account": "rsj", "password": PASSWORD}
        answer = await browser.post("/auth/login", data=form, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers

    async def test_signing_in_again_ends_the_session_before(self, browser: httpx.AsyncClient) -> None:
        form = {"account": "rsj", "password": PASSWORD}
        await browser.post("/auth/login", data=form)
        old = browser.cookies["fq_session"]
        await browser.post("/auth/login", data=form)
        assert browser.cookies["fq_session"] != old
        browser.cookies.set("fq_session", old, domain="testserver.local")
        assert (await browser.get("/api/v1/cases", headers={"Cookie": f"fq_session={old}"})).status_code == 401

    async def test_signing_out_ends_the_session_and_takes_the_cookie(self, browser: httpx.AsyncClient) -> None:
        await browser.post("/auth/login", data={"account": "rsj", "password": PASSWORD})
        held = browser.cookies["fq_session"]
        answer = await browser.post("/auth/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "fq_session" not in browser.cookies
        assert (await browser.get("/api/v1/cases", headers={"Cookie": f"fq_session={held}"})).status_code == 401


class TestThePetitionersPages:
    async def test_are_served_beside_it_without_a_session(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/t/no-such-token")
        assert (answer.status_code, "<script" in answer.text) == (200, False)
        assert (await browser.get("/demo/sms")).status_code == 200


class TestLocalPath:
    @pytest.mark.parametrize("path", ["/", "/cases", "/cases/QX2026000001?tab=1#x", "/cases?q=工资"])
    def test_keeps_our_own_addresses(self, path: str) -> None:
        assert local_path(path) == path

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "cases",
            "//evil.example",
            "/\\evil.example",
            "http://evil.example",
            "/a\nb",
            "/a\\b",
            "/login?next=/",
            "/auth/logout",
        ],
    )
    def test_leads_nowhere_else(self, path: str) -> None:
        assert local_path(path) == "/"
