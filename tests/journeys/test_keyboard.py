"""A day's work by keyboard alone."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.journeys.conftest import People, rows

COMPOSE = """(key) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, isComposing: true, bubbles: true, cancelable: true }))"""


async def focused(page: Page, attribute: str) -> str:
    """Give an attribute of the element that has the focus."""
    return str(await page.evaluate("(name) => document.activeElement.getAttribute(name) ?? ''", attribute))


async def tab_to(page: Page, wanted: str, *, most: int = 60) -> None:
    """Press Tab until the focus is on an element that fits a selector."""
    for _ in range(most):
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


async def test_a_list_is_walked_searched_and_opened(people: People) -> None:
    centre = await people.staff("center", "/cases")
    page = centre.page
    numbers = await rows(page)
    await page.keyboard.press("j")
    assert await focused(page, "data-row") == numbers[0]
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    assert await focused(page, "data-row") == numbers[1]

    await page.keyboard.press("/")
    assert await focused(page, "name") == "text"
    await page.keyboard.type("j?k")
    await expect(page.locator("[name=text]")).to_have_value("j?k")
    await expect(page.locator("#keymap")).to_be_hidden()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    await expect(page.locator("tr[data-row]")).to_have_count(len(numbers))

    await page.evaluate("document.activeElement.blur()")
    await expect_silence_while_composing(page)
    await expect_help_opens_and_closes(page)
    await page.keyboard.press("j")
    opened = await focused(page, "data-row")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/case/{opened}")
    await expect(page.locator(".lamps")).to_be_visible()


async def test_a_dialog_opened_from_a_menu_gives_the_focus_back_to_it(people: People) -> None:
    centre = await people.staff("center", "/todo")
    page = centre.page
    await rows(page)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    menu = page.locator(".page-head summary").filter(has_text="更多操作")
    await menu.focus()
    await page.keyboard.press("Enter")
    await page.locator(".page-head .pop > button.item", has_text="督办").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(menu).to_be_focused()


async def expect_silence_while_composing(page: Page) -> None:
    for key in ("j", "/", "?"):
        await page.evaluate(COMPOSE, key)
    assert await focused(page, "data-row") == ""
    assert await focused(page, "name") == ""
    await expect(page.locator("#keymap")).to_be_hidden()


async def expect_help_opens_and_closes(page: Page) -> None:
    await page.keyboard.press("?")
    await expect(page.locator("#keymap")).to_be_visible()
    await page.keyboard.press("j")
    assert await focused(page, "data-row") == ""
    await page.keyboard.press("Escape")
    await expect(page.locator("#keymap")).to_be_hidden()


async def test_a_case_is_registered_and_dispatched(people: People) -> None:
    registrar = await people.staff("registrar2", "/visits")
    page = registrar.page
    await tab_to(page, "[name=name]")
    for name, text in {"name": "林" + "水木", "phone": "0595-22000000", "reason": "邻里排水纠纷"}.items():
        await tab_to(page, f"[name={name}]")
        await page.keyboard.type(text)
    await tab_to(page, "[name=no_id_reason]")
    await page.keyboard.type("证件遗失")
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator("[name=companions]")).to_be_focused()
    await choose_no_document(page)
    await tab_to(page, "[name=reason]")
    await page.keyboard.press("Enter")
    await expect(page.locator(".queue").get_by_text("邻里排水纠纷").first).to_be_visible()
    await expect(page.locator("[name=name]")).to_have_value("")
    await expect(page.locator("[name=name]")).to_be_focused()
    await dispatch(people, await register(page))


async def choose_no_document(page: Page) -> None:
    """Go back to the list of documents and choose the last one: none shown."""
    for _ in range(20):
        if await focused(page, "name") == "id_type":
            break
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("End")
    await expect(page.locator("[name=id_type]")).to_have_value("none")


async def register(page: Page) -> str:
    """Make a case of the visitor who was just registered, and give its number."""
    visitor = page.locator(".queue li", has_text="邻里排水纠纷").first
    await visitor.get_by_role("link", name="登记诉求").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/cases/new**")
    await expect(page.locator("#cited")).to_be_visible()
    await tab_to(page, "[name=title]")
    await page.keyboard.type("邻里排水沟堵塞引发纠纷")
    await page.keyboard.press("Tab")
    await page.keyboard.type("两户因门前排水沟堵塞多次争吵，请求到场调解处理。")
    for word in ("邻里", "枫林镇"):
        await page.keyboard.press("Tab")
        await page.keyboard.type(word)
        await page.keyboard.press("Enter")
    await tab_to(page, "button.pri[type=submit]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done-number")).to_contain_text("QX")
    return await page.locator("#done-number").inner_text()


async def dispatch(people: People, number: str) -> None:
    """Open the dialog, leave it by Esc, open it again and send it."""
    centre = await people.staff("center", f"/case/{number}")
    page = centre.page
    await page.locator("#primary-action").wait_for()
    await tab_to(page, "#primary-action")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open] [name=lead_department]")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("#primary-action")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open] [name=lead_department]")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("dialog[open] [name=lead_department]")).to_have_value("rsj")
    await tab_to(page, "dialog[open] button[type=submit]")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator(".lamps")).to_contain_text("待接收")
