"""A slow line and one that breaks: what was sent is seen to be at work, arrives once, and the page tells what became of it."""

from __future__ import annotations

import asyncio

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.journeys.conftest import PASSWORD, People
from tests.support.clients import Client, matter
from tests.support.serving import Serving

DISPATCH = "转派"


class Line:
    """The socket between a page and the server, which can be held up and cut."""

    def __init__(self) -> None:
        self.held = False
        self._kept: list[str | bytes] = []
        self._page: WebSocketRoute | None = None

    async def lay(self, page: Page) -> None:
        """Go between the page and the server from its next load on."""
        await page.route_web_socket("**/_event/**", self._connect)

    async def _connect(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        server.on_message(lambda message: self._kept.append(message) if self.held else page.send(message))
        self._page = page

    async def let_go(self) -> None:
        """Deliver what was held up."""
        self.held = False
        assert self._page
        for message in self._kept:
            self._page.send(message)
        self._kept.clear()

    async def cut(self) -> None:
        """Break the line; what the server said and was held up never arrives."""
        self._kept.clear()
        self.held = False
        assert self._page
        await self._page.close(code=4000)


def case_to_dispatch(served: Serving) -> str:
    """Submit a fresh case over the interface."""
    with Client(served.url, "registrar", PASSWORD) as registrar:
        number = str(registrar.post("/cases", matter(830)).json()["number"])
        assert registrar.act(number, "submit").status_code == 200
    return number


async def dispatching(people: People, served: Serving) -> tuple[Page, Line]:
    """Stand before a filled dialog that dispatches a case."""
    number = await asyncio.to_thread(case_to_dispatch, served)
    centre = await people.staff("center", "/todo")
    page, line = centre.page, Line()
    await line.lay(page)
    await centre.open(f"/case/{number}")
    await page.get_by_role("button", name=DISPATCH).first.click()
    await page.locator("dialog[open] select").first.select_option(label="住房和城乡建设局")
    await expect(page.locator("dialog[open]")).to_contain_text("将通知")
    return page, line


def at_work(page: Page) -> Locator:
    return page.locator("dialog[open] form[aria-busy=true]")


async def press(page: Page) -> None:
    await page.locator("dialog[open] button[type=submit]").click()


async def dispatched(page: Page) -> None:
    """The page says who is awaited, and the step was taken once."""
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("main")).to_contain_text("现在等待住房和城乡建设局接收")
    await page.reload()
    await expect(page.get_by_text("待转派 → 待接收")).to_have_count(1)


async def test_a_form_shows_that_it_is_at_work_until_it_is_answered(people: People, served: Serving) -> None:
    page, line = await dispatching(people, served)
    await page.locator("dialog[open] select").first.select_option(value="")
    line.held = True
    await press(page)
    await expect(at_work(page)).to_have_count(1)
    await line.let_go()
    await expect(page.locator("dialog[open] .fault")).to_have_count(1)
    await expect(at_work(page)).to_have_count(0)


async def test_a_step_whose_answer_was_lost_is_seen_after_the_line_is_back(people: People, served: Serving) -> None:
    page, line = await dispatching(people, served)
    line.held = True
    await press(page)
    await expect(at_work(page)).to_have_count(1)
    await line.cut()
    await dispatched(page)


async def test_a_step_sent_while_the_line_was_broken_is_taken_when_it_is_back(people: People, served: Serving) -> None:
    page, line = await dispatching(people, served)
    await page.context.set_offline(True)
    await line.cut()
    await expect(page.locator(".offline")).to_be_visible()
    await press(page)
    await page.context.set_offline(False)
    await dispatched(page)
