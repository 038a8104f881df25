"""Two cases are dispatched at once, while a colleague was quicker with one of them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import DESKTOP, PASSWORD, PHONE, People, Person

LEAD = "dialog[open] [name=lead_department]"


async def token(person: Person, login: str) -> dict[str, str]:
    """Sign in as a machine, to make and move cases faster than by hand."""
    answer = await person.page.request.post(
        person.base + "/api/v1/auth/token", data={"account": login, "password": PASSWORD}
    )
    assert answer.ok, await answer.text()
    return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


async def call(person: Person, address: str, login: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one request of a machine and give its answer."""
    headers = await token(person, login)
    answer = await person.page.request.post(person.base + address, data=body, headers=headers)
    assert answer.ok, await answer.text()
    return dict(await answer.json())


async def submitted(person: Person, title: str) -> str:
    """Register and submit a case, and give its number."""
    matter = {
        "title": title,
        "content": "两户因门前排水沟堵塞多次争吵，请求到场调解处理。",
        "category": "0101",
        "area": "359900001",
        "occurred_at": "2026-11-10T02:00:00Z",
        "parties": [{"name": "林" + "水木", "phone": "0595-22000000", "no_id_reason": "证件遗失", "id_type": "none"}],
    }
    made = await call(person, "/api/v1/cases", "registrar", matter)
    number = str(made["number"])
    await call(person, f"/api/v1/cases/{number}/actions/submit", "registrar", {})
    return number


async def mark(page: Page, number: str) -> None:
    """Mark a row for the bulk bar."""
    box = page.locator(f"tr[data-row={number}] input[type=checkbox]")
    await box.click()
    await expect(box).to_be_checked()


@pytest.mark.parametrize(("shape", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
async def test_two_are_dispatched_and_one_was_taken_meanwhile(people: People, shape: str, size: dict[str, int]) -> None:
    machine = await people.somebody()
    free, taken = [await submitted(machine, f"排水沟堵塞引发纠纷 {shape} {n}") for n in "甲乙"]
    centre = await people.staff("center", "/cases?view=to_dispatch", size)
    page = centre.page
    for number in (free, taken):
        await mark(page, number)
    await page.locator("[data-bulk=dispatch]").click()
    await expect(page.locator(LEAD)).to_be_focused()
    await page.locator(LEAD).select_option("rsj")
    await expect(page.locator(".consequences")).to_contain_text("人力资源和社会保障局")
    await expect(page.locator(".consequences")).to_contain_text("接收")
    await centre.keep(f"40-bulk-{shape}")

    await call(machine, f"/api/v1/cases/{taken}/actions/dispatch", "center", {"lead_department": "zjj"})
    await page.locator("dialog[open] button[type=submit]").dblclick()

    done = page.locator(f"dialog[open] li[data-case={free}]")
    await expect(done).to_contain_text("办理成功")
    refused = page.locator(f"dialog[open] li[data-case={taken}]")
    await expect(refused).to_contain_text("未办理")
    await expect(refused).to_contain_text("何景澄")
    await expect(refused).to_contain_text("转派")
    await centre.keep(f"41-bulk-results-{shape}")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator(f"tr[data-row={free}]")).to_have_count(0)


async def test_a_selection_by_keyboard(people: People) -> None:
    centre = await people.staff("center", "/cases")
    page = centre.page
    await page.locator("tr[data-row]").first.wait_for()
    for _ in range(2):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await expect(page.locator(".bulk b")).to_have_text("2")
    await page.get_by_role("button", name="取消选择").click()
    await expect(page.locator(".bulk")).to_have_count(0)


async def test_lists_beside_the_counters(people: People) -> None:
    officer = await people.staff("rsj", "/cases")
    page = officer.page
    await page.locator("tr[data-row]").first.wait_for()
    await expect(page.locator("tr[data-row] .pick").first).to_be_hidden()
    await page.get_by_label("更多列表").select_option("copied")
    await expect(page.locator(".empty, tr[data-row]").first).to_be_visible()
    await expect(page.get_by_label("更多列表")).to_have_value("copied")
