"""The policy of the pages lets no script run that is not ours, and every page works under it."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.async_api import expect

from app.demo.roster import POSTS
from app.navigation import PAGES
from tests.journeys.conftest import People, Person
from tests.journeys.test_pages import EXAMPLES, PARAMETER, example, go, may_open
from tests.support.serving import Serving

GATHER = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.refusedByPolicy.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile} ${event.sample}`));
"""


async def refused(person: Person) -> list[str]:
    return await person.page.evaluate("window.refusedByPolicy")


def policy_of(served: Serving, path: str) -> dict[str, str]:
    answer = httpx.get(served.url + path, cookies={"fq_session": "any"}, follow_redirects=True)
    assert answer.status_code == 200
    rules = [rule.strip().partition(" ")[::2] for rule in answer.headers["content-security-policy"].split(";")]
    return dict(rules)


@pytest.mark.parametrize("path", ["/", "/cases", "/cases/new", "/case/QX2026000001", "/visits"])
def test_allows_neither_inline_nor_evaluated_code(served: Serving, path: str) -> None:
    policy = policy_of(served, path)
    assert "unsafe" not in str(policy)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert re.fullmatch(r"'self'( 'sha256-[\w+/=]{44}')*", policy["script-src"])
    assert re.fullmatch(r"'self'( 'sha256-[\w+/=]{44}')*", policy["style-src"])


@pytest.mark.parametrize("login", ["center", "sysadmin", "guide"])
async def test_no_page_offends_it(people: People, login: str) -> None:
    post = next(post for post in POSTS if post.login == login)
    examples = EXAMPLES | {"number": await example(people), "login": login}
    person = await people.somebody()
    await person.page.add_init_script(GATHER)
    await person.sign_in(login)
    found: list[str] = []
    for declared in PAGES:
        if may_open(declared, post):
            address = PARAMETER.sub(lambda name: examples[name[1]], declared.route)
            await go(person, address, declared.title, whole=True)
            await expect(person.page.locator(".bone, .skeleton")).to_have_count(0)
            await expect(person.page.locator(".watermark").first).to_be_attached()
            found += [f"{address}: {text}" for text in await refused(person)]
    assert found == []


async def test_messages_and_the_cursor_come_without_a_script(people: People) -> None:
    person = await people.somebody()
    await person.page.add_init_script(GATHER)
    await person.sign_in("guide", "/visits")
    await person.page.locator("form [name=name]").wait_for()
    await person.page.locator("main form button[type=submit]").first.click()
    await expect(person.page.locator("[data-sonner-toast]").first).to_be_visible()
    colour = await person.page.locator("[data-sonner-toast]").first.evaluate("one => getComputedStyle(one).position")
    assert colour == "absolute"  # the sheet of the messages was let in
    await expect(person.page.locator("form [name=name]")).to_be_focused()
    assert await refused(person) == []


async def test_what_is_injected_does_not_run(people: People) -> None:
    person = await people.staff("center", "/cases")
    await person.page.evaluate(
        """() => {
            window.ran = [];
            const script = document.createElement("script");
            script.textContent = "window.ran.push('inline')";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", '<img src="x" onerror="window.ran.push(1)">');
            setTimeout("window.ran.push(2)", 0);
        }"""
    )
    await person.page.wait_for_timeout(200)
    assert await person.page.evaluate("window.ran") == []
