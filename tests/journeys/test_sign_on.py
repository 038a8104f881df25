"""Signing in at another provider, over real HTTP: the product, the identity platform and a UKey's service."""

from __future__ import annotations

import re
import socket
import tempfile
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, expect
from starlette.types import ASGIApp

from integrations.oidc_zwdd.simulator import Platform
from integrations.sm2_ukey.simulator import Authority, Key, Ukey
from tests.journeys.conftest import PASSWORD, People
from tests.support.accessible import expect_accessible
from tests.support.clients import POOL
from tests.support.logged import logged
from tests.support.serving import Serving

OVER, NOT_PROVED, UNLINKED = "登录已超时，请重新开始", "身份验证没有通过", "这个身份尚未关联本系统的账号"
OIDC, SM2 = "/auth/sign-on/oidc", "/auth/sign-on/sm2"


@contextmanager
def beside(taken: socket.socket, app: ASGIApp) -> Generator[None]:
    """Serve another organisation's system in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@dataclass
class World:
    """The product, and the two systems beside it."""

    url: str
    data: Path
    platform: Platform
    ukey: Ukey

    def browser(self) -> httpx.Client:
        """Open a browser without script."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=20, limits=POOL)

    def reasons(self) -> list[str]:
        """Give why sign-ons were refused, as the log tells it."""
        return [line["why"] for line in logged(self.data, "sign-on refused")]


@pytest.fixture(scope="module")
def world() -> Generator[World]:
    """Serve the product with both ways to sign in."""
    with (
        tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder,
        socket.create_server(("127.0.0.1", 0)) as for_platform,
        socket.create_server(("127.0.0.1", 0)) as for_ukey,
    ):
        Path(folder).chmod(0o755)
        at, key = datetime.now(UTC), Key.fresh()
        authority = Authority(at)
        (Path(folder) / "ca.pem").write_bytes(authority.pem())
        (Path(folder) / "ca.crl").write_bytes(authority.revocations().dump())
        platform = Platform(f"http://127.0.0.1:{for_platform.getsockname()[1]}", "fengqiao", "client-word")
        product = Serving(
            Path(folder) / "data",
            {
                "DEMO": "1",
                "DEMO_PASSWORD": PASSWORD,
                "DEMO_CASES": "1",
                "SIGN_ON_OIDC_ISSUER": platform.issuer,
                "SIGN_ON_OIDC_CLIENT_ID": platform.client_id,
                "SIGN_ON_OIDC_CLIENT_SECRET": platform.client_secret,
                "SIGN_ON_SM2_CA": str(Path(folder) / "ca.pem"),
                "SIGN_ON_SM2_CRL": str(Path(folder) / "ca.crl"),
                "SIGN_ON_SM2_SERVICE": f"http://127.0.0.1:{for_ukey.getsockname()[1]}",
            },
        ).start()
        ukey = Ukey(authority.issue("持证人甲", key), key, (product.url,))
        try:
            with beside(for_platform, platform.app), beside(for_ukey, ukey.app):
                yield World(product.url, product.data, platform, ukey)
        finally:
            product.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(chromium: Browser, world: World) -> AsyncGenerator[People]:
    """Lend browsers on this product."""
    made = People(chromium, world.url)
    yield made
    await made.close()


async def test_a_platform_and_a_ukey_are_linked_and_open_the_landing_page(visitors: People, world: World) -> None:
    linking = await visitors.staff("rsj", "/me")
    for label in ("政务统一身份认证", "数字证书（UKey）"):
        line = linking.page.locator("li", has_text=label)
        await line.get_by_role("link", name="关联", exact=True).click()
        await expect(line.get_by_text("已关联")).to_be_visible()
    for label in ("政务统一身份认证", "数字证书（UKey）"):
        person = await visitors.somebody()
        await person.open("/login")
        await expect_accessible(person.page)
        await person.page.get_by_role("link", name=f"{label}登录").click()
        await expect(person.page.locator(".who .name")).to_have_text("许望舒")
        assert "/login" not in person.page.url


