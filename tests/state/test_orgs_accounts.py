"""The list of accounts and the page of one, as their handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import PEOPLE_ROLES, Reach, Role
from domain.kernel.refusals import ActionNotAllowed, NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries
from domain.orgs.models import SessionKind
from domain.orgs.schemas import AccountDetail
from state.clock import now
from state.orgs.account import AccountState
from state.orgs.accounts import AccountListState, require_opener
from state.orgs.granting import GrantState
from state.orgs.handing import HandOverState
from state.places import PLACES
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE

NEW = {"login": "tongban", "name": "童办", "unit": "rsj", "role_officer": "on", "until": "2030-12-31"}


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


async def _list(login: str, query: str = "") -> AccountListState:
    page = await states.tree(AccountListState, await states.signed_in(login), f"http://test/accounts{query}")
    await states.call(page, "load")
    return page


async def _one(login: str, of: str) -> AccountState:
    page = await states.tree(AccountState, await states.signed_in(login), f"http://test/account/{of}")
    await states.call(page, "load")
    return page


async def _detail(login: str) -> AccountDetail:
    async with unit_of_work() as session:
        actor = await queries.actor_of_login(session, "sysadmin")
        assert actor is not None
        return await queries.account(session, actor, login, at=now())


async def _sign_in(login: str, password: str) -> bool:
    async with unit_of_work() as session:
        answer = await orgs.sign_in(
            session, login=login, password=password, kind=SessionKind.BROWSER, origin="test", at=now()
        )
    return bool(answer.secret)


@pytest.mark.parametrize("route", ["/accounts", "/account/[login]"])
def test_each_page_builds(route: str) -> None:
    assert next(page for page in PAGES if page.route == route).build() is not None


class TestList:
    async def test_each_counter_counts_what_it_lists(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _list("sysadmin")
        await states.call(page, "ask_new")
        await states.call(page, "send", NEW)
        await states.call(page, "close")

        for tile in list(page.tiles):
            page.view = ""
            if tile.view:
                await states.call(page, "choose_view", tile.view)
            assert page.total == str(tile.count), tile.label
        assert {tile.view: tile.count for tile in page.tiles}["ungranted"] == 1

    async def test_an_address_names_unit_and_role(self, ground: AsyncEngine) -> None:
        await _built()

        assert [row.key for row in (await _list("sysadmin", "?unit=zjj")).rows] == ["zjj", "zjj_head"]
        assert [row.key for row in (await _list("sysadmin", "?role=leader")).rows] == ["leader"]

    async def test_a_name_is_found_by_a_piece(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _list("secadmin")

        await states.call(page, "narrow", "text", "试甲")

        assert [row.key for row in page.rows] == ["guide"]

    @pytest.mark.parametrize(("login", "units"), [("center", {"县综治中心"}), ("rsj_head", {"人力资源和社会保障局"})])
    async def test_a_head_sees_the_own_unit(self, ground: AsyncEngine, login: str, units: set[str]) -> None:
        await _built()

        assert {row.cells[2] for row in (await _list(login)).rows} == units

    @pytest.mark.parametrize("login", ["rsj", "registrar", "leader", "auditor", "viewer"])
    async def test_others_learn_nothing(self, ground: AsyncEngine, login: str) -> None:
        await _built()
        for page in (await _list(login), await _one(login, login)):
            assert page.barred
            assert getattr(page, "rows", []) == []
            assert not getattr(page, "found", False)


class TestNewAccount:
    async def test_only_proposes_roles_and_shows_the_password_once(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _list("sysadmin")

        await states.call(page, "ask_new")
        await states.call(page, "send", NEW)
        password = page.told.password
        await states.call(page, "close")

        assert page.told.password == ""
        shown = await _detail("tongban")
        assert (shown.role_codes, shown.proposed_codes) == ((), ("officer",))
        assert shown.row.valid_until is not None
        assert not await _sign_in("tongban", password)
        async with unit_of_work() as session:
            for line in await session.scalars(select(JournalEntry)):
                assert password not in str(line.detail)

    async def test_the_centre_asks_for_its_own_unit_alone(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _list("center")

        await states.call(page, "ask_new")
        await states.call(page, "send", NEW | {"unit": "rsj", "role_registrar": "on", "role_sysadmin": "on"})

        assert (await _detail("tongban")).row.unit_code == "centre"
        assert "sysadmin" not in {role.code for role in page.roles}

    async def test_faults_stand_beside_their_fields(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _list("sysadmin")

        for given, field in (
            ({"login": "rsj", "name": "甲", "role_officer": "on", "unit": "rsj"}, "login"),
            ({"login": "neu", "name": "", "role_officer": "on", "unit": "rsj"}, "name"),
            ({"login": "neu", "name": "甲"}, "roles"),
            ({"login": "neu", "name": "甲", "unit": "rsj", "role_officer": "on", "role_sysadmin": "on"}, "roles"),
            ({"login": "neu", "name": "甲", "role_officer": "on", "unit": "nowhere"}, "unit"),
            ({"login": "neu", "name": "甲", "role_officer": "on"}, "unit"),
            ({"login": "neu", "name": "甲", "role_station": "on"}, "area"),
            ({"login": "neu", "name": "甲", "role_officer": "on", "unit": "rsj", "until": "morgen"}, "until"),
            ({"login": "neu", "name": "甲", "role_officer": "on", "unit": "rsj", "area": "/3/"}, "area"),
        ):
            await states.call(page, "send", given)
            assert set(page.faults) == {field}

    @pytest.mark.parametrize("login", ["secadmin", "rsj_head", "rsj"])
    async def test_others_make_none(self, ground: AsyncEngine, login: str) -> None:
        await _built()
        page = await _list(login)

        with pytest.raises(NotPermitted):
            await states.call(page, "send", NEW)


class TestOneAccount:
    async def test_a_new_password_ends_the_old(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _one("sysadmin", "rsj")

        await states.call(page, "ask", "reset")
        await states.call(page, "reset_password")

        assert not await _sign_in("rsj", support.PASSWORD)
        assert await _sign_in("rsj", page.told.password)

    async def test_disabled_and_enabled_again(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _one("sysadmin", "rsj")
        cookie = await states.signed_in("rsj")

        await states.call(page, "disable", {"reason": "调离"})
        assert page.one.state == "disabled"
        async with unit_of_work() as session:
            assert await queries.actor_of(session, cookie.split("=")[1], SessionKind.BROWSER, at=now()) is None
        await states.call(page, "enable")
        assert page.one.state == "enabled"

    async def test_not_oneself(self, ground: AsyncEngine) -> None:
        await _built()

        with pytest.raises(ActionNotAllowed):
            await states.call(await _one("sysadmin", "sysadmin"), "disable", {})

    async def test_units_area_and_end_are_changed(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _one("sysadmin", "rsj")

        await states.call(page, "ask", "change")
        await states.call(page, "join", "zjj")
        await states.call(page, "join", "nowhere")
        area = page.areas[0].value
        await states.call(page, "change", {"name": "何工", "unit": "rsj", "area": area, "until": "2031-01-31"})

        assert (page.one.name, page.facts.units, page.one.until) == ("何工", "住房和城乡建设局", "2031-01-31")
        assert page.facts.area == "清溪县"

    @pytest.mark.parametrize("login", ["secadmin", "center"])
    async def test_who_does_not_manage_changes_nothing(self, ground: AsyncEngine, login: str) -> None:
        await _built()
        page = await _one(login, "registrar")
        assert page.found

        for handler, arguments in (
            ("ask", ["reset"]),
            ("change", [{"name": "x"}]),
            ("reset_password", []),
            ("disable", [{}]),
            ("enable", []),
            ("unlock", []),
        ):
            with pytest.raises(NotPermitted):
                await states.call(page, handler, *arguments)
        assert await _sign_in("registrar", support.PASSWORD)

    async def test_another_units_account_is_not_found(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _one("center", "rsj")

        assert not page.found
        assert page.one.name == ""


class TestRights:
    async def test_granted_as_proposed(self, ground: AsyncEngine) -> None:
        await _built()
        listing = await _list("sysadmin")
        await states.call(listing, "send", NEW)
        page = await states.tree(GrantState, await states.signed_in("secadmin"))

        await states.call(page, "ask", "grant", "tongban")
        assert {role.code for role in page.roles if role.on} == {"officer"}
        await states.call(page, "grant", {"role_officer": "on"})

        assert page.asking == ""
        assert (await _detail("tongban")).role_codes == ("officer",)

    async def test_duties_are_never_mixed(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(GrantState, await states.signed_in("secadmin"))

        await states.call(page, "ask", "grant", "rsj")
        await states.call(page, "grant", {"role_officer": "on", "role_auditor": "on"})

        assert "三员分立" in page.faults["roles"]

    async def test_a_menu_a_step_and_writing_are_taken(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(GrantState, await states.signed_in("secadmin"))

        await states.call(page, "ask", "restrict", "rsj")
        named = {box.value: box.name for box in (*page.places, *page.steps, *page.rights)}
        given = {named[word]: "on" for word in ("/overdue", "accept", "person.reveal")}
        await states.call(page, "restrict", given | {"read_only": "on"})

        async with unit_of_work() as session:
            actor = await queries.actor_of_login(session, "rsj")
        assert actor is not None
        assert actor.barred_places == {"/overdue"}
        assert actor.barred_actions == {"accept"}
        assert actor.read_only
        shown = await _one("secadmin", "rsj")
        assert shown.one.restricted
        assert shown.facts.limits == [
            "只读：不能登记和办理", "不授予：查看明文", "不能办理：接收", "不能打开：超期预警"
        ]  # fmt: skip

    @pytest.mark.parametrize("login", ["sysadmin", "center", "auditor"])
    async def test_others_grant_nothing(self, ground: AsyncEngine, login: str) -> None:
        await _built()
        page = await states.tree(GrantState, await states.signed_in(login))
        page.login = "rsj"

        for handler, arguments in (("ask", ["grant", "rsj"]), ("grant", [{"role_officer": "on"}]), ("restrict", [{}])):
            with pytest.raises(NotPermitted):
                await states.call(page, handler, *arguments)


class TestHandingOver:
    async def test_counts_gives_and_tells(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            county = await support.build(session, at=now())
            await support.reinforce(session, county, at=now())
            await support.bring_to(session, county, MAIN_LINE[:3], at=now())
        page = await states.tree(HandOverState, await states.signed_in("rsj_head"))

        await states.call(page, "ask", "rsj")
        assert page.total == 1
        await states.call(page, "send", {"kind_accepted": "on", "to": "rsj2"})

        assert [(one.value, one.count) for one in page.done] == [("accepted", 1)]
        await states.call(page, "ask", "rsj")
        assert page.total == 0

    async def test_the_centre_is_offered_the_persons_own_colleagues(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            await support.reinforce(session, await support.build(session, at=now()), at=now())
        page = await states.tree(HandOverState, await states.signed_in("center"))

        await states.call(page, "ask", "rsj")

        assert [choice.value for choice in page.takers] == ["rsj2"]

    async def test_disabling_says_what_stays_behind(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            county = await support.build(session, at=now())
            await support.bring_to(session, county, MAIN_LINE[:3], at=now())

        for login, stays in (("rsj", ["接收在办的案件 1 件"]), ("zjj", [])):
            page = await _one("sysadmin", login)
            await states.call(page, "ask", "disable")
            assert page.stays == stays

    async def test_a_taker_must_be_chosen(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(HandOverState, await states.signed_in("rsj_head"))
        await states.call(page, "ask", "rsj")

        await states.call(page, "send", {"kind_accepted": "on", "to": "zjj"})

        assert page.faults == {"to": "请选择接手人"}

    @pytest.mark.parametrize("login", ["rsj", "sysadmin", "zjj_head"])
    async def test_others_hand_nothing_over(self, ground: AsyncEngine, login: str) -> None:
        await _built()
        page = await states.tree(HandOverState, await states.signed_in(login))

        with pytest.raises(NotPermitted):
            await states.call(page, "ask", "rsj")


async def test_an_unknown_account_opens_no_dialog(ground: AsyncEngine) -> None:
    await _built()
    page = await states.tree(GrantState, await states.signed_in("secadmin"))

    with pytest.raises(NotFound):
        await states.call(page, "ask", "grant", "nobody")


async def test_the_navigation_shows_accounts_to_who_may(ground: AsyncEngine) -> None:
    await _built()
    for login, shown in (("sysadmin", True), ("secadmin", True), ("center", True), ("rsj_head", True), ("rsj", False)):
        page = await _list(login)
        assert any(entry.href == "/accounts" for entry in page.entries) is shown, login


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_the_pages_open_to_whom_the_navigation_shows_them(role: Role) -> None:
    """The domain refuses each read besides; here a page says no before it asks anything."""
    actor = Actor(new_id(), role.value, frozenset({role}), Reach.ALL, new_id())
    (place,) = [place for place in PLACES if place.href == "/accounts"]

    if place.open_to(actor):
        require_opener(actor)
    else:
        with pytest.raises(NotPermitted):
            require_opener(actor)


async def test_a_list_read_again_keeps_what_was_searched(ground: AsyncEngine) -> None:
    await _built()
    page = await _list("sysadmin", "?unit=rsj")
    await states.call(page, "narrow", "text", NEW["login"])
    assert not page.rows
    await states.call(page, "ask_new")
    await states.call(page, "send", dict(NEW))
    await states.call(page, "renew")
    assert page.filters == {"unit": "rsj", "text": NEW["login"]}
    assert [row.key for row in page.rows] == [NEW["login"]]
