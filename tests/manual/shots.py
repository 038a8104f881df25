"""The pictures of the manual: who opens what, and what is done before the picture is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from tests.journeys.conftest import DESKTOP, PHONE
from tests.manual.stage import WAGES

Doing = Callable[[Page], Awaitable[None]]
DIALOG = "dialog[open]"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    :ivar name: of its file
    :ivar login: whose window it is; empty for somebody who did not sign in
    :ivar path: what is opened; a name in braces is a case of the stage
    :ivar wait: what must be seen before anything is done
    :ivar doing: what the person does before the picture
    :ivar then: what must be seen after it
    :ivar after: the picture that makes what this one shows
    """

    name: str
    login: str
    path: str
    wait: str = "main .card"
    doing: Doing | None = None
    then: str = ""
    phone: bool = False
    after: str = ""

    @property
    def size(self) -> dict[str, int]:
        return PHONE if self.phone else DESKTOP


ROW = "tr[data-row]"
LAMPS = ".lamps .tag"
BELOW_THE_BAR = """(one) => {
    const part = one.closest(".cols");
    part.style.scrollMarginTop = "70px";
    part.scrollIntoView();
}"""


def primary(page: Page) -> Awaitable[None]:
    """Press the one button that a case asks for now."""
    return page.locator("#primary-action").click()


def button(label: str) -> Doing:
    """Press a button of the page."""
    return lambda page: page.get_by_role("button", name=label, exact=True).first.click()


def menu(word: str, item: str = "") -> Doing:
    """Open a menu of the page's head, and take one of its items."""

    async def doing(page: Page) -> None:
        await page.locator(".page-head summary", has_text=word).first.click()
        if item:
            await page.get_by_role("button", name=item, exact=True).click()

    return doing


def opened(where: str) -> Doing:
    """Press whatever a selector finds first."""
    return lambda page: page.locator(where).first.click()


async def visiting(page: Page) -> None:
    await page.fill("[name=name]", "沈木兰")
    await page.fill("[name=phone]", "13700004321")
    await page.fill("[name=reason]", "承租的店面被房东提前收回")


async def citing(page: Page) -> None:
    """Take the visitor that waits and write what it is about."""
    if not await page.locator("#cited").count():  # the draft of another picture comes back by itself
        await page.locator(".pickable", has_text="工地拖欠三个月工资").first.click()
        await page.locator("#cited").wait_for()
    await page.fill("[name=title]", WAGES)
    said = "今年八月至十月在云溪大道某工地做木工，三个月工资一直没有结清，多次讨要无果，请求协调支付。"
    await page.fill("[name=content]", said)
    await pick(page, "category", "工资")
    await pick(page, "area", "清溪街道")


async def accepted(page: Page) -> None:
    await citing(page)
    await page.get_by_role("button", name="提交受理").click()
    await page.wait_for_function("() => document.querySelector('.slip-preview')?.naturalWidth > 0")


async def pick(page: Page, name: str, text: str) -> None:
    """Look something up in a field with choices and take the first."""
    box = page.locator(f"[data-field={name}] [role=combobox]")
    await box.click()
    await box.fill(text)
    await page.locator("[role=option]").first.wait_for()
    await box.press("Enter")


async def dispatching(page: Page) -> None:
    await primary(page)
    await page.select_option(f"{DIALOG} [name=lead_department]", "rsj")
    await page.locator(DIALOG).get_by_text("将通知").wait_for()


async def finishing(page: Page) -> None:
    await primary(page)
    said = "经调解，餐馆已与 5 名员工签订支付协议，拖欠的工资当日全部付清。"
    await page.fill(f"{DIALOG} [name=result]", said)
    await page.select_option(f"{DIALOG} [name=resolution_method]", "people_mediation")


async def in_bulk(page: Page) -> None:
    for place in (0, 1):
        await page.locator(ROW).nth(place).get_by_role("checkbox").click()
    await page.get_by_role("button", name="批量转派").click()
    await page.locator(f"{DIALOG} select").first.select_option(label="人力资源和社会保障局")


async def naming(page: Page) -> None:
    """Fill in a new account."""
    await page.get_by_role("button", name="新增账号").click()
    await page.fill(f"{DIALOG} [name=login]", "rsj_li")
    await page.fill(f"{DIALOG} [name=name]", "李听雨")
    await page.check(f"{DIALOG} [name=role_officer]")
    await page.select_option(f"{DIALOG} [name=unit]", "rsj")


async def named(page: Page) -> None:
    """Make the account; its initial password is shown once, and in no picture."""
    await naming(page)
    await page.locator(DIALOG).get_by_role("button", name="保存").click()
    await page.get_by_role("button", name="已交给本人，关闭").click()
    await page.locator(f"{ROW}[data-row=rsj_li]").wait_for()


async def wording(page: Page) -> None:
    for word, category in (("没发钱", "工资"), ("楼上淌水", "漏水")):
        await page.get_by_role("button", name="添加用词").click()
        await pick(page, "category", category)
        await page.fill(f"{DIALOG} [name=word]", word)
        await page.locator(f"{DIALOG} button[type=submit]").click()
        await page.locator("main tr", has_text=word).first.wait_for()


