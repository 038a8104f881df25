"""What is typed is not lost, not mixed with a card's and not accused while it is being mended."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_main_job import CARD, bridge
from tests.support.county import phone
from tests.support.serving import Serving


async def typed(page: Page, name: str, text: str) -> None:
    """Type with the keyboard and leave nothing behind: no pause, no other field."""
    await page.focus(f"[name={name}]")
    await page.keyboard.type(text)


async def test_the_last_second_and_the_other_tab_are_kept(people: People) -> None:
    registrar = await people.staff("registrar", "/cases/new")
    page = registrar.page
    await expect(page.locator("[name=title]")).to_be_visible()
    await typed(page, "title", "甲的诉求")
    await page.reload()
    await expect(page.locator("[name=title]")).to_have_value("甲的诉求")
    await expect(page.get_by_text("填写、尚未提交的内容")).to_be_visible()

    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(other.get_by_text("尚未提交的登记")).to_be_visible()
    await expect(other.locator("[name=title]")).to_have_value("")
    await typed(other, "title", "乙的诉求")
    await other.reload()
    await expect(other.locator("[name=title]")).to_have_value("乙的诉求")
    await page.reload()
    await expect(page.locator("[name=title]")).to_have_value("甲的诉求")
    await page.get_by_role("button", name="丢弃").click()
    await expect(page.locator("[name=title]")).to_have_value("")


async def test_a_dialog_closed_in_the_middle_of_a_word_keeps_it(people: People) -> None:
    centre = await people.staff("center", "/cases?status=to_dispatch")
    page = centre.page
    await page.locator("tbody a").first.click()
    await page.wait_for_url("**/case/*")
    await page.get_by_role("button", name="转派").first.click()
    await typed(page, "opinion", "请尽快联系诉求人")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.get_by_role("button", name="转派").first.click()
    await expect(page.locator("[name=opinion]")).to_have_value("请尽快联系诉求人")
    await page.get_by_role("button", name="丢弃").click()
    await expect(page.locator("[name=opinion]")).to_have_value("")


async def test_a_fault_goes_while_it_is_mended_and_the_cursor_to_the_first(people: People) -> None:
    guide = await people.staff("guide", "/visits")
    page = guide.page
    await page.fill("[name=name]", "某某")
    await page.press("[name=name]", "Enter")
    number = page.locator("[data-field=id_number] .fault")
    await expect(number).to_be_visible()
    await expect(page.locator("[name=id_number]")).to_be_focused()
    await page.keyboard.type("1")
    await expect(number).to_be_hidden()
    await expect(page.locator("[data-field=phone] .fault")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(number).to_be_visible()
    await expect(page.locator("[name=id_number]")).to_be_focused()


async def test_a_card_and_another_name_are_never_one_record(people: People, served: Serving) -> None:
    guide = await people.staff("guide", "/visits")
    page = guide.page
    await page.select_option("[name=desk]", "guide-1")
    await page.fill("[name=name]", "王" + "大明")
    await page.fill("[name=phone]", phone(77))
    await page.fill("[name=reason]", "读卡与手填不一致")
    with bridge(served, "guide-1"):
        await expect(page.locator("[name=id_number]")).to_have_value(CARD["id_no"], timeout=30_000)
    await page.press("[name=reason]", "Enter")
    await expect(page.locator("[data-field=name] .fault")).to_contain_text("与证件不一致")
    await expect(page.locator("[name=name]")).to_be_focused()
    await expect(page.locator(".queue")).not_to_contain_text("读卡与手填不一致")
    await guide.keep("27-card-conflict")

    await page.get_by_role("button", name="不用这张证件").click()
    await expect(page.locator("[name=id_number]")).to_have_value("")
    await expect(page.locator("[name=name]")).to_have_value("王" + "大明")
