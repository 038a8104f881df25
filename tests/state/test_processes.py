"""The pages of processes as their handlers are called; what others may do on them, and on limits and working days."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.calendar.models import LimitRule, UnitDay
from domain.cases.models import ProcessState as Stage
from domain.cases.models import ProcessVersion
from domain.cases.process import Tweaks
from domain.kernel.permissions import GRANTS, Role
from domain.kernel.refusals import Refusal
from domain.kernel.unit_of_work import unit_of_work
from state.calendar.limits import LimitsState
from state.calendar.year import CalendarState
from state.clock import now
from state.processes.editing import tweaks_of, typed_of
from state.processes.listing import ProcessListState
from state.processes.working import ProcessState
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE

STATES = (ProcessListState, ProcessState, LimitsState, CalendarState)
ROUTES = ("/processes", "/process/[process_id]", "/limits", "/calendar")


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


async def _versions() -> list[ProcessVersion]:
    async with unit_of_work() as session:
        return list(await session.scalars(select(ProcessVersion).order_by(ProcessVersion.version)))  # type: ignore[arg-type]


async def _draft(cookie: str, code: str = "labour") -> ProcessState:
    """Copy the standard in the list and open the draft as its page does."""
    listing = await states.tree(ProcessListState, cookie, "http://test/processes")
    await states.call(listing, "load")
    await states.call(listing, "ask", "new", "standard")
    (led,) = await states.call(listing, "send", {"name": "劳动纠纷流程", "code": code})
    version = (await _versions())[-1]
    assert f"/process/{version.id}" in str(led)
    return await _opened(cookie, str(version.id))


async def _opened(cookie: str, name: str) -> ProcessState:
    page = await states.tree(ProcessState, cookie, f"http://test/process/{name}")
    await states.call(page, "load")
    return page


@pytest.mark.parametrize("route", ROUTES)
def test_each_page_builds_and_is_for_who_arranges(route: str) -> None:
    page = next(page for page in PAGES if page.route == route)

    assert page.build() is not None
    assert {role for role in Role if page.place.permission in GRANTS[role]} == {Role.SYSADMIN, Role.CENTER_ADMIN}


@pytest.mark.parametrize("login", ["registrar", "rsj", "leader", "auditor"])
async def test_others_learn_nothing(ground: AsyncEngine, login: str) -> None:
    await _built()
    cookie = await states.signed_in(login)

    for kind, name in [(ProcessState, "standard"), (ProcessListState, ""), (LimitsState, ""), (CalendarState, "")]:
        page = await states.tree(kind, cookie, f"http://test/process/{name}")
        await states.call(page, "load")
        assert page.barred
        for shown in ("rows", "tables", "groups", "months"):
            assert not getattr(page, shown, []), (kind.__name__, shown)


@pytest.mark.parametrize("cookie", ["", "fq_session=forged"])
async def test_a_stranger_changes_nothing(ground: AsyncEngine, cookie: str) -> None:
    await _built()
    for kind in STATES:
        for name in (name for owner, name in states.handlers() if owner is kind):
            for arguments in states.crafted(kind, name):
                page = await states.tree(kind, cookie, "http://test/process/standard")
                with suppress(Refusal):
                    await (states.call_briefly if name == "follow" else states.call)(page, name, *arguments)

    async with unit_of_work() as session:
        for table in (ProcessVersion, LimitRule, UnitDay):
            assert list(await session.scalars(select(table))) == []


async def test_crafted_arguments_break_nothing(ground: AsyncEngine) -> None:
    await _built()
    cookie = await states.signed_in("sysadmin")
    for kind in STATES:
        for name in (name for owner, name in states.handlers() if owner is kind):
            for arguments in states.crafted(kind, name):
                page = await states.tree(kind, cookie, "http://test/process/standard")
                with suppress(Refusal):
                    await (states.call_briefly if name == "follow" else states.call)(page, name, *arguments)

    assert await _versions() == []


class TestTheList:
    async def _page(self, cookie: str) -> ProcessListState:
        page = await states.tree(ProcessListState, cookie, "http://test/processes")
        await states.call(page, "load")
        return page

    async def test_shows_every_version_with_what_may_be_done(self, ground: AsyncEngine) -> None:
        await _built()
        cookie = await states.signed_in("center")
        draft = await _draft(cookie)
        page = await self._page(cookie)

        (row,) = page.rows
        assert (row.href, page.standard_open) == (f"/process/{draft.version.id}", "0")
        assert row.cells == ["劳动纠纷流程", "labour", "第 1 版", "草稿", "未绑定", "0", "—"]
        assert [one.word for one in row.acts] == ["复制为新版本", "复制为新流程", "放弃草稿"]

    async def test_tells_every_fault_of_a_copy_at_once(self, ground: AsyncEngine) -> None:
        await _built()
        page = await self._page(await states.signed_in("center"))

        await states.call(page, "ask", "new", "standard")
        await states.call(page, "send", {"name": "长" * 31, "code": "Ä"})

        assert set(page.faults) == {"name", "code"}
        assert (page.asked.name, page.asked.typed["code"]) == ("new", "Ä")
        assert await _versions() == []

    async def test_a_next_version_keeps_the_code_and_ends_with_the_process(self, ground: AsyncEngine) -> None:
        await _built()
        cookie = await states.signed_in("center")
        draft = await _draft(cookie)
        await states.call(draft, "bind", {"category": "07"})
        await states.call(draft, "save")
        await states.call(draft, "enable", {})
        page = await self._page(cookie)

        await states.call(page, "ask", "next", draft.version.id)
        assert page.asked.typed == {"name": "劳动纠纷流程"}
        await states.call(page, "send", {"name": "劳动纠纷流程二"})
        await states.call(page, "load")
        assert [(one.cells[1], one.cells[2], one.cells[3]) for one in page.rows] == [
            ("labour", "第 2 版", "草稿"),
            ("labour", "第 1 版", "启用"),
        ]

        await states.call(page, "ask", "drop", page.rows[0].key)
        assert "放弃后不能再修改" in page.asked.says[0]
        await states.call(page, "send", {})
        await states.call(page, "ask", "retire", page.rows[1].key)
        assert page.asked.says == [
            "停用“劳动纠纷流程”第 1 版后：",
            "适用类别（劳动人事（整组））新受理的案件按标准流程办理；",
            "在办案件（0 件）仍按这个版本办完。",
        ]
        await states.call(page, "send", {})

        assert {one.state for one in await _versions()} == {Stage.RETIRED}
        assert [[act.word for act in one.acts] for one in page.rows] == [["复制为新版本", "复制为新流程"]] * 2


class TestEditing:
    def test_the_form_gives_back_what_was_stored(self) -> None:
        typed = {
            "name": "劳动",
            "status.to_accept": "待接件",
            "skip.return": "on",
            "limit.accept.yellow": "1",
            "limit.accept.red": "2",
            "limit.accept.unit": "workdays",
            "step.11.label": "派给单位",
            "step.30.who": "center_admin,leader",
            "step.11.opinion": "yes",
            "step.26.pictures": "never",
            "step.13.off": "on",
        }
        stored = ProcessVersion(
            code="x", version=1, name="劳动", state=Stage.DRAFT, created_by=support.UUID(int=1), created_at=now(),
            tweaks=tweaks_of(typed).model_dump(mode="json", exclude_defaults=True),
        )  # fmt: skip

        assert typed_of(stored) == typed

    @pytest.mark.parametrize(
        "typed",
        [
            {},
            {"step.30.who": "center_admin"},
            {"step.30.opinion": "yes"},
            {"step.30.label": "确认办结"},
            {"status.draft": "草稿"},
        ],
    )
    def test_what_is_as_in_the_standard_is_no_change(self, typed: Mapping[str, str]) -> None:
        assert tweaks_of(typed) == Tweaks()


class TestDraft:
    async def test_survives_a_reload_before_it_is_saved(self, ground: AsyncEngine) -> None:
        await _built()
        cookie = await states.signed_in("center")
        page = await _draft(cookie)

        await states.call(page, "note", "status.to_accept", "待接件")
        await states.call(page, "bind", {"category": "07"})
        again = await _opened(cookie, page.version.id)

        assert again.unsaved
        assert {one.label for one in again.statuses if one.label} == {"待接件"}
        assert [one.label for one in again.bound] == ["劳动人事（整组）"]
        assert (await _versions())[0].tweaks == {}

    async def test_is_saved_and_enabled(self, ground: AsyncEngine) -> None:
        await _built()
        cookie = await states.signed_in("center")
        page = await _draft(cookie)
        await states.call(page, "bind", {"category": "07"})
        await states.call(page, "note", "skip.return", True)

        await states.call(page, "save")
        await states.call(page, "ask_enable")
        assert page.enabling
        await states.call(page, "enable", {})

        (version,) = await _versions()
        assert (version.state, version.categories, version.tweaks["skipped"]) == (Stage.ENABLED, ["07"], ["return"])
        assert not page.editable
        assert not page.unsaved

    async def test_a_row_is_changed_in_its_dialog(self, ground: AsyncEngine) -> None:
        await _built()
        cookie = await states.signed_in("center")
        page = await _draft(cookie)

        await states.call(page, "ask_step", "30")
        await states.call(page, "keep_step", {"label": "审核办结", "role_leader": "on", "role_officer": "on"})

        row = next(one for group in page.groups for one in group.rows if one.row == "30")
        assert (row.label, row.who) == ("审核办结", "领导")
        assert row.changes == "已改名称、已改角色"

    async def test_a_row_without_a_role_is_asked_again(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _draft(await states.signed_in("center"))

        await states.call(page, "ask_step", "30")
        await states.call(page, "keep_step", {"label": ""})

        assert page.faults == {"roles": "至少选择一个角色"}
        assert page.asked.row == "30"

    async def test_says_why_it_cannot_be_enabled(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _draft(await states.signed_in("center"))

        await states.call(page, "ask_step", "30")
        await states.call(page, "keep_step", {"role_center_admin": "on", "off": "on"})
        await states.call(page, "ask_enable")

        assert any("走不到办结" in fault for fault in page.lint)
        assert "请选择这个流程适用的类别" in page.lint
        assert not page.enabling

    @pytest.mark.parametrize("typed", ["x", "-1", "1.5"])
    async def test_a_limit_that_is_none_is_told_beside_it(self, ground: AsyncEngine, typed: str) -> None:
        await _built()
        page = await _draft(await states.signed_in("center"))

        await states.call(page, "note", "limit.accept.yellow", typed)
        await states.call(page, "note", "limit.accept.red", "2")

        assert any("时限" in fault for fault in page.lint)

    async def test_a_figure_is_meant_in_the_unit_of_the_rule_in_force(self, ground: AsyncEngine) -> None:
        await _built()
        cookie = await states.signed_in("center")
        page = await _draft(cookie)
        assert {one.link: one.unit for one in page.limits} == {
            "dispatch": "hours", "accept": "hours", "feedback": "workdays", "resolve": "workdays",
        }  # fmt: skip

        await states.call(page, "note", "limit.accept.yellow", "12")
        await states.call(page, "note", "limit.accept.red", "24")
        await states.call(page, "save")

        (version,) = await _versions()
        assert version.tweaks["limits"]["accept"] == {"yellow": 12, "red": 24, "unit": "hours"}

    async def test_a_looser_limit_is_confirmed_in_words(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _draft(await states.signed_in("center"))
        await states.call(page, "bind", {"category": "07"})
        for part, text in (("yellow", "12"), ("red", "48"), ("unit", "workdays")):
            await states.call(page, "note", f"limit.accept.{part}", text)
        assert page.loosened == ["接收时限由现行黄牌 24、红牌 48 小时放宽为黄牌 12、红牌 48 个工作日"]

        await states.call(page, "save")
        await states.call(page, "ask_enable")
        await states.call(page, "enable", {})
        assert page.enabling
        assert "接收时限由现行" in page.faults["reason"]
        assert (await _versions())[0].state is Stage.DRAFT

        await states.call(page, "enable", {"reason": "经县委政法委同意"})
        assert (await _versions())[0].state is Stage.ENABLED

    async def test_one_wrong_limit_hides_no_other_finding(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _draft(await states.signed_in("center"))
        typed = {
            "accept.yellow": "x",
            "accept.red": "2",
            "feedback.yellow": "9",
            "feedback.red": "3",
            "resolve.red": "5",
        }
        for name, text in typed.items():
            await states.call(page, "note", f"limit.{name}", text)
        await states.call(page, "ask_step", "30")
        await states.call(page, "keep_step", {"role_center_admin": "on", "off": "on"})

        assert {one.link for one in page.limits if one.fault} == {"accept", "feedback", "resolve"}
        for finding in (
            "接收黄牌时限",
            "首次反馈时限须为正数",
            "办结时限的黄牌和红牌",
            "走不到办结",
            "请选择这个流程适用的类别",
        ):
            assert any(finding in fault for fault in page.lint), finding

    async def test_a_colleagues_save_in_between_is_told(self, ground: AsyncEngine) -> None:
        await _built()
        mine = await _draft(await states.signed_in("center"))
        theirs = await _opened(await states.signed_in("sysadmin"), mine.version.id)
        await states.call(mine, "note", "note", "我的说明")
        await states.call(theirs, "note", "note", "同事的说明")
        await states.call(theirs, "save")

        await states.call(mine, "save")
        assert mine.conflict
        await states.call(mine, "overwrite")

        assert not mine.conflict
        assert (await _versions())[0].note == "我的说明"

    async def test_is_tried_on_what_happened(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            county = await support.build(session, at=now())
            number = await support.bring_to(session, county, MAIN_LINE[:2], at=now())
        page = await _draft(await states.signed_in("center"))

        await states.call(page, "ask_step", "11")
        await states.call(page, "keep_step", {"role_center_admin": "on", "opinion": "yes"})
        await states.call(page, "try_out")

        assert (page.trial.steps, page.trial.differ) == (3, 1)
        assert [(one.label, one.reason, one.samples) for one in page.trial.refused] == [
            ("转派", "没有填写意见", [number])
        ]
