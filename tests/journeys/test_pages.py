"""Every page opens for each role that may, whole and without complaints; the others see that it is not for them."""

from __future__ import annotations

import os
import re
from zlib import crc32

import pytest
from playwright.async_api import Page, expect

from app.demo.roster import POSTS, Post
from app.navigation import PAGES
from app.navigation import Page as Declared
from domain.kernel.permissions import GRANTS
from tests.journeys.conftest import DESKTOP, PHONE, People, Person
from tests.support.accessible import expect_accessible

ROLES = {post.role: post for post in reversed(POSTS)}
NOT_YOURS = "您没有查看这个页面的权限"
BUSINESS = "main tr[data-row], main .queue li, main .parties li, main .lamps .tag, main .kpi"
"""What shows a case, a person or a count."""
NUMBER = re.compile(r"QX\d{10}")
PARAMETER = re.compile(r"\[(\w+)\]")
ENGLISH = re.compile(
    r"\b(error|loading|undefined|null|NaN|object Object|connection|cannot|server|not found|built with|reflex|submit|close|search)\b",
    re.IGNORECASE,
)
MACHINE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|[{\[]\s*[\"']")
"""Ids and JSON: nobody reads them."""
FOLLOW = """(address) => {
    const link = Object.assign(document.createElement("a"), { href: address });
    document.querySelector(".shell").append(link);
    link.click();
    link.remove();
}"""
"""What a click on a link to an address does."""
KNOWN = "() => document.querySelector('.who .name')?.textContent"
"""The page has heard who sits before it."""
THERE = "([address, title]) => document.title.startsWith(title) || location.pathname !== address"
"""A page stands, or led on: the front door does."""
HARMLESS = ("ERR_ABORTED", "favicon")
EXAMPLES = {"process_id": "standard", "date": "2020-01-02", "report": "week-2020-01-06"}
"""What stands for a parameter of an address, besides the number of a case."""


def watch(page: Page) -> list[str]:
    """Gather what the browser complains about."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


async def example(people: People) -> str:
    """Give the number of a case of the registrar."""
    registrar = await people.staff("registrar", "/cases")
    return str(await registrar.page.locator("tr[data-row]").first.get_attribute("data-row"))


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """Remember one case for the module."""
    return {}


def may_open(declared: Declared, post: Post) -> bool:
    """Decide by what the page declares."""
    right = declared.place.permission is None or declared.place.permission in GRANTS[post.role]
    one_of = not declared.place.rights or not GRANTS[post.role].isdisjoint(declared.place.rights)
    return right and one_of and (not declared.place.roles or post.role in declared.place.roles)


def examiners() -> dict[str, str]:
    """Share the pages out: each is held to the rules of accessibility once, by the first who may open it."""
    able = {page.route: [login for login in EXAMINING if may_open(page, LOGINS[login])] for page in PAGES}
    return {route: logins[0] for route, logins in able.items()}


EXAMINING = ("registrar", "sysadmin", "secadmin", "auditor", "center")
LOGINS = {post.login: post for post in POSTS}
EXAMINERS = examiners()
SOAK = bool(os.environ.get("SOAK"))


def visits(post: Post) -> list[Declared]:
    """Choose what a role visits in a browser: what it examines, and its share of the pages others may, or may not, open.

    Each page is opened by two roles and refused to one; that every role is refused every other page is asked of the
    states in `tests/leaks/test_pages.py` and `tests/state`. `SOAK=1` lets everybody visit everything.
    """
    chosen = []
    for declared in reversed(PAGES):  # the front door last: it leads on
        able = [p.login for p in ROLES.values() if may_open(declared, p) and p.login != EXAMINERS[declared.route]]
        barred = [p.login for p in ROLES.values() if not may_open(declared, p)]
        turn = crc32(declared.route.encode())
        share = {EXAMINERS[declared.route], *(group[turn % len(group)] for group in (able, barred) if group)}
        if SOAK or post.login in share:
            chosen.append(declared)
    return chosen


@pytest.mark.parametrize("post", ROLES.values(), ids=lambda post: post.login)
async def test_every_page_opens_or_tells_that_it_may_not(people: People, known: dict[str, str], post: Post) -> None:
    number = known["case"] = known.get("case") or await example(people)
    person = await people.staff(post.login, "/cases")
    await person.page.wait_for_function(KNOWN)
    complaints = watch(person.page)
    examples = EXAMPLES | {"number": number, "login": post.login}
    for declared in visits(post):
        address = PARAMETER.sub(lambda found: examples[found[1]], declared.route)
        await go(person, address, declared.title, whole=post.login == "center")
        if may_open(declared, post):
            await expect_open(person)
            if EXAMINERS[declared.route] == post.login:
                await expect_accessible(person.page)
        else:
            await expect_not_yours(person, number)
    assert [text for text in complaints if not any(word in text for word in HARMLESS)] == []


async def go(person: Person, address: str, title: str, *, whole: bool) -> None:
    """Go to a page as a link does, or by loading it whole, until it stands or has led elsewhere."""
    if whole:
        await person.open(address)
    else:
        await person.page.evaluate(FOLLOW, address)
    await person.page.wait_for_function(THERE, arg=[address, title])
    await expect(person.page.locator("main#main")).to_have_count(1)


async def expect_open(person: Person) -> None:
    page = person.page
    await expect(page.locator("h1")).not_to_be_empty()
    # the panel of the page before first: what comes in its place may still be on its way, or lead on
    await expect(page.get_by_text(NOT_YOURS)).to_have_count(0)
    await expect(page.locator(".bone, .skeleton")).to_have_count(0)
    await expect_chinese(page)


async def expect_not_yours(person: Person, number: str) -> None:
    page = person.page
    await expect(page.locator("main").get_by_text(NOT_YOURS)).to_be_visible()
    await expect(page.locator(BUSINESS)).to_have_count(0)
    await expect(page.locator(".side [aria-current], .tabs [aria-current]")).to_have_count(0)
    await expect(page.locator("main").get_by_role("link", name="返回首页")).to_be_visible()
    assert set(NUMBER.findall(await page.locator("main#main").inner_text())) <= {number}
    await expect_chinese(page)


async def expect_chinese(page: Page) -> None:
    text = await page.locator("body").inner_text()
    found = ENGLISH.search(text) or MACHINE.search(text)
    assert found is None, found


async def test_an_address_that_leads_nowhere_says_so_in_chinese(people: People) -> None:
    person = await people.staff("center")
    await person.open("/nowhere/at/all")
    await expect(person.page.locator("body")).to_contain_text("没有找到这个页面")
    await expect_chinese(person.page)


@pytest.mark.parametrize(("shape", "size", "scheme"), [("desktop", DESKTOP, "dark"), ("phone", PHONE, "light")])
async def test_light_and_dark_fit_the_screen(people: People, shape: str, size: dict[str, int], scheme: str) -> None:
    person = await people.somebody(size, scheme=scheme)
    await person.sign_in("center", "/cases")
    page = person.page
    await page.locator("tr[data-row]").first.wait_for()
    await expect_no_sideways_scroll(page)
    await person.keep(f"30-list-{shape}-{scheme}")
    await page.locator("tr[data-row] a[href^='/case/']").first.click()
    await page.locator(".lamps .tag").first.wait_for()
    await expect_no_sideways_scroll(page)
    await person.keep(f"31-case-{shape}-{scheme}")
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = sum(int(part) for part in re.findall(r"\d+", ground)[:3]) > 3 * 128
    assert light == (scheme == "light")


async def expect_no_sideways_scroll(page: Page) -> None:
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
