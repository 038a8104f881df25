"""A leader's order in a browser: taken out of another's hands, carried out, extended by the leader's own figure."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE, People, Person

OPEN = "dialog[open]"


async def test_a_leader_orders_and_extends(people: People) -> None:
    centre = await people.staff("center", "/cases?view=to_dispatch")
    number = await _undispatched(centre)
    leader = await people.staff("leader", f"/case/{number}")
    await _order(centre, leader)
    officer = await people.staff("rsj", f"/case/{number}", PHONE)
    await _accept_and_ask(officer)
    await _only_the_leader_decides(centre)
    await _extend(leader, officer)


async def _undispatched(centre: Person) -> str:
    page = centre.page
    await page.get_by_role("search").get_by_role("button", name="状态", exact=True).click()
    await page.get_by_label("待转派", exact=True).check()
    await expect(page.locator("tr[data-row]").first).to_contain_text("待转派")
    number = await page.locator("tr[data-row]").last.get_attribute("data-row")
    assert number
    await centre.open(f"/case/{number}")
    await page.locator("#primary-action", has_text="转派").wait_for()
    return number


async def _order(centre: Person, leader: Person) -> None:
    # The leader orders while the centre is about to dispatch: the centre reads who did what and loses no word.
    page = centre.page
    await expect(page.locator(".beside")).to_contain_text("苏明衡")
    await page.locator("#primary-action").click()
    await page.fill(f"{OPEN} [name=opinion]", "请先核实欠薪人数")
    await _choose(leader.page, "领导直接交办")
    await leader.page.select_option(f"{OPEN} [name=department]", "rsj")
    await expect(leader.page.locator(f"{OPEN} .consequences")).to_contain_text("人力资源和社会保障局")
    await leader.page.fill(f"{OPEN} [name=opinion]", "请专人负责，限期办结")
    await _send(leader.page)
    await expect(leader.page.locator(".lamps")).to_contain_text("领导交办")
    told = page.locator(f"{OPEN} .alert")
    await expect(told).to_contain_text("苏明衡")
    await expect(told).to_contain_text("领导直接交办")
    await centre.keep("20-conflict")
    await page.get_by_role("button", name="按最新情况继续").click()
    await expect(told).to_contain_text("转派已不能办理")
    await expect(page.locator(f"{OPEN} [name=opinion]")).to_have_value("请先核实欠薪人数")
    await page.keyboard.press("Escape")
    await expect(page.locator(OPEN)).to_have_count(0)


async def _accept_and_ask(officer: Person) -> None:
    page = officer.page
    await page.locator("#primary-action", has_text="接收").click()
    await page.fill(f"{OPEN} [name=person_in_charge]", "何经办")
    await page.fill(f"{OPEN} [name=person_phone]", "13800001111")
    await _send(page)
    await expect(page.locator(".lamps")).to_contain_text("领导交办中")
    await _choose(page, "申请延期")
    await page.fill(f"{OPEN} [name=days]", "5")
    await page.fill(f"{OPEN} [name=opinion]", "涉及人数较多")
    await _send(page)
    await expect(page.locator(".lamps")).to_contain_text("延期待审批")


async def _only_the_leader_decides(centre: Person) -> None:
    page = centre.page
    await expect(page.locator(".lamps")).to_contain_text("延期待审批")
    await page.get_by_text("更多操作").click()
    await page.get_by_text("为什么不能操作").click()
    await expect(page.locator(".whys li", has_text="同意延期").first).to_contain_text("须由领导审批")


async def _extend(leader: Person, officer: Person) -> None:
    page = leader.page
    await page.locator("#primary-action", has_text="同意延期").click()
    await expect(page.locator(f"{OPEN} .asked")).to_contain_text("5 个工作日")
    await expect(page.locator(f"{OPEN} .asked")).to_contain_text("涉及人数较多")
    days = page.locator(f"{OPEN} [name=days]")
    await expect(days).to_have_value("5")
    await days.fill("3")
    await page.fill(f"{OPEN} [name=opinion]", "同意，抓紧办理")
    await leader.keep("21-extension")
    await page.locator(f"{OPEN} button[type=submit]").dblclick()  # a hasty hand: it counts once
    await expect(page.locator(OPEN)).to_have_count(0)
    decided = page.locator(".timeline li", has_text="同意延期")
    await expect(decided).to_have_count(1)
    await expect(decided).to_contain_text("3 个工作日")
    await expect(officer.page.locator(".lamps")).to_contain_text("领导交办中")


async def _choose(page: Page, label: str) -> None:
    await page.get_by_text("更多操作").click()
    await page.locator(".item", has_text=label).first.click()
    await page.locator(f"{OPEN} form").wait_for()


async def _send(page: Page) -> None:
    await page.locator(f"{OPEN} button[type=submit]").click()
    await expect(page.locator(OPEN)).to_have_count(0)