async def test_a_ukey_that_is_not_there_is_told(visitors: People, world: World) -> None:
    person = await visitors.somebody()
    await person.page.route(re.compile("/sign$"), lambda route: route.abort())
    await person.open(SM2)
    await expect(person.page.get_by_role("status")).to_contain_text("没有读到 UKey")
    await expect(person.page.get_by_role("button", name="重试")).to_be_visible()
    await expect_accessible(person.page)


def at_platform(client: httpx.Client) -> str:
    """Begin at the platform and give the address to which it sends the browser back."""
    begun = client.get(OIDC)
    assert begun.status_code == 303, begun.text
    return httpx.get(begun.headers["location"]).headers["location"]


def refused(world: World, client: httpx.Client, address: str, sentence: str, why: str) -> None:
    before = len(world.reasons())
    answer = client.get(address)
    assert (answer.status_code, "fq_session" in client.cookies) == (401, False)
    assert sentence in answer.text
    assert [reason for reason in world.reasons()[before:] if why in reason]


class TestThePlatform:
    def test_with_another_state_is_refused(self, world: World) -> None:
        with world.browser() as client:
            address = urlsplit(at_platform(client))
            query = dict(parse_qsl(address.query)) | {"state": "another"}
            refused(world, client, address._replace(query=urlencode(query)).geturl(), NOT_PROVED, "state")

    def test_with_another_nonce_is_refused(self, world: World) -> None:
        world.platform.spoil = {"nonce": "another"}
        try:
            with world.browser() as client:
                refused(world, client, at_platform(client), NOT_PROVED, "nonce")
        finally:
            world.platform.spoil = {}

    def test_with_a_code_that_is_over_is_refused(self, world: World) -> None:
        with world.browser() as client:
            address = at_platform(client)
            world.platform.grants.clear()
            refused(world, client, address, NOT_PROVED, "refused the code")

    def test_in_another_browser_is_refused(self, world: World) -> None:
        with world.browser() as client, world.browser() as thief:
            refused(world, thief, at_platform(client), OVER, "nothing waits")

    def test_for_somebody_unknown_opens_nothing(self, world: World) -> None:
        world.platform.person, known = "zwdd-nobody", world.platform.person
        try:
            with world.browser() as client:
                refused(world, client, at_platform(client), UNLINKED, "may not enter")
        finally:
            world.platform.person = known


class TestAUkey:
    def test_answers_each_challenge_once(self, world: World) -> None:
        with world.browser() as client:
            answer = world.ukey.answer(challenge_in(client))
            step = client.cookies["fq_sign_on"]
            client.post(f"{SM2}/back", data=answer)
            client.cookies.clear()
            before = len(world.reasons())
            again = client.post(f"{SM2}/back", data=answer, headers={"Cookie": f"fq_sign_on={step}"})
            assert (again.status_code, OVER in again.text) == (401, True)
            assert "nothing waits for this answer" in world.reasons()[before:]

    def test_with_the_answer_to_an_earlier_challenge_is_refused(self, world: World) -> None:
        with world.browser() as client:
            earlier = world.ukey.answer(challenge_in(client))
            challenge_in(client)
            before = len(world.reasons())
            answer = client.post(f"{SM2}/back", data=earlier)
            assert (answer.status_code, NOT_PROVED in answer.text) == (401, True)
            assert "the signature does not fit the challenge" in world.reasons()[before:]

    def test_from_another_site_is_refused(self, world: World) -> None:
        with world.browser() as client:
            given = world.ukey.answer(challenge_in(client))
            answer = client.post(f"{SM2}/back", data=given, headers={"Origin": "http://evil.example"})
            assert answer.status_code == 403


def challenge_in(client: httpx.Client) -> str:
    """Ask for the page of the UKey and give its challenge."""
    found = re.search(r'data-challenge="([^"]+)"', client.get(SM2).text)
    assert found
    return unescape(found[1])
