"""Sockets of pages: who gets one, what may be sent through it, and when it ends."""

from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from domain.kernel.actor import SYSTEM_ID
from tests.redteam.inside import Inside
from tests.redteam.wire import AWAY, Target, assert_quiet, assert_refused, page

STATE = "reflex___state____state"
SESSION = f"{STATE}.state___session____signed_in_state"
LIST = f"{SESSION}.state___cases___listing____case_list_state"
HYDRATE = f"{STATE}.hydrate"


async def hydrated(target: Target, secret: str) -> str:
    """Give the names of all states, as the page hears them."""
    async with page(target, secret) as opened:
        await opened.event(HYDRATE)
        await opened.hear('"delta"')
        return opened.text


class TestAHandshake:
    @pytest.mark.parametrize("cookie", ["", "forged-" + "x" * 40, "a" * 5000, "%00", '"; DROP TABLE account; --'])
    async def test_without_a_session_that_holds_is_sent_away(self, target: Target, cookie: str) -> None:
        async with page(target, cookie) as opened:
            await opened.event(HYDRATE)
            await opened.listen(15)
        assert (opened.code, opened.told_to_leave) == (4401, True)
        assert '"delta"' not in opened.text
        assert_quiet(opened.text)

    async def test_of_a_program_without_a_session_is_refused(self, target: Target) -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with page(target, "forged", origin=None):
                pass

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1@evil"])
    async def test_of_another_site_is_refused_even_with_a_session(self, target: Target, origin: str) -> None:
        client = target.browser("registrar")
        with pytest.raises(InvalidStatus, match="403"):
            async with page(target, client.cookies["fq_session"], origin=origin):
                pass

    async def test_with_a_token_for_machines_in_the_cookie_is_sent_away(self, target: Target) -> None:
        token = target.honest().headers["Authorization"].split()[1]
        async with page(target, token) as opened:
            await opened.event(HYDRATE)
            await opened.listen(15)
        assert opened.code == 4401

    async def test_with_a_session_is_let_in(self, target: Target) -> None:
        assert SESSION in await hydrated(target, target.visitor("registrar"))