async def copying(page: Page) -> None:
    await page.get_by_role("button", name="复制为新流程").first.click()
    await page.fill(f"{DIALOG} [name=name]", "劳动争议快办流程")
    await page.fill(f"{DIALOG} [name=code]", "labour")
    await page.locator(f"{DIALOG} button[type=submit]").click()
    await page.wait_for_url("**/process/*")
    await page.get_by_text("名称和适用类别").evaluate(BELOW_THE_BAR)


async def asking(page: Page) -> None:
    """Ask about the case that stands behind the address."""
    await page.fill("[name=number]", page.url.partition("#")[2])
    await page.get_by_role("button", name="查询").click()
    await page.get_by_text("能看到：案件转派给过所属单位").wait_for()


SHOTS: tuple[Shot, ...] = (
    Shot("login", "", "/login?account=guide", "form"),
    Shot("visits", "guide", "/visits", ".queue li", visiting),
    Shot("visits-phone", "guide", "/visits", ".queue li", phone=True),
    Shot("case-new", "registrar", "/cases/new", "[name=title]", citing),
    Shot("case-accepted", "registrar", "/cases/new", "[name=title]", accepted, ".slip-preview"),
    Shot("case-edit", "registrar", "/case-edit/{incomplete}"),
    Shot("todo", "center", "/todo", ROW),
    Shot("cases", "center", "/cases", ROW),
    Shot("bulk-dispatch", "center", "/cases?view=to_dispatch", ROW, in_bulk, DIALOG),
    Shot("overdue", "center", "/overdue", ROW),
    Shot("case", "center", "/case/{working}", LAMPS),
    Shot("case-due", "center", "/case/{working}", LAMPS, opened("details.due > summary"), "details.due .pop"),
    Shot("case-dispatch", "center", "/case/{waiting}", LAMPS, dispatching, DIALOG),
    Shot("case-confirm", "center", "/case/{told}", LAMPS, primary, DIALOG),
    Shot("case-more", "center", "/case/{assigned}", LAMPS, menu("更多操作"), "details[open] .pop"),
    Shot("case-supervise", "center", "/case/{assigned}", LAMPS, menu("更多操作", "督办"), DIALOG),
    Shot("board", "leader", "/board", ".board .kpi", then=".board canvas, .board svg.chart"),
    Shot("figures", "center", "/figures", ROW),
    Shot("todo-leader", "leader", "/todo", ROW),
    Shot("case-order", "leader", "/case/{working}", LAMPS, menu("更多操作", "领导直接交办"), DIALOG),
    Shot("todo-phone", "rsj", "/todo", ROW, phone=True),
    Shot("case-phone", "rsj", "/case/{working}", LAMPS, phone=True),
    Shot("case-accept", "rsj", "/case/{assigned}", LAMPS, primary, DIALOG),
    Shot("case-result", "rsj", "/case/{working}", LAMPS, finishing, DIALOG),
    Shot("case-reveal", "rsj", "/case/{working}", LAMPS, opened("[aria-label='查看联系电话明文']"), DIALOG),
    Shot("cases-head", "rsj_head", "/cases", ROW),
    Shot("me", "rsj", "/me"),
    Shot("me-proxy", "rsj_head", "/me", doing=button("设置代理"), then=DIALOG),
    Shot("process-draft", "sysadmin", "/processes", doing=copying, then="text=试运行"),
    Shot("processes", "sysadmin", "/processes", ROW, after="process-draft"),
    Shot("process", "sysadmin", "/process/standard"),
    Shot("limits", "sysadmin", "/limits", ROW),
    Shot("category-words", "sysadmin", "/category-words", doing=wording),
    Shot("calendar", "sysadmin", "/calendar", ".month"),
    Shot("units", "sysadmin", "/units", ROW),
    Shot("areas", "sysadmin", "/areas", ROW),
    Shot("account-new", "sysadmin", "/accounts", ROW, naming, DIALOG),
    Shot("accounts", "sysadmin", "/accounts", ROW, named),
    Shot("account-import", "sysadmin", "/accounts", ROW, button("从 Excel 导入"), DIALOG),
    Shot("account", "sysadmin", "/account/rsj"),
    Shot("roles", "secadmin", "/roles", after="accounts"),
    Shot("account-restrict", "secadmin", "/account/rsj", doing=button("限制"), then=DIALOG),
    Shot("security", "secadmin", "/security"),
    Shot("field-policy", "secadmin", "/field-policy"),
    Shot("retention", "secadmin", "/retention", ROW),
    Shot("explain", "rsj", "/explain"),
    Shot("explain-login", "secadmin", "/explain/rsj#{assigned}", doing=asking),
    Shot("journal", "auditor", "/journal", "button.opens"),
    Shot("journal-line", "auditor", "/journal?number={told}", "button.opens", opened("button.opens"), DIALOG),
    Shot("audit-person", "auditor", "/audit-person/rsj"),
    Shot("alarms", "auditor", "/alarms", ROW),
    Shot("alarm-handle", "auditor", "/alarms", ROW, opened(".row-acts button"), DIALOG),
)


def chosen(names: list[str]) -> list[Shot]:
    """Take the named pictures and those that make what they show, all without a name."""
    wanted = {*names, *(shot.after for shot in SHOTS if shot.name in names)}
    return [shot for shot in SHOTS if not names or shot.name in wanted]
