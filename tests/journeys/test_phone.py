"""On a phone nothing runs off the screen or is too small for a thumb: no page, no panel on it, no dialog."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as TooLate

from app.navigation import PAGES
from tests.journeys.conftest import People, Person
from tests.journeys.test_lines import case_to_dispatch
from tests.journeys.test_pages import EXAMINERS, EXAMPLES, KNOWN, PARAMETER, example, go
from tests.support.serving import Serving

WIDTHS = (390, 360)
WIDER = """() => {
    const page = document.scrollingElement;
    const over = [];
    if (page.scrollWidth > page.clientWidth) over.push(`page ${page.scrollWidth} > ${page.clientWidth}`);
    for (const one of document.querySelectorAll("dialog[open], details[open] > .pop")) {
        const box = one.getBoundingClientRect();
        if (!box.width) continue;
        const name = `${one.tagName} ${one.textContent.slice(0, 20)}`;
        if (box.left < -1 || box.right > innerWidth + 1) over.push(`${name}: ${box.left}..${box.right}`);
        if (one.scrollWidth > one.clientWidth + 1) over.push(`${name}: scrolls ${one.scrollWidth} > ${one.clientWidth}`);
    }
    return over;
}"""
"""What is wider than the screen, or scrolls sideways."""
SMALL = """() => {
    const THUMB = 40, TARGETS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const over = document.querySelector("dialog[open]") ?? document.querySelector("details[open] > .pop") ?? document;
    const found = [];
    for (const one of over.querySelectorAll(TARGETS)) {
        const target = one.closest("label") ?? one;
        if (one.matches(":disabled, .skip") || one.closest(".sr") || !target.checkVisibility()) continue;
        const row = one.closest("tr[data-href]"); // the whole row leads there
        if (row && one.getAttribute("href") === row.dataset.href) continue;
        const inline = one.matches("a") && getComputedStyle(one).display === "inline";
        if (inline && one.parentElement.textContent.trim() !== one.textContent.trim()) continue; // in a sentence
        target.scrollIntoView({ block: "center", inline: "center" });
        const box = target.getBoundingClientRect();
        if (!box.width || !box.height || (box.width >= THUMB && box.height >= THUMB)) continue;
        // what is drawn small may still take a thumb beside it
        const w = Math.max(THUMB, box.width) / 2 - 1, h = Math.max(THUMB, box.height) / 2 - 1;
        const takes = ([x, y]) => {
            const at = document.elementFromPoint(box.left + box.width / 2 + x, box.top + box.height / 2 + y);
            return at && (target.contains(at) || (at.matches(`${TARGETS}, label`) && at.contains(target)));
        };
        if ([[-w, 0], [w, 0], [0, -h], [0, h]].every(takes)) continue;
        const name = (one.textContent || one.ariaLabel || one.name || "").trim().slice(0, 16);
        found.push(`${one.tagName} ${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`);
    }
    return [...new Set(found)];
}"""
"""What stands alone and takes no thumb; links in a sentence are read, not aimed at."""
PANELS = "details.menu, details.due"
ACTS = ".page-head .acts > button, .row-acts button, .page-head .acts .pop > button.item"
"""What opens a dialog: the acts of a page, those of its rows, those of a case."""


@pytest.mark.parametrize("login", sorted(set(EXAMINERS.values())))
async def test_nothing_scrolls_sideways(people: People, login: str) -> None:
    examples = EXAMPLES | {"number": await example(people), "login": login}
    person = await people.staff(login, "/cases")
    await person.page.wait_for_function(KNOWN)
    over: list[str] = []
    for declared in (one for one in PAGES if EXAMINERS[one.route] == login and one.route != "/"):
        await person.page.set_viewport_size({"width": WIDTHS[0], "height": 844})
        await go(person, PARAMETER.sub(lambda found: examples[found[1]], declared.route), declared.title, whole=False)
        await expect(person.page.locator(".bone, .skeleton")).to_have_count(0)
        over += [f"{declared.route} {fault}" for fault in await _looked_through(person)]

    assert over == []


@pytest.mark.parametrize("login", ["center", "rsj", "registrar", "leader"])
async def test_a_case_with_everything_open(people: People, login: str) -> None:
    person = await people.staff(login, "/cases")
    number = await person.page.locator("tr[data-row]").first.get_attribute("data-row")
    await go(person, f"/case/{number}", str(number)[:0], whole=False)
    await expect(person.page.locator(".lamps")).to_have_count(1)

    assert await _looked_through(person) == []


async def test_a_list_keeps_what_narrows_it_under_one_button(people: People) -> None:
    person = await people.staff("center", "/cases", size={"width": WIDTHS[0], "height": 844})
    page = person.page
    await expect(page.locator("tr[data-row]").first).to_be_visible()
    bar = page.get_by_role("search")
    await expect(bar.locator("select:visible")).to_have_count(1)  # 更多列表 stays in view
    await expect(bar.get_by_label("更多列表")).to_be_visible()

    await bar.get_by_role("button", name="筛选").click()
    await bar.get_by_role("button", name="风险").click()
    await bar.get_by_label("中风险").check()
    await bar.get_by_role("button", name="完成").click()
    await expect(bar.get_by_label("已设 1 项")).to_be_visible()
    assert "risk=medium" in page.url

    await page.reload()
    await expect(bar.get_by_label("已设 1 项")).to_be_visible()
    await expect(bar.get_by_role("button", name="风险：中风险")).to_be_hidden()


async def test_a_case_says_what_it_is_about_before_how_far_it_is(people: People) -> None:
    person = await people.staff("center", "/todo", size={"width": WIDTHS[0], "height": 844})
    page = person.page
    await page.locator("tr[data-row]").first.click()
    content, path = page.locator(".matter .content"), page.locator("details.fold")
    await expect(path.locator("summary")).to_contain_text("步")
    await expect(path.locator(".process")).to_be_hidden()
    at = [(await one.bounding_box() or {})["y"] for one in (page.locator(".onward"), content, path)]
    assert at == sorted(at)
    assert at[1] < 844 - 58, "the content begins on the first screen"

    await path.locator("summary").click()
    await expect(path.locator(".process")).to_be_visible()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await expect(path.locator(".process")).to_be_visible()


async def test_what_anybody_may_open_takes_a_thumb(people: People, served: Serving) -> None:
    number = await asyncio.to_thread(case_to_dispatch, served)
    leader = await people.staff("registrar", "/cases", size={"width": WIDTHS[0], "height": 844})
    page, small = leader.page, list[str]()
    for address in ("/login", "/demo/sms", await leader.link_in_message(number)):
        await page.goto(address if "://" in address else leader.base + address)
        small += [f"{address[:10]} {target}" for target in await page.evaluate(SMALL)]
    await page.get_by_role("button").first.click()
    small += await page.evaluate(SMALL)

    assert small == []


async def test_the_cross_of_a_message_takes_a_thumb(people: People) -> None:
    person = await people.staff("registrar", "/cases/new", size={"width": WIDTHS[0], "height": 844})
    await person.page.get_by_role("button", name="提交受理").click()
    await expect(person.page.locator("[data-close-button]")).to_have_count(1)

    assert await person.page.evaluate(SMALL) == []


async def _looked_through(person: Person) -> list[str]:
    """Look at the page at both widths, then with each panel and each kind of dialog open."""
    page, over = person.page, list[str]()
    over += await _measured(page)
    for place in range(await page.locator(PANELS).count()):
        summary = page.locator(PANELS).nth(place).locator("> summary")
        if not await summary.is_visible():
            continue
        await summary.evaluate("one => one.click()")  # a message may lie above it
        over += await _measured(page)
        await page.keyboard.press("Escape")
    for label in await _acts(page):
        over += await _dialog(page, label)
    return over


async def _measured(page: Page) -> list[str]:
    found: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width}: {fault}" for fault in await page.evaluate(WIDER)]
    return found + [f"small: {target}" for target in await page.evaluate(SMALL)]


async def _acts(page: Page) -> list[str]:
    # The labels of the acts, each once.
    return list(dict.fromkeys(await page.locator(ACTS).all_inner_texts() + await _hidden(page)))


async def _hidden(page: Page) -> list[str]:
    return [str(text).strip() for text in await page.locator(".page-head .pop > button.item").all_text_contents()]


async def _dialog(page: Page, label: str) -> list[str]:
    """Press an act; measure the dialog it opens, if it opens one, and close it."""
    act = page.locator(ACTS).filter(has_text=label).first
    if not label.strip() or not await act.count():
        return []
    before = page.url
    await act.evaluate("one => { const menu = one.closest('details'); if (menu) menu.open = true; one.click(); }")
    dialog = page.locator("dialog[open]")
    with suppress(TooLate):  # an act that asks nothing opens none
        await dialog.first.wait_for(state="visible", timeout=3000)
    found = [f"{label}: {fault}" for fault in await _measured(page)]
    if await dialog.count():
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
    if page.url != before:
        await page.go_back()
        await expect(page.locator(".bone, .skeleton")).to_have_count(0)
    return found
