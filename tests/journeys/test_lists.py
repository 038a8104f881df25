"""A list is where one left it: by Back, a reload, the breadcrumb and a bookmark, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Error, Page, expect

from tests.journeys.conftest import DESKTOP, NUMBERS, PHONE, ROWS, People, rows
from tests.journeys.test_bulk import submitted

STORED = """() => JSON.stringify([location.href, {...localStorage}, {...sessionStorage}, document.cookie])"""


async def expect_rows(page: Page, wanted: list[str]) -> None:
    try:
        await page.wait_for_function(f"(wanted) => ({NUMBERS})().join() === wanted", arg=",".join(wanted))
    except Error:
        assert await page.evaluate(NUMBERS) == wanted


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_a_list_is_where_one_left_it(people: People, size: dict[str, int]) -> None:
    person = await people.staff("center", "/cases", size)
    page = person.page
    await person.open("/cases?view=all&sort=number")
    # a tab that is loaded anew may draw for a moment what it read before
    await expect(page.locator("main th", has_text="编号")).to_have_attribute("aria-sort", "ascending")
    first = await rows(page)
    await page.get_by_role("button", name="下一页").click()
    await expect(page.locator(f"{ROWS}[data-row='{first[0]}']")).to_have_count(0)
    second = await rows(page)
    await page.wait_for_url("**at=*")
    address = page.url

    await page.locator(ROWS).first.locator("a").first.click()
    await page.wait_for_url(f"**/case/{second[0]}")
    await expect(page.locator(".lamps")).to_be_visible()
    await page.go_back()
    await expect_rows(page, second)
    assert page.url == address

    await page.reload()
    await expect_rows(page, second)
    await page.locator(ROWS).nth(1).locator("a").first.click()
    await page.wait_for_url(f"**/case/{second[1]}")
    await expect(page.locator(".lamps")).to_be_visible()
    if size is DESKTOP:  # a phone has no breadcrumb
        await page.locator(".crumbs").get_by_role("link", name="案件台账").click()
    else:
        await page.go_back()
    await expect_rows(page, second)

    bookmark = await people.staff("center", "/cases", size)
    await bookmark.page.goto(address)
    await expect_rows(bookmark.page, second)


SEEN = """
window.seen = new Set();
new MutationObserver(() => document.querySelectorAll("tr[data-row]").forEach((row) => window.seen.add(row.dataset.row)))
    .observe(document, { subtree: true, childList: true, attributes: true });
"""


async def test_a_tab_that_is_loaded_anew_draws_no_rows_of_another_address(people: People) -> None:
    person = await people.staff("center", "/cases?view=all")
    page = person.page
    every = await rows(page)
    await page.add_init_script(SEEN)

    await page.goto(page.url.partition("?")[0] + "?view=to_dispatch")
    await expect(page.locator("[data-view=to_dispatch][aria-pressed=true]")).to_be_visible()
    await expect(page.locator(ROWS).first).to_be_visible()

    found = set(await rows(page))
    assert set(every) - found, "the two addresses show the same: nothing was tried"
    assert set(await page.evaluate("[...window.seen]")) == found


async def test_one_goes_from_case_to_case_by_keyboard(people: People) -> None:
    page = (await people.staff("center", "/cases?sort=number")).page
    first = await rows(page)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    for number in first[1:3]:
        await expect(page.locator("[data-next]")).to_be_visible()
        await page.keyboard.press("j")
        await page.wait_for_url(f"**/case/{number}")
        await expect(page.locator(".crumbs")).to_contain_text(number)
    await page.keyboard.press("k")
    await page.wait_for_url(f"**/case/{first[1]}")


async def test_what_is_personal_stays_out_of_address_and_storage(people: People) -> None:
    page = (await people.staff("center", "/cases")).page
    before = await rows(page)
    name = "欧阳明"
    await page.fill("[name=text]", name)
    await page.wait_for_url("**kept=*")
    await expect(page.locator(ROWS)).to_have_count(0)
    assert name not in await page.evaluate(f"decodeURIComponent(({STORED})())")
    await page.reload()
    await expect(page.locator("[name=text]")).to_have_value(name)
    await page.get_by_role("button", name="清除", exact=True).click()
    await expect(page.locator("[name=text]")).to_have_value("")
    await expect_rows(page, before)


async def test_the_menu_leads_to_the_plain_list_again(people: People) -> None:
    page = (await people.staff("center", "/cases")).page
    plain = await rows(page)
    await page.fill("[name=text]", "没有这样的标题")
    await page.wait_for_url("**text=*")
    await page.locator("nav.side").get_by_role("link", name="案件台账").click()
    await expect_rows(page, plain)
    await expect(page.locator("[name=text]")).to_have_value("")
    assert page.url.endswith("/cases")


async def test_after_a_dispatch_the_focus_goes_on_with_the_list(people: People) -> None:
    person = await people.staff("center", "/cases")
    page = person.page
    machine = await people.somebody()
    for _ in range(2):
        await submitted(machine, "渠水倒灌待转派")
    await person.open("/cases?status=to_dispatch&text=渠水倒灌待转派")
    await expect(page.locator(ROWS).filter(has_text="渠水倒灌待转派").nth(1)).to_be_visible()
    await expect(page.locator(ROWS).filter(has_not_text="渠水倒灌待转派")).to_have_count(0)
    first, second, *_ = await rows(page)
    await page.locator(f"{ROWS}[data-row='{first}'] a").first.click()
    await page.locator("#primary-action").press("Enter")
    await page.locator("dialog[open] [name=lead_department]").select_option(index=1)
    await page.locator("dialog[open] button[type=submit]").press("Enter")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("[data-next]")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/case/{second}")


async def test_a_row_that_leaves_hands_the_focus_to_the_one_that_follows(people: People) -> None:
    page = (await people.staff("center", "/cases")).page
    _, second, third, *_ = await rows(page)
    for _ in range(2):
        await page.keyboard.press("j")
    await expect(page.locator(f"{ROWS}[data-row='{second}']")).to_be_focused()
    await page.evaluate("(number) => document.querySelector(`tr[data-row='${number}']`).remove()", second)
    await expect(page.locator(f"{ROWS}[data-row='{third}']")).to_be_focused()


CUT = """() => {
    const pen = document.createElement("canvas").getContext("2d"), ARROW = 18;
    const cut = [];
    for (const one of document.querySelectorAll(".filters select:not([hidden])")) {
        const style = getComputedStyle(one);
        pen.font = `${style.fontSize} ${style.fontFamily}`;
        const text = one.selectedOptions[0]?.text ?? "";
        if (pen.measureText(text).width > one.clientWidth - parseFloat(style.paddingLeft) - ARROW) cut.push(text);
    }
    for (const one of document.querySelectorAll(".table .short, .queue small")) {
        if (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1) cut.push(one.textContent);
    }
    const box = document.querySelector(".table-box");
    if (box && box.scrollWidth > box.clientWidth) cut.push(`table ${box.scrollWidth} > ${box.clientWidth}`);
    return cut;
}"""
"""Words of a list or of its filters that end before their end, and columns off the edge."""


@pytest.mark.parametrize(
    ("login", "path"),
    [("center", "/cases"), ("leader", "/cases"), ("rsj", "/todo"), ("center", "/calendar"), ("guide", "/visits")],
)
async def test_no_word_of_a_list_is_cut_at_a_desk(people: People, login: str, path: str) -> None:
    person = await people.staff(login, path)
    await expect(person.page.locator("main h1")).not_to_be_empty()
    await expect(person.page.locator("main .bone")).to_have_count(0)

    assert await person.page.evaluate(CUT) == []
