"""Before a page has heard from the server it claims nothing: no count, no empty list, no other centre's name."""

from __future__ import annotations

import re

from playwright.async_api import expect

from app.navigation import PAGES
from tests.journeys.conftest import People, rows
from tests.journeys.test_pages import PARAMETER

EXAMPLES = {
    "number": "QX2026000001",
    "login": "center",
    "process_id": "standard",
    "date": "2020-01-02",
    "report": "week-2020-01-06",
}
CLAIMS = ".empty, .pager b, .kpi b, .count, .brand :not(.bone, .sr, svg, path)"
"""What tells of rows that are not read yet, or of how many there are."""


async def test_no_page_claims_what_it_does_not_know_yet(people: People) -> None:
    person = await people.staff("center", "/me")
    page = person.page
    await page.route_web_socket(re.compile("/_event"), lambda _: None)  # taken, and never answered
    claims = {}
    for declared in PAGES:
        await person.open(PARAMETER.sub(lambda found: EXAMPLES[found[1]], declared.route))
        await expect(page.locator("h1")).to_have_count(1)
        shown = [text for text in await page.locator(CLAIMS).all_inner_texts() if text.strip()]
        brand = await page.locator(".brand").inner_text()
        if shown or brand.strip() not in {"", "正在加载"}:
            claims[declared.route] = [brand, *shown]

    assert claims == {}


HEADS = """(() => {
  window.heads = [];
  const note = () => {
    const head = document.querySelector("h1")?.innerText;
    if (head && head !== window.heads.at(-1)) window.heads.push(head);
  };
  new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
})()"""
"""Notes every head that the page shows, however briefly."""


async def test_a_page_about_something_shows_nothing_else_before_it(people: People) -> None:
    person = await people.staff("center", "/cases")
    page = person.page
    one, other, *_ = await rows(page)
    await page.add_init_script(HEADS)

    titles = {}
    for number in (one, other):  # loaded whole, in the same tab
        await person.open(f"/case/{number}")
        await expect(page.locator(".crumbs [aria-current=page]")).to_have_text(number)
        titles[number] = await page.locator("h1").inner_text()
        shown = await page.evaluate("window.heads")
        assert shown[-1] == titles[number]
        assert shown[:-1] in ([], ["案件"])  # none where the case came before the first picture

    await person.open("/cases")
    await page.locator(f"tr[data-row='{one}'] a").first.click()  # loaded by the page itself
    await expect(page.locator(".crumbs [aria-current=page]")).to_have_text(one)
    assert titles[other] not in (await page.evaluate("window.heads"))[1:]

    await page.reload()
    await expect(page.locator(".crumbs [aria-current=page]")).to_have_text(one)
    assert set(await page.evaluate("window.heads")) - {"案件"} == {titles[one]}