class TestTheEnd:
    async def test_comes_at_once_when_the_person_signs_out(self, target: Target) -> None:
        client = target.browser("rsj")
        secret = client.cookies["fq_session"]
        async with page(target, secret) as opened:
            await opened.event(HYDRATE)
            await opened.hear('"delta"')
            assert opened.code == 0
            client.post("/auth/logout")
            await opened.listen(15)
        assert (opened.code, opened.told_to_leave) == (4401, True)
        async with page(target, secret) as replayed:
            await replayed.event(f"{LIST}.load")
            await replayed.listen(15)
        assert replayed.code == 4401
        assert '"delta"' not in replayed.text

    async def test_comes_at_once_when_the_account_is_disabled(self, target: Target, inside: Inside) -> None:
        secret = target.browser("yjj").cookies["fq_session"]
        program, mark = target.honest("yjj"), inside.mark()
        try:
            async with page(target, secret) as opened:
                await opened.event(f"{LIST}.load")
                await opened.hear('"delta"')
                assert (opened.code, '"delta"' in opened.text) == (0, True)
                done = await asyncio.to_thread(inside.command, "user", "disable", "yjj")
                assert done.returncode == 0, done.stderr
                await opened.listen(15)
            assert (opened.code, opened.told_to_leave) == (4401, True)
            async with page(target, secret) as replayed:
                await replayed.event(f"{LIST}.load")
                await replayed.listen(15)
            assert (replayed.code, '"delta"' in replayed.text) == (4401, False)
            assert_refused(program.get("/api/v1/cases"), 401)
            assert_refused(
                target.stranger().post("/api/v1/auth/token", json={"account": "yjj", "password": target.password}), 401
            )
        finally:
            with inside.owner() as database:
                database.execute("UPDATE account SET disabled_at = NULL, failures = 0 WHERE login = 'yjj'")
            target.forget("yjj")
        assert {"account.disable", "account.sign_in_failed"} <= {line["action"] for line in inside.journal(mark)}

    async def test_comes_to_a_session_left_idle(self, target: Target, inside: Inside) -> None:
        """The time-out announces itself to nobody: the next event is refused, and the next look closes the socket."""
        client = target.browser("jtj")
        async with page(target, client.cookies["fq_session"]) as opened:
            await opened.event(f"{LIST}.load")
            await opened.hear('"delta"')
            assert '"delta"' in opened.text
            with inside.owner() as database:
                database.execute(
                    "UPDATE sign_in_session SET seen_at = seen_at - make_interval(mins => idle_minutes) WHERE id = "
                    "(SELECT s.id FROM sign_in_session s JOIN account a ON a.id = s.account_id "
                    "WHERE a.login = 'jtj' AND s.kind = 'browser' ORDER BY s.created_at DESC LIMIT 1)"
                )
            opened.heard.clear()
            await opened.event(f"{LIST}.load")
            await opened.hear(AWAY)
            assert opened.told_to_leave
            assert "rows" not in opened.text
            assert_refused(client.get("/api/v1/cases"), 401)
            assert client.get("/api/v1/cases").status_code == 401  # asking did not wake it
            target.browser("jtj").post("/auth/logout")  # whatever happens to a session of the account has all looked at
            await opened.listen(15)
        assert opened.code == 4401

    async def test_leaves_other_people_and_other_sessions_alone(self, target: Target) -> None:
        leaving, staying, other = target.browser("zjj"), target.browser("zjj"), target.browser("registrar")
        async with (
            page(target, staying.cookies["fq_session"]) as same,
            page(target, other.cookies["fq_session"]) as far,
        ):
            leaving.post("/auth/logout")
            await same.listen(1.5)
            await far.listen(0.5)
            assert (same.code, far.code) == (0, 0)

    async def test_is_not_outrun_by_a_known_token_of_the_page(self, target: Target) -> None:
        """The token in the socket's address is not an identity: another's state is emptied first."""
        victim = target.browser("registrar")
        token = "11111111-2222-4333-8444-555555555555"
        async with page(target, victim.cookies["fq_session"], token=token) as own:
            await own.event(f"{LIST}.load")
            await own.listen(1.5)
        thief = target.browser("rsj")
        async with page(target, thief.cookies["fq_session"], token=token) as stolen:
            await stolen.event(HYDRATE)
            await stolen.listen(1.5)
        assert "registrar" not in stolen.text


NASTY = [
    ("no such handler", f"{LIST}.no_such_handler", {}),
    ("a private method", f"{LIST}._acting", {}),
    ("a reset", f"{LIST}.reset", {}),
    ("a setter", f"{SESSION}.setvar", {"var_name": "me", "value": {"login": "sysadmin"}}),
    ("dunder", f"{LIST}.__class__", {}),
    ("prototype", "__proto__.load", {"__proto__": {"admin": True}}),
    ("constructor", f"{STATE}.constructor.prototype", {"constructor": {"prototype": 1}}),
    ("traversal", "../../etc/passwd", {}),
    ("empty", "", {}),
    ("long", "a" * 100_000, {}),
    ("wrong types", f"{LIST}.load", {"unexpected": [1, {"x": None}]}),
]


GOVERNED = (
    "unit", "account", "account_unit", "custom_role", "security_policy", "field_rule", "retention_rule", "legal_hold",
    "limit_rule", "workday", "calendar_change", "process_version", "list_order", "category_word", "area", "area_change",
)  # fmt: skip
"""What administrators govern."""
REFUSED = ('"barred_rx_state_": true', "权限", "由系统管理员")
"""What is heard, one of them, when a page is not for somebody."""
OF_OTHERS: dict[str, dict[str, object]] = {
    "orgs___units____units_state.load": {},
    "orgs___units____units_state.ask": {"name": "new", "key": ""},
    "orgs___units____units_state.send": {"form": {"code": "evil", "name": "办公室"}},
    "orgs___accounts____account_list_state.send": {"form": {"login": "evil", "name": "张三", "role": "sysadmin"}},
    "areas___areas____areas_state.ask": {"name": "new", "key": ""},
    "areas___areas____areas_state.load": {},
    "orgs___account____account_state.disable": {"form": {"reason": "不再需要"}},
    "orgs___granting____grant_state.grant": {"form": {"role": "sysadmin"}},
    "orgs___security____security_state.send": {"form": {"reveal_per_hour": "9999", "reason": "方便工作"}},
    "calendar___limits____limits_state.ask": {"name": "new", "key": ""},
    "people___fields____field_policy_state.save": {},
    "retention___rules____retention_state.send": {"form": {"number": "QX2026000001", "reason": "方便工作"}},
    "audit___journal____journal_state.verify": {},
    "audit___journal____journal_state.load": {},
}


