"""The scripts of a page come late: what is pressed meanwhile happens when they have, and nothing of it is an address."""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, expect

from tests.journeys.conftest import People, Person
from tests.support.county import id_number, phone


class Gate:
    """Keeps the scripts of a page's next loads until it is opened."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    async def open_page(self, person: Person, path: str) -> None:
        """Go to an address and see it as it was written out."""
        await person.page.route("**/assets/*.js", self._late)
        await person.page.goto(person.base + path, wait_until="commit")

    async def _late(self, route: Route) -> None:
        await self._open.wait()
        await route.continue_()

    def release(self) -> None:
        self._open.set()


async def test_a_visitor_sent_before_the_scripts_came_is_registered_once(people: People) -> None:
    guide, gate = await people.staff("guide"), Gate()
    page = guide.page
    await gate.open_page(guide, "/visits")
    visitor = {"name": "早" + "先生", "id_number": id_number(641), "phone": phone(641), "reason": "来得很早"}
    for name, text in visitor.items():
        await page.fill(f"[name={name}]", text)
    await page.press("[name=reason]", "Enter")
    await page.press("[name=reason]", "Enter")
    await expect(page.locator("[name=name]")).to_have_value(visitor["name"])
    assert page.url.endswith("/visits")
    gate.release()
    await expect(page.locator(".queue li", has_text="来得很早")).to_have_count(1)
    await expect(page.locator("[name=name]")).to_have_value("")
    assert page.url.endswith("/visits")


async def test_what_was_typed_before_the_scripts_came_stands_when_the_page_is_drawn_anew(people: People) -> None:
    guide, gate = await people.staff("guide"), Gate()
    page = guide.page
    await gate.open_page(guide, "/visits")
    await page.fill("[name=name]", "早" + "女士")
    await page.select_option("[name=sex]", "female")
    await page.locator("[name=informed]").uncheck()
    gate.release()
    await expect(page.locator(".queue li").first).to_be_visible()
    await page.locator("main form [type=submit]").first.click()
    await expect(page.locator("[data-field=phone] .fault")).to_be_visible()
    await expect(page.locator("[name=name]")).to_have_value("早" + "女士")
    await expect(page.locator("[name=sex]")).to_have_value("female")
    await expect(page.locator("[name=informed]")).not_to_be_checked()


async def test_a_list_is_sorted_and_paged_as_was_asked_before_the_scripts_came(people: People) -> None:
    leader, gate = await people.staff("center"), Gate()
    page = leader.page
    await gate.open_page(leader, "/cases")
    sort = page.locator("main th", has_text="编号")
    await sort.get_by_role("button").click()
    await page.get_by_label("每页条数").select_option("50")
    await expect(sort).not_to_have_attribute("aria-sort", "ascending")
    gate.release()
    await expect(sort).to_have_attribute("aria-sort", "ascending")
    await expect(page.get_by_label("每页条数")).to_have_value("50")


async def test_whom_one_looks_for_is_no_address(people: People) -> None:
    leader, gate = await people.staff("center"), Gate()
    page = leader.page
    await gate.open_page(leader, "/cases")
    await page.get_by_role("button", name="更多条件").click()
    gate.release()
    await page.get_by_label("诉求人姓名").fill("谁也不叫这个")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="去掉条件：诉求人姓名：谁也不叫这个")).to_be_visible()
    await expect(page.locator("main tr[data-row]")).to_have_count(0)
    assert "name" not in page.url
