"""On a phone nothing runs off the screen: no page, no panel that opens on it, no dialog scrolls sideways."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as TooLate

from app.navigation import PAGES
from tests.journeys.conftest import People, Person
from tests.journeys.test_pages import EXAMINERS, EXAMPLES, KNOWN, PARAMETER, example, go

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
    return found


async def _acts(page: Page) -> list[str]:
    """The labels of the acts, each once."""
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
