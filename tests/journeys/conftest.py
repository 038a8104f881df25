"""A served product with the demo county, and real browsers on it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from app.demo.roster import POSTS
from app.launch import browser as found
from domain.kernel.permissions import Duty, duty_of
from domain.orgs.operations import codes
from state.clock import now
from tests.support.serving import ROOT, Serving

PASSWORD = os.environ.get("JOURNEY_PASSWORD", "Journey-" + "2026x")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TYPING = timedelta(seconds=10)
PATIENCE = 45_000
"""Milliseconds that anything on a page may take on a busy machine."""
expect.set_options(timeout=PATIENCE)
ROWS = "main tr[data-row]"
NUMBERS = f"""() => [...document.querySelectorAll("{ROWS}")].map((row) => row.dataset.row)"""
ARTEFACTS = Path(os.environ.get("TEST_ARTEFACTS", ROOT / "test-artefacts"))


@pytest.fixture(scope="session")
def served() -> Generator[Serving]:
    """Serve the product over a demo county of few cases, or use the one that JOURNEY_URL and JOURNEY_DATA name."""
    if "JOURNEY_URL" in os.environ:
        running = Serving(Path(os.environ["JOURNEY_DATA"]))
        running.url = os.environ["JOURNEY_URL"]
        yield running
        return
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        given = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": "40"}
        serving = Serving(Path(folder), given).start()
        try:
            yield serving
        finally:
            serving.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    """Start one browser for the run."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=str(await asyncio.to_thread(found.find)),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield opened
        await opened.close()


async def rows(page: Page) -> list[str]:
    """Give the keys of the rows that a list shows, as soon as it shows one; asked at once, for a list may be redrawn."""
    shown = await page.wait_for_function(f"() => {{ const all = ({NUMBERS})(); return all.length ? all : null }}")
    return [str(number) for number in await shown.json_value()]


ADMINISTRATORS = frozenset(post.login for post in POSTS if duty_of(post.role) is not Duty.BUSINESS)


class Factor:
    """The authenticator app of an administrator; each code is good once, so it goes on to the next period."""

    def __init__(self, secret: str) -> None:
        self.secret, self.last = "".join(secret.split()), 0

    async def code(self) -> str:
        """Give a code that was not used yet: of the period before, of this one, or of the next.

        It holds for some seconds more, since a busy machine takes its time to type it.
        """
        self.last = max(self.last + 1, codes.step_of(now() + TYPING) - codes.AROUND)
        early = (self.last - codes.AROUND) * codes.PERIOD - now().timestamp()
        await asyncio.sleep(max(0.0, early))
        return codes.code_at(self.secret, self.last)


FACTORS: dict[tuple[str, str], Factor] = {}
"""What the administrators of each served product have on their phones."""


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base

    async def open(self, path: str) -> None:
        """Open an address of the product."""
        await self.page.goto(self.base + path)

    async def sign_in(self, login: str, to: str = "/", password: str = PASSWORD, *, factor: bool | None = None) -> None:
        """Sign in with a second factor where the account needs one, as the demo's administrators do; go somewhere."""
        await self.open(f"/login?next={to}")
        await self.page.fill("[name=account]", login)
        await self.page.fill("[name=password]", password)
        await self.page.press("[name=password]", "Enter")
        await self.page.wait_for_selector("main#main, form[action='/auth/code']")
        if login in ADMINISTRATORS if factor is None else factor:
            await self._prove(login, to)
        await self.page.wait_for_selector("main#main")

    async def _prove(self, login: str, to: str) -> None:
        """Give a code of the second factor; at the first sign-in of the run, set the factor up."""
        if (self.base, login) in FACTORS:
            # two windows of one person may take the same code: the second of them takes the next
            for _ in range(3):
                await self.page.fill("[name=code]", await FACTORS[self.base, login].code())
                await self.page.press("[name=code]", "Enter")
                await self.page.wait_for_load_state()
                if not await self.page.locator("form[action='/auth/code']").count():
                    return
            return
        await self.open("/me")
        await self.page.get_by_role("button", name="开始设置").click()
        factor = FACTORS[self.base, login] = Factor(await self.page.locator("code.secret").inner_text())
        await self.page.fill("[name=code]", await factor.code())
        await self.page.get_by_role("button", name="确认启用").click()
        await self.page.get_by_role("button", name="继续").click()
        await self.page.wait_for_url(lambda url: not url.endswith("/me"))
        await self.open(to)

    async def link_in_message(self, word: str) -> str:
        """Wait in the demo's messages for the newest that holds a word and a link; give the link.

        Messages are written by a job of their own, so the first may come after whatever caused it.
        """
        await self.open("/demo/sms")
        link = self.page.locator(".sms").filter(has_text=word).locator("a[href*='/t/']").first
        for _ in range(60):
            if await link.count():
                break
            await asyncio.sleep(0.5)
            await self.page.reload()
        return await link.get_attribute("href") or ""

    async def keep(self, name: str) -> None:
        """Keep a picture of the screen as a test artefact."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{name}.png")


class People:
    """Makes persons, each with cookies of their own."""

    def __init__(self, chromium: Browser, base: str) -> None:
        self._chromium, self._base = chromium, base
        self._contexts: list[BrowserContext] = []

    async def somebody(self, size: dict[str, int] = DESKTOP, *, scheme: str = "light") -> Person:
        """Open a browser window of a size."""
        context = await self._chromium.new_context(viewport=size, locale="zh-CN", color_scheme=scheme)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return Person(await context.new_page(), self._base)

    async def staff(self, login: str, to: str = "/", size: dict[str, int] = DESKTOP) -> Person:
        """Open a window and sign in."""
        person = await self.somebody(size)
        await person.sign_in(login, to)
        return person

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def people(chromium: Browser, served: Serving) -> AsyncGenerator[People]:
    """Lend the people of one story."""
    made = People(chromium, served.url)
    yield made
    await made.close()
