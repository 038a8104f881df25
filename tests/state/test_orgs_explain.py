"""What a person sees and may do, and why: the page, the small answer of a case, delegations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.navigation import PAGES
from domain.kernel.actor import Actor
from domain.kernel.asking import LISTED
from domain.kernel.clock import stamp
from domain.kernel.refusals import ActionNotAllowed, NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries
from domain.orgs.models import SessionKind
from state.cases.working import CaseState
from state.clock import now
from state.orgs.delegation import DelegationState
from state.orgs.explain import ExplainState, WhyState
from state.orgs.granting import GrantState
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE


async def _built() -> str:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        await support.reinforce(session, county, at=now())
        return await support.bring_to(session, county, MAIN_LINE[:2], at=now())


async def _opened(login: str, address: str = "/explain") -> ExplainState:
    page = await states.tree(ExplainState, await states.signed_in(login), f"http://test{address}")
    await states.call(page, "load")
    return page


def _lines(page: ExplainState, title: str) -> dict[str, bool]:
    return {line.what: line.granted for group in page.groups if group.title == title for line in group.lines}


@pytest.mark.parametrize("route", ["/explain", "/explain/[login]"])
def test_each_page_builds(route: str) -> None:
    assert next(page for page in PAGES if page.route == route).build() is not None


class TestOneself:
    @pytest.mark.parametrize("login", ["guide", "registrar", "center", "rsj", "leader", "station", "auditor"])
    async def test_everybody_reads_the_own_answer(self, ground: AsyncEngine, login: str) -> None:
        await _built()
        page = await _opened(login)

        assert page.found
        assert page.one.login == login
        assert _lines(page, "能看到哪些业务数据")
        assert _lines(page, "没有哪些权限")

    async def test_a_restriction_shows_with_its_source(self, ground: AsyncEngine) -> None:
        await _built()
        grant = await states.tree(GrantState, await states.signed_in("secadmin"))
        await states.call(grant, "ask", "restrict", "rsj")
        named = {box.value: box.name for box in (*grant.places, *grant.steps)}
        await states.call(grant, "restrict", {named["/overdue"]: "on", named["accept"]: "on"})

        page = await _opened("rsj")

        assert _lines(page, "能打开哪些页面")["不能打开：超期预警"] is False
        assert _lines(page, "能办理哪些步骤")["不能办理：接收"] is False

    @pytest.mark.parametrize(("login", "other"), [("rsj", "zjj"), ("rsj_head", "zjj"), ("rsj", "nobody")])
    async def test_another_one_stays_unknown(self, ground: AsyncEngine, login: str, other: str) -> None:
        await _built()
        page = await _opened(login, f"/explain/{other}")

        assert page.barred or not page.found
        assert page.groups == []


class TestOthers:
    @pytest.mark.parametrize(("login", "other"), [("secadmin", "rsj"), ("sysadmin", "rsj"), ("rsj_head", "rsj")])
    async def test_administrators_read_it(self, ground: AsyncEngine, login: str, other: str) -> None:
        await _built()
        page = await _opened(login, f"/explain/{other}")

        assert (page.found, page.mine, page.one.login) == (True, False, other)


class TestCase:
    async def test_why_it_is_seen(self, ground: AsyncEngine) -> None:
        number = await _built()
        page = await _opened("rsj", f"/explain?case={number.lower()}")

        assert any(one.granted and "转派" in one.what for one in page.grounds)

    async def test_out_of_reach_answers_as_unknown(self, ground: AsyncEngine) -> None:
        number = await _built()
        answers = []
        for asked in (number, "QX0000000000"):
            page = await _opened("zjj")
            await states.call(page, "ask_case", {"number": asked, "login": "rsj"})
            answers.append([(one.what, one.source, one.granted) for one in page.grounds])

        assert answers[0] == answers[1]
        assert not any(granted for *_, granted in answers[0])

    async def test_the_security_administrator_asks_for_others(self, ground: AsyncEngine) -> None:
        number = await _built()
        page = await _opened("secadmin", "/explain/zjj")

        await states.call(page, "ask_case", {"number": number, "login": "zjj"})
        assert page.grounds[0].what == "看不到这件案件"
        await states.call(page, "ask_case", {"number": number, "login": "rsj"})
        assert page.grounds[0].granted
        await states.call(page, "ask_case", {"number": "QX0000000000", "login": "rsj"})
        assert page.faults
        assert page.grounds == []

    async def test_the_page_of_a_case_answers_for_its_number(self, ground: AsyncEngine) -> None:
        number = await _built()
        page = await states.tree(WhyState, await states.signed_in("zjj"), f"http://test/case/{number}")

        await states.call(page, "ask")

        assert page.open
        assert not any(one.granted for one in page.grounds)


class TestDelegation:
    def _form(self, to: str) -> dict[str, str]:
        until = stamp(now() + timedelta(days=3), "%Y-%m-%dT%H:%M")
        return {"to": to, "reason": "年休假", "until": until}

    async def _own(self, login: str) -> DelegationState:
        page = await states.tree(DelegationState, await states.signed_in(login), "http://test/me")
        await states.call(page, "load")
        return page

    async def test_made_worn_taken_off_and_ended(self, ground: AsyncEngine) -> None:
        await _built()
        giver, taker = await self._own("rsj"), await self._own("rsj2")

        await states.call(giver, "ask", "new")
        await states.call(giver, "send", self._form("rsj2"))
        assert giver.faults == {}
        await states.call(taker, "load")
        (row,) = taker.rows
        assert row.mine
        await states.call(taker, "wear", row.id)
        await states.call(taker, "load")
        assert taker.wearing
        await states.call(taker, "take_off")
        await states.call(giver, "ask", "end", giver.rows[0].id)
        await states.call(giver, "send", {})

        await states.call(taker, "load")
        assert (taker.wearing, taker.rows[0].word) == (False, "已结束")

    async def test_one_that_ends_under_an_open_page_stops_what_was_meant_in_anothers_stead(
        self, ground: AsyncEngine
    ) -> None:
        number = await _built()
        giver, taker = await self._own("rsj"), await self._own("rsj2")
        await states.call(giver, "ask", "new")
        await states.call(giver, "send", self._form("rsj2"))
        await states.call(taker, "load")
        await states.call(taker, "wear", taker.rows[0].id)
        cookie = taker.router.headers.cookie
        case = await states.tree(CaseState, cookie, f"http://test/case/{number}")
        await states.call(case, "load")
        assert case.me.stands_for == "测试戊"
        await states.call(giver, "ask", "end", giver.rows[0].id)
        await states.call(giver, "send", {})

        async with unit_of_work() as session:
            await case._frame(session, await self._present(session, cookie))
        assert case.me.stands_for == "测试戊"  # what only follows does not change whose page it is
        with pytest.raises(ActionNotAllowed, match="代测试戊的代理已结束"):
            await states.call(case, "ask", "accept")
        assert (case.me.stands_for, case.me.login) == ("", "rsj2")

    async def test_one_that_was_taken_up_elsewhere_stops_what_was_meant_as_oneself(self, ground: AsyncEngine) -> None:
        number = await _built()
        giver, taker = await self._own("rsj"), await self._own("rsj2")
        await states.call(giver, "ask", "new")
        await states.call(giver, "send", self._form("rsj2"))
        await states.call(taker, "load")
        other = await states.tree(CaseState, taker.router.headers.cookie, f"http://test/case/{number}")
        await states.call(other, "load")
        await states.call(taker, "wear", taker.rows[0].id)

        with pytest.raises(ActionNotAllowed, match="另一页面切换为代测试戊"):
            await states.call(other, "ask", "accept")
        await states.call(other, "ask", "accept")

    async def _present(self, session: AsyncSession, cookie: str) -> Actor:
        secret = cookie.partition("=")[2]
        actor = await queries.actor_of(session, secret, SessionKind.BROWSER, at=now())
        assert actor is not None
        return actor

    async def test_the_head_sets_it_for_a_colleague(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(DelegationState, await states.signed_in("rsj_head"), "http://test/account/rsj")
        await states.call(page, "load_of")
        await states.call(page, "ask", "new", page.giver)
        assert "测试戊" in page.asked.says[0]
        await states.call(page, "send", self._form("rsj2"))

        assert [(one.giver.endswith("（rsj）"), one.word) for one in page.rows] == [(True, "代理中")]

    async def test_nobody_of_another_unit(self, ground: AsyncEngine) -> None:
        await _built()
        page = await self._own("rsj")
        await states.call(page, "ask", "new")
        assert "zjj" not in {choice.value for choice in page.choices["people"]}

        await states.call(page, "send", self._form("zjj"))

        assert page.faults == {"to": LISTED}

    async def test_a_crafted_id_finds_nothing(self, ground: AsyncEngine) -> None:
        await _built()
        page = await self._own("rsj")

        for crafted in ("0199aa00-0000-7000-8000-000000000001", "x"):
            with pytest.raises(NotFound):
                await states.call(page, "wear", crafted)
            with pytest.raises(NotFound):
                await states.call(page, "ask", "end", crafted)

    async def test_one_of_others_is_none_of_one_s_business(self, ground: AsyncEngine) -> None:
        await _built()
        giver, other = await self._own("rsj"), await self._own("zjj")
        await states.call(giver, "ask", "new")
        await states.call(giver, "send", self._form("rsj2"))

        with pytest.raises(NotFound):
            await states.call(other, "ask", "end", giver.rows[0].id)
        with pytest.raises(NotPermitted):
            await states.call(other, "ask", "new", "rsj")
