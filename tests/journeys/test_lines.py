"""A slow line and one that breaks: what was sent is seen to be at work, arrives once, and the page tells what became of it."""

from __future__ import annotations

from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.journeys.conftest import People

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


async def dispatching(people: People) -> tuple[Page, Line]:
    """Stand before a filled dialog that dispatches a case."""
    centre = await people.staff("center", "/cases?status=to_dispatch")
    page, line = centre.page, Line()
    await line.lay(page)
    await page.reload()
    await page.locator("tbody a").first.click()
    await page.wait_for_url("**/case/*")
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


async def test_a_form_shows_that_it_is_at_work_until_it_is_answered(people: People) -> None:
    page, line = await dispatching(people)
    await page.locator("dialog[open] select").first.select_option(value="")
    line.held = True
    await press(page)
    await expect(at_work(page)).to_have_count(1)
    await line.let_go()
    await expect(page.locator("dialog[open] .fault")).to_have_count(1)
    await expect(at_work(page)).to_have_count(0)


async def test_a_step_whose_answer_was_lost_is_seen_after_the_line_is_back(people: People) -> None:
    page, line = await dispatching(people)
    line.held = True
    await press(page)
    await expect(at_work(page)).to_have_count(1)
    await line.cut()
    await dispatched(page)


async def test_a_step_sent_while_the_line_was_broken_is_taken_when_it_is_back(people: People) -> None:
    page, line = await dispatching(people)
    await page.context.set_offline(True)
    await line.cut()
    await expect(page.locator(".offline")).to_be_visible()
    await press(page)
    await page.context.set_offline(False)
    await dispatched(page)