class TestAnEvent:
    @pytest.mark.parametrize(("name", "payload"), [entry[1:] for entry in NASTY], ids=[entry[0] for entry in NASTY])
    async def test_that_no_page_sends_does_nothing(self, target: Target, name: str, payload: dict[str, object]) -> None:
        async with page(target, target.visitor("rsj")) as opened:
            await opened.event(name, payload)
            await opened.listen(0.3)
        assert_quiet(opened.text)
        assert "sysadmin" not in opened.text

    async def test_that_sets_the_person_from_outside_changes_nobody(self, target: Target) -> None:
        client = target.browser("rsj")
        name = f"{STATE}.reflex___state____update_vars_internal_state.update_vars_internal"
        given = {f"{SESSION}.{var}": value for var, value in {"_owner": "x", "barred": False, "me": {}}.items()}
        async with page(target, client.cookies["fq_session"]) as opened:
            await opened.event(name, {"vars": given})
            await opened.listen(0.3)
            await opened.event(f"{STATE}.state___session____signed_in_state.state___session____landing_state.go")
            await opened.listen(0.3)
        assert_quiet(opened.text)

    @pytest.mark.parametrize(
        "frame",
        [
            "42/_event,[",
            "42/_event,{}",
            '42/_event,["event"]',
            '42/_event,["event","text"]',
            '42/_event,["event",null]',
            '42/_event,["event",[1,2]]',
            '42/_event,["event",{"name":5}]',
            '42/_event,["event",{"name":"x","payload":"y"}]',
            '42/_event,["event",' + "[" * 20_000,
            "45999999-/_event,[]",
            "4" * 3000,
            "99/nowhere,[]",
            "41/_event,",
            b"\x00\xff\xfe",
            "b" + "A" * 100,
        ],
    )
    async def test_that_is_no_event_harms_nothing(self, target: Target, frame: str | bytes) -> None:
        async with page(target, target.visitor("zjj")) as opened:
            await opened.raw(frame)
            await opened.listen(0.15)
        assert_quiet(opened.text)

    async def test_larger_than_any_ends_the_socket(self, target: Target) -> None:
        async with page(target, target.visitor("zjj")) as opened:
            await opened.raw("4" + "x" * (9 * 2**20))
            await opened.listen(15)
        assert opened.code in {1009, 1006}

    @pytest.mark.parametrize(("name", "payload"), OF_OTHERS.items())
    async def test_of_another_role_is_refused_by_the_domain(
        self, target: Target, inside: Inside, name: str, payload: dict[str, object]
    ) -> None:
        """An officer's page calls what only administrators do: the answer is no, nothing changed, and it is written."""
        room, handler = name.split(".")
        secret = target.visitor("mzj")
        before, cases, mark = inside.prints(*GOVERNED), inside.cases(), inside.mark()
        async with page(target, secret) as opened:
            await opened.event(f"{SESSION}.state___{room}.{handler}", payload)
            await opened.hear(*REFUSED)
        assert_quiet(opened.text)
        assert any(word in opened.text for word in REFUSED)
        assert inside.prints(*GOVERNED) == before
        # a limit may run out meanwhile: then the clock moves the case, and says so
        moved = {str(line["subject_id"]) for line in inside.journal(mark) if line["actor_id"] == SYSTEM_ID}
        assert {one for one, print_ in inside.cases().items() if cases.get(one) != print_} <= moved
        (line,) = inside.journal(mark, "access.refused")
        assert line["detail"]["where"].removeprefix("页面 ").lower() == room.rsplit("____", 1)[1].replace("_", "")
