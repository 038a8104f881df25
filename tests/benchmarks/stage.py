"""The stage of a run: the product on a data folder of its own, a browser, and people signed in."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psycopg
from playwright.async_api import Browser, Page, async_playwright

from app.launch import browser as found
from app.launch.postgres import Postgres
from tests.benchmarks.load import Done, Order
from tests.journeys.conftest import PASSWORD, People, Person
from tests.support.serving import ROOT, Serving

PATIENCE = 15.0
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


@dataclass
class Stage:
    """What the measures share.

    :ivar repeats: how often a measure repeats what it measures
    :ivar cases: cases the county was seeded with
    :ivar large: cases the county is grown to for the second half of the list's table
    """

    serving: Serving
    people: People
    repeats: int
    cases: int
    large: int

    @property
    def url(self) -> str:
        """Give the address of the product, without a slash at its end."""
        return self.serving.url

    @property
    def port(self) -> int:
        """Give the port it listens on."""
        return int(self.url.rsplit(":", 1)[1])

    @asynccontextmanager
    async def client(self, login: str = "") -> AsyncGenerator[httpx.AsyncClient]:
        """Lend a keep-alive HTTP client, signed in with a token if a login is named."""
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE) as client:
            if login:
                answer = await client.post("/api/v1/auth/token", json={"account": login, "password": PASSWORD})
                client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
            yield client

    async def person(self, login: str, to: str) -> Person:
        """Open a browser window of its own, sign in and go to a page."""
        person = await self.people.staff(login, to)
        await person.page.wait_for_selector("main#main")
        return person

    async def database(self) -> psycopg.AsyncConnection:
        """Open a connection to the product's own database."""
        server = Postgres(self.serving.data / "postgres")
        return await psycopg.AsyncConnection.connect(server.conninfo(), autocommit=True)

    async def load(self, order: Order) -> Done:
        """Carry out an order in a second process."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.load",
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate(json.dumps(asdict(order)).encode())
        return Done(**json.loads(said))


class Watch:
    """A page that tells the moment it shows something, on the clock of this process.

    The page looks at every frame it draws, so a moment is late by up to one frame (17 ms) and by the way from
    the browser to here (told as "instrument" in the tables).
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._seen: asyncio.Future[float] | None = None

    async def open(self) -> Watch:
        """Get the page ready; holds over navigations."""
        await self.page.expose_binding("fqSeen", self._note)
        return self

    async def until(self, test: str, *, first: str = "") -> asyncio.Future[float]:
        """Have the page do `first` and then look out for `test` (both JavaScript); the future gives the moment."""
        moment = self.next()
        look = f"const look = () => {{ if ({test}) fqSeen(); else requestAnimationFrame(look); }}"
        await self.page.evaluate(f"() => {{ {first}; {look}; look(); }}")
        return moment

    def next(self) -> asyncio.Future[float]:
        """Give the moment that a script of the page tells next by `fqSeen`."""
        self._seen = asyncio.get_running_loop().create_future()
        return self._seen

    async def instrument(self) -> float:
        """Measure the way to the page and back: seconds that every moment is late by at most."""
        began = time.perf_counter()
        return await (await self.until("true")) - began

    def _note(self, _source: object) -> None:
        if self._seen is not None and not self._seen.done():
            self._seen.set_result(time.perf_counter())


async def seen(moment: asyncio.Future[float]) -> float:
    """Wait for a moment.

    :raises TimeoutError: the page did not show it
    """
    async with asyncio.timeout(PATIENCE):
        return await moment


@asynccontextmanager
async def open_stage(*, repeats: int, cases: int, large: int) -> AsyncGenerator[Stage]:
    """Serve the product and start a browser; whatever was started is stopped."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fq-bench-", ignore_cleanup_errors=True)))
        folder.chmod(0o755)  # where PostgreSQL runs as another user, it must reach its own folder in here
        given = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": str(cases), "DATABASE_URL": "", "REDIS_URL": ""}
        serving = Serving(folder, given)
        stack.callback(Postgres(folder / "postgres").stop)
        serving.start()
        stack.callback(serving.stop)
        people = People(await _browser(stack), serving.url)
        stack.push_async_callback(people.close)
        yield Stage(serving, people, repeats, cases, large)


async def _browser(stack: AsyncExitStack) -> Browser:
    playwright = await stack.enter_async_context(async_playwright())
    opened = await playwright.chromium.launch(executable_path=await asyncio.to_thread(found.find), args=CHROMIUM)
    stack.push_async_callback(opened.close)
    return opened
