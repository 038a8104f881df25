"""The page of roles as its handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.kernel.permissions import PEOPLE_ROLES, Permission, Reach
from domain.kernel.refusals import ActionNotAllowed, NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries
from domain.orgs.schemas import NewAccount
from state.clock import now
from state.orgs.granting import GrantState
from state.orgs.roles import RolesState
from tests.support import county as support
from tests.support import states
from tests.support.county import PASSWORD


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


async def _opened(login: str = "secadmin") -> RolesState:
    page = await states.tree(RolesState, await states.signed_in(login), "http://test/roles")
    await states.call(page, "load")
    return page


async def _waiting(*logins: str, roles: tuple[str, ...] = ("officer",)) -> None:
    async with unit_of_work() as session:
        maker = await queries.actor_of_login(session, "sysadmin")
        assert maker is not None
        for login in logins:
            await orgs.add_account(session, maker, NewAccount(login, "新人", PASSWORD, roles, "rsj"), at=now())


async def _made(page: RolesState, **given: str) -> None:
    await states.call(page, "ask", "copy", "officer")
    form = {"code": "reader", "name": "部门查阅", "reach": "department", "field_level": "masked", "read_only": "on"}
    await states.call(page, "send", form | {"permissions-case.view": "on"} | given)


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/roles").build() is not None


class TestRoles:
    async def test_every_built_in_role_with_its_permissions(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()

        assert [role.key for role in page.tables["roles"]] == [role.value for role in PEOPLE_ROLES]
        assert [row.group for row in page.matrix if row.first] == ["业务", "系统管理", "安全管理", "审计管理"]
        assert sum(len(row.cells) for row in page.matrix) == len(Permission) * len(PEOPLE_ROLES)

    async def test_a_copy_becomes_a_role_that_can_be_granted(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()

        await _made(page)
        assert not page.faults
        grant = await states.tree(GrantState, await states.signed_in("secadmin"))
        await states.call(grant, "ask", "grant", "rsj")
        await states.call(grant, "grant", {"role_reader": "on"})

        async with unit_of_work() as session:
            actor = await queries.actor_of_login(session, "rsj")
        assert actor is not None
        assert actor.may(Permission.CASE_VIEW)
        assert not actor.may(Permission.CASE_WORK)
        assert (actor.reach, actor.read_only) == (Reach.DEPARTMENT, True)

    async def test_a_copy_never_overwrites(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()
        await _made(page)

        await _made(page, name="另一个")

        assert page.faults == {"code": "角色代码已存在"}

    async def test_foreign_duties_are_refused(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()

        await states.call(page, "ask", "copy", "sysadmin")

        assert page.asked.without == ["reach", "field_level", "barred_actions"]
        assert {box.value for box in page.choices["rights"]} == {
            "arrange",
            "unit.manage",
            "area.manage",
            "account.manage",
        }

    async def test_a_built_in_role_stays(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()

        for dialog in ("change", "end"):
            with pytest.raises(NotFound):
                await states.call(page, "ask", dialog, "officer")

    async def test_a_role_in_use_stays_and_ends_afterwards(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()
        await _made(page)
        grant = await states.tree(GrantState, await states.signed_in("secadmin"))
        await states.call(grant, "ask", "grant", "rsj")
        await states.call(grant, "grant", {"role_reader": "on"})

        await states.call(page, "ask", "end", "reader")
        with pytest.raises(ActionNotAllowed):
            await states.call(page, "send", {})
        await states.call(grant, "ask", "grant", "rsj")
        await states.call(grant, "grant", {"role_officer": "on"})
        await states.call(page, "send", {})

        assert "reader" not in {role.key for role in page.tables["roles"]}

    async def test_a_change_begins_with_what_holds_and_keeps_what_was_typed(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened()
        await _made(page)

        await states.call(page, "ask", "change", "reader")
        assert (page.asked.fixed, page.asked.typed["permissions"]) == (["code"], "case.view")
        await states.call(page, "send", {"code": "other", "name": "", "permissions-case.work": "on", "reach": "all"})
        assert (list(page.faults), page.asked.typed["permissions"]) == (["name"], "case.work")
        crafted = {"permissions-x": "on", "barred_places": ["/x", "/todo"], "barred_actions": [["accept"], None]}
        await states.call(page, "send", {"name": "查阅", "permissions-case.view": "on", **crafted})

        row = page.tables["roles"][-1]
        assert (row.key, row.cells[0], row.cells[4], row.cells[6]) == ("reader", "查阅", "无业务数据", "不含：我的待办")


class TestWaiting:
    async def test_granted_in_bulk_each_with_its_result(self, ground: AsyncEngine) -> None:
        await _built()
        await _waiting("neu1", "neu2", "neu3")
        page = await _opened()
        await states.call(page, "select", "neu1")
        await states.call(page, "select", "neu3")
        async with unit_of_work() as session:
            granter = await queries.actor_of_login(session, "secadmin")
            assert granter is not None
            await orgs.grant_roles(session, granter, "neu3", ("leader",), at=now())

        await states.call(page, "grant")

        assert [(one.login, one.why == "") for one in page.results] == [("neu1", True), ("neu3", False)]
        assert [row.login for row in page.waiting] == ["neu2"]

    async def test_marking_knows_only_who_waits(self, ground: AsyncEngine) -> None:
        await _built()
        await _waiting("neu1")
        page = await _opened()

        await states.call(page, "select", "secadmin")
        assert page.selected == []
        await states.call(page, "select_all")
        assert page.selected == ["neu1"]


@pytest.mark.parametrize("login", ["sysadmin", "auditor", "center", "rsj_head"])
async def test_others_learn_and_change_nothing(ground: AsyncEngine, login: str) -> None:
    await _built()
    await _waiting("neu1")
    page = await _opened(login)

    assert page.barred
    assert (page.tables, page.waiting, page.matrix) == ({}, [], [])
    for handler, arguments in (("ask", ["copy", "officer"]), ("ask", ["change", "officer"]), ("send", [{}])):
        with pytest.raises(NotPermitted):
            await states.call(page, handler, *arguments)
