"""Before a page has heard from the server it claims nothing: no count, no empty list, no other centre's name."""

from __future__ import annotations

import re

from playwright.async_api import expect

from app.navigation import PAGES
from tests.journeys.conftest import People
from tests.journeys.test_pages import PARAMETER

EXAMPLES = {"number": "QX2026000001", "login": "center", "process_id": "standard"}
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
