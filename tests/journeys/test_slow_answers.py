"""The server answers late: what is typed meanwhile stands, and what it said before does not outlive its answer."""

from __future__ import annotations

import re

from playwright.async_api import Page, WebSocketRoute, expect

from tests.journeys.conftest import People
from tests.support.county import id_number, phone


class Line:
    """The line of a page to the server; while it is held, what the server says waits."""

    def __init__(self) -> None:
        self.held = False
        self._late: list[tuple[WebSocketRoute, str | bytes]] = []

    async def lead(self, page: Page) -> None:
        """Stand in the line from the next page on."""
        await page.route_web_socket(re.compile("_event"), self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda said: self._late.append((socket, said)) if self.held else socket.send(said))

    def release(self) -> None:
        """Let everything through that waited."""
        self.held = False
        for socket, said in self._late:
            socket.send(said)
        self._late.clear()


async def test_what_is_typed_while_a_visitor_is_picked_stands(people: People) -> None:
    guide = await people.staff("guide", "/visits")
    visitor = {
        "name": "慢" + "先生",
        "id_number": id_number(611),
        "phone": phone(611),
        "reason": "慢慢来",
        "companions": "2",
    }
    for name, text in visitor.items():
        await guide.page.fill(f"[name={name}]", text)
    await guide.page.press("[name=reason]", "Enter")
    await expect(guide.page.locator(".queue")).to_contain_text("慢慢来")

    registrar = await people.staff("registrar")
    page, line = registrar.page, Line()
    await line.lead(page)
    await registrar.open("/cases/new")
    picked = page.locator(".pickable", has_text="慢慢来")
    await expect(picked).to_be_visible()
    line.held = True
    await picked.click()
    await page.fill("[name=title]", "登记员写的标题")
    await page.fill("[name=content]", "登记员正在写")
    await page.fill("[name=p0_name]", "同来的人")
    line.release()

    await expect(page.locator("#cited")).to_contain_text("慢")
    await expect(page.locator("[name=headcount]")).to_have_value("3")
    await expect(page.locator("[name=title]")).to_have_value("登记员写的标题")
    await expect(page.locator("[name=content]")).to_have_value("登记员正在写")
    await expect(page.locator("[name=p0_name]")).to_have_value("同来的人")

    await page.get_by_role("button", name="取消引用").click()
    await expect(page.locator("[name=headcount]")).to_have_value("")
    await expect(page.locator("[name=title]")).to_have_value("登记员写的标题")
    await page.fill("[name=title]", "")
    await picked.click()
    await expect(page.locator("[name=title]")).to_have_value("慢慢来")


async def test_the_desk_is_emptied_at_the_press(people: People) -> None:
    guide = await people.staff("guide")
    page, line = guide.page, Line()
    await line.lead(page)
    await guide.open("/visits")
    await page.fill("[name=name]", "先来的")
    await page.fill("[name=companions]", "2")
    await page.select_option("[name=sex]", "female")
    await page.locator("[name=informed]").uncheck()
    line.held = True
    await page.get_by_role("button", name="清空").click()
    await expect(page.locator("[name=name]")).to_have_value("")
    await expect(page.locator("[name=name]")).to_be_focused()
    await page.keyboard.type("后来的")
    await expect(page.locator("[name=sex]")).to_have_value("unknown")
    await expect(page.locator("[name=informed]")).to_be_checked()
    line.release()
    await page.wait_for_timeout(500)
    await expect(page.locator("[name=name]")).to_have_value("后来的")
    await expect(page.locator("[name=companions]")).to_have_value("")


async def test_one_press_tells_everything_and_what_was_mended_is_forgotten(people: People) -> None:
    registrar = await people.staff("registrar", "/cases/new")
    page = registrar.page
    await page.get_by_role("button", name="提交受理").click()
    refusal = page.locator("[data-sonner-toast]", has_text="请填写标题")
    await expect(refusal).to_be_visible()
    starred = await page.locator(".field:has(.required)").evaluate_all("all => all.map((one) => one.dataset.field)")
    marked = await page.locator(".field:has(.fault)").evaluate_all("all => all.map((one) => one.dataset.field)")
    assert set(marked) == set(starred)
    assert len(starred) == 7
    await registrar.keep("28-all-faults")
    for name, text in {"title": "写好的标题", "p0_name": "慢" + "先生", "p0_phone": phone(612)}.items():
        await page.fill(f"[name={name}]", text)
    await page.get_by_role("button", name="存为草稿").click()
    await expect(page.locator("[data-sonner-toast]", has_text="草稿已保存")).to_be_visible()
    await expect(refusal).to_have_count(0)


async def test_somebody_who_waits_is_registered_again_only_when_meant(people: People) -> None:
    guide = await people.staff("guide", "/visits")
    page = guide.page
    visitor = {"name": "慢" + "女士", "id_number": id_number(613), "phone": phone(613), "reason": "再来一次"}
    rows = page.locator(".queue li", has_text="再来一次")
    for times in (1, 2):
        for name, text in visitor.items():
            await page.fill(f"[name={name}]", text)
        await page.press("[name=reason]", "Enter")
        if times == 1:
            await expect(rows).to_have_count(1)
            await expect(page.locator("[name=name]")).to_have_value("")
    await expect(page.locator("[data-field=again] .fault")).to_contain_text("仍要再登记一次？")
    await expect(page.locator("[name=again]")).to_be_focused()
    await guide.keep("29-again")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(2)
