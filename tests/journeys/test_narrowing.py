"""A list narrowed by keys alone: several values, further conditions, a named view; on a phone the same under one button."""

from __future__ import annotations

from secrets import token_hex

from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE, ROWS, People
from tests.support.accessible import expect_accessible


async def _settled(page: Page) -> None:
    await expect(page.locator(ROWS).first).to_be_visible()


async def test_a_list_is_narrowed_and_named_by_keys_alone(people: People) -> None:
    person = await people.staff("center", "/cases?view=all")
    page, keys = person.page, person.page.keyboard
    await _settled(page)
    bar = page.get_by_role("search")

    await bar.get_by_role("button", name="类别", exact=True).focus()
    await keys.press("ArrowDown")
    await keys.type("劳动人事")
    await keys.press("Enter")
    await expect(bar.get_by_role("button", name="类别：劳动人事")).to_be_visible()
    await page.wait_for_url("**category=07*")
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Space")
    await expect(bar.get_by_role("button", name="类别：劳动人事 等 2 项")).to_be_visible()
    await expect_accessible(page)
    await keys.press("Escape")
    await expect(bar.get_by_role("button", name="类别：劳动人事 等 2 项")).to_be_focused()
    await page.wait_for_url("**category=07,07*")

    await bar.get_by_role("button", name="更多条件").focus()
    await keys.press("Enter")
    dialog = page.get_by_role("dialog", name="更多条件")
    await expect(dialog.get_by_label("案件编号")).to_be_focused()
    await expect_accessible(page)
    await keys.type("２０２")
    await dialog.get_by_label("受理日期从").fill("2026-02-01")
    await dialog.get_by_label("受理日期到").fill("2026-01-01")
    await keys.press("Enter")
    await expect(dialog.get_by_text("受理日期到不能早于受理日期从")).to_be_visible()
    await expect(dialog.get_by_label("案件编号")).to_have_value("２０２")
    await dialog.get_by_label("受理日期到").fill("2099-01-01")
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="去掉条件：受理日期从 2026-02-01")).to_be_visible()
    await expect(bar.get_by_role("button", name="更多条件")).to_be_focused()

    await _name_it(page)


async def _name_it(page: Page) -> None:
    keys, name = page.keyboard, f"劳动案件{token_hex(3)}"
    menu = page.locator("summary", has_text="常用视图")
    await menu.focus()
    await keys.press("Enter")
    await page.get_by_role("button", name="保存当前视图").press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("名称")).to_be_focused()
    await keys.type(name)
    await keys.press("Enter")
    await expect(page.get_by_text("已保存")).to_be_visible()
    await page.get_by_role("button", name="清除").first.press("Enter")
    await expect(page.get_by_role("button", name="去掉条件：")).to_have_count(0)
    await menu.press("Enter")
    await expect_accessible(page)
    await page.get_by_role("link", name=name).press("Enter")
    await expect(page.get_by_role("button", name="去掉条件：受理日期到 2099-01-01")).to_be_visible()
    await expect(page.get_by_role("button", name="类别：劳动人事 等 2 项")).to_be_visible()


async def test_columns_and_conditions_stand_under_one_button_of_a_phone(people: People) -> None:
    person = await people.staff("viewer", "/cases", PHONE)
    page = person.page
    await _settled(page)
    bar = page.get_by_role("search")
    await expect(bar.get_by_role("button", name="显示列")).to_be_hidden()
    await bar.get_by_role("button", name="筛选").click()
    await bar.get_by_role("button", name="显示列").click()
    await bar.get_by_label("来源").check()
    await bar.get_by_role("button", name="完成").click()
    await expect(page.locator(ROWS).first.locator("[data-label=来源]")).to_be_visible()
    for name in ("状态", "类别", "属地", "承办单位", "风险", "标签", "更多条件", "显示列"):
        box = await bar.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert box["height"] >= 44, name
    await page.reload()
    await expect(page.locator(ROWS).first.locator("[data-label=来源]")).to_be_visible()
