"""The auditor's pages: the journal narrowed and read on, a line whole, the chain verified, a person's days, alarms closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.exports import JournalQuery
from app.jobs.sealer import seal_rest
from app.navigation import PAGES
from domain.audit import operations
from domain.audit.schemas import Group
from domain.kernel import journal as kernel
from domain.kernel.clock import day_bounds, local_date, stamp
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from state.audit.alarms import AlarmsState
from state.audit.journal import JournalState
from state.audit.person import PersonTimelineState
from state.audit.shapes import lines_of
from state.cases.listing import CaseListState
from state.clock import now
from state.session import LandingState
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE, County

S = TypeVar("S", JournalState, PersonTimelineState, AlarmsState, CaseListState)
OTHERS = ("guide", "registrar", "center", "rsj", "rsj_head", "leader", "station", "viewer", "sysadmin", "secadmin")


async def _built() -> County:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        await support.bring_to(session, county, MAIN_LINE[:2], at=now())
    return county


async def _refusals(county: County, login: str, count: int) -> None:
    for _ in range(count):
        async with unit_of_work() as session:
            await operations.note_refusal(session, county[login], "POST /api/v1/cases", at=now())


async def _opened(kind: type[S], address: str, login: str = "auditor") -> S:
    page = await states.tree(kind, await states.signed_in(login), f"http://test{address}")
    await states.call(page, "load")
    return page


@pytest.mark.parametrize("route", ["/journal", "/audit-person/[login]", "/alarms"])
def test_each_page_builds(route: str) -> None:
    assert next(page for page in PAGES if page.route == route).build() is not None


@pytest.mark.parametrize("login", OTHERS)
@pytest.mark.parametrize(
    ("kind", "address"),
    [(JournalState, "/journal"), (PersonTimelineState, "/audit-person/rsj"), (AlarmsState, "/alarms")],
)
async def test_nobody_else_opens_them(ground: AsyncEngine, kind: type, address: str, login: str) -> None:
    await _built()
    page = await _opened(kind, address, login)

    assert page.barred
    assert not getattr(page, "rows", [])
    assert not getattr(page, "tables", {})
    assert not any(entry.href == "/alarms" for entry in page.entries)


async def test_the_auditor_lands_on_the_journal(ground: AsyncEngine) -> None:
    await _built()
    page = await states.tree(LandingState, await states.signed_in("auditor"))

    (answer,) = await states.call(page, "go")

    assert "/journal" in str(answer)
    assert [entry.href for entry in page.entries] == ["/journal", "/alarms"]


class TestJournal:
    async def test_opens_with_the_newest_lines_and_the_chain(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(JournalState, "/journal")

        seqs = [int(row.key) for row in page.rows]
        assert seqs == sorted(seqs, reverse=True)
        assert len(seqs) <= page.size
        assert page.chain.lines == str(seqs[0])
        assert (page.chain.word, page.chain.verified) == ("未核对", "还没有核对过")
        assert page.may_export

    async def test_goes_on_to_the_first_line(self, ground: AsyncEngine) -> None:
        county = await _built()
        await _refusals(county, "rsj", 50)
        page = await _opened(JournalState, "/journal")
        assert page.following

        read = [row.key for row in page.rows]
        while page.following:
            await states.call(page, "turn", "next")
            read += [row.key for row in page.rows]

        assert read == [str(seq) for seq in range(int(page.chain.lines), 0, -1)]

    async def test_is_read_from_the_first_line_on(self, ground: AsyncEngine) -> None:
        await _built()
        await seal_rest()
        page = await _opened(JournalState, "/journal")

        await states.call(page, "order_by", "at")

        assert [row.key for row in page.rows[:2]] == ["1", "2"]

    async def test_an_address_narrows_it(self, ground: AsyncEngine) -> None:
        county = await _built()
        await _refusals(county, "rsj", 2)
        today = local_date(now())
        page = await _opened(JournalState, lines_of("rsj", today, today, Group.REFUSED))

        assert [(row.links["who"], row.marks["group"][0].text, row.tone) for row in page.rows] == [
            ("/audit-person/rsj", "被拒绝", "red")
        ] * 2
        asked = JournalQuery.model_validate(page.asked).filter()
        assert (asked.login, asked.group, asked.own) == ("rsj", Group.REFUSED, True)
        assert (asked.since, asked.until) == day_bounds(today)

    async def test_rubbish_in_an_address_is_left_out(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(JournalState, "/journal?group=x&since=yesterday&until=9999-12-31&own=maybe")

        assert page.filters == {}
        assert page.rows

    async def test_the_form_narrows_it_and_widening_undoes_that(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(JournalState, "/journal")
        whole = len(page.rows)

        await states.call(
            page, "search", {"group": "case", "since": stamp(now() - timedelta(hours=1), "%Y-%m-%dT%H:%M")}
        )
        assert {row.marks["group"][0].text for row in page.rows} == {"案件办理"}
        assert page.filtered
        await states.call(page, "widen")

        assert len(page.rows) >= whole

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"since": "soon"}, "since"),
            ({"since": "2026-11-02T00:00", "until": "2026-11-01T00:00"}, "until"),
            ({"group": "everything"}, "group"),
        ],
    )
    async def test_a_wrong_form_says_where(self, ground: AsyncEngine, form: dict[str, str], field: str) -> None:
        await _built()
        page = await _opened(JournalState, "/journal")
        whole = len(page.rows)

        await states.call(page, "search", form)

        assert list(page.faults) == [field]
        assert len(page.rows) == whole

    async def test_a_line_is_shown_whole_with_its_seal(self, ground: AsyncEngine) -> None:
        county = await _built()
        async with unit_of_work() as session:
            detail = {"before": ["officer"], "after": ["officer", "department_head"], "reason": "轮岗"}
            subject = county["rsj"].account_id
            made = await kernel.record(
                session, county["secadmin"], "account.grant", "account", subject, at=now(), detail=detail
            )
        page = await _opened(JournalState, "/journal")

        await states.call(page, "open_line", str(made.seq))

        assert page.reading
        assert page.raw.holds
        assert page.raw.seal == made.seal.hex()
        assert [(one.before, one.after) for one in page.raw.changes] == [("部门经办", "部门经办、部门领导")]
        assert [(fact.label, fact.value) for fact in page.raw.facts] == [("理由", "轮岗")]
        await states.call(page, "close")
        assert not page.reading

    async def test_a_crafted_number_finds_nothing(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(JournalState, "/journal")

        for crafted in ("-1", "0", str(10**15), "1.0", 1):
            with pytest.raises(NotFound):
                await states.call(page, "open_line", crafted)

    async def test_the_chain_is_verified_and_that_is_a_line(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(JournalState, "/journal")

        (told,) = await states.call(page, "verify")
        assert "审计日志完整" in str(told)
        assert (page.chain.word, page.chain.fault, page.verifying) == ("完整", "", False)
        await states.call(page, "widen")

        assert page.rows[0].cells[5] == "核对审计日志"

    async def test_nobody_else_verifies(self, ground: AsyncEngine) -> None:
        await _built()
        page = await states.tree(JournalState, await states.signed_in("sysadmin"), "http://test/journal")

        for handler, arguments in (("verify", ()), ("turn", ("next",)), ("search", ({},)), ("open_line", ("1",))):
            with pytest.raises(NotPermitted):
                await states.call(page, handler, *arguments)
        assert not page.verifying


class TestPerson:
    async def test_counts_the_day_and_each_figure_opens_its_lines(self, ground: AsyncEngine) -> None:
        county = await _built()
        await _refusals(county, "rsj", 3)
        page = await _opened(PersonTimelineState, "/audit-person/rsj")

        assert page.found
        (day,) = page.rows
        figures = [(int(mark.text.split()[1]), mark.href) for mark in (*day.marks["counts"], *page.totals)]
        assert day.cells[3] == f"{sum(count for count, _ in figures) // 2} 次"
        for count, href in figures:
            assert len((await _opened(JournalState, href)).rows) == count, href

    async def test_an_unknown_account_says_so(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(PersonTimelineState, "/audit-person/nobody")

        assert (page.found, page.rows) == (False, [])

    async def test_leads_on_to_accounts_alone(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(PersonTimelineState, "/audit-person/rsj")

        (there,) = await states.call(page, "go", {"login": "zjj"})
        (nowhere,) = await states.call(page, "go", {"login": "../../login"})

        assert "/audit-person/zjj" in str(there)
        assert nowhere is None

    async def test_a_period_is_chosen_from_the_list(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(PersonTimelineState, "/audit-person/rsj")

        await states.call(page, "narrow", "days", "365")
        assert page.filters == {"days": "365"}
        with pytest.raises(Invalid):
            await states.call(page, "narrow", "days", "100000")
        page = await _opened(PersonTimelineState, "/audit-person/rsj?days=100000")
        assert (page.filters, page.forgotten) == ({}, True)


class TestAlarms:
    async def _raised(self) -> AlarmsState:
        county = await _built()
        await _refusals(county, "rsj", 60)
        async with unit_of_work() as session:
            assert await operations.scan(session, at=now())
        return await _opened(AlarmsState, "/alarms")

    async def test_stand_open_with_a_way_to_their_lines(self, ground: AsyncEngine) -> None:
        page = await self._raised()

        (row,) = page.tables["alarms"]
        assert (row.marks["kind"][0].text, row.links["who"]) == ("反复被拒绝", "/audit-person/rsj")
        assert [one.word for one in row.acts] == ["查看记录", "处理"]
        assert parse_qs(urlsplit(row.acts[0].href).query)["login"] == ["rsj"]
        assert next(entry.count for entry in page.entries if entry.href == "/alarms") == 1

    async def test_are_closed_with_a_note(self, ground: AsyncEngine) -> None:
        page = await self._raised()
        await states.call(page, "ask", "handle", page.tables["alarms"][0].key)
        assert page.asked.href == page.tables["alarms"][0].acts[0].href

        await states.call(page, "send", {"note": " "})
        assert list(page.faults) == ["note"]
        await states.call(page, "send", {"note": "已与本人核实，误操作"})

        assert page.tables["alarms"] == []
        assert [(one.cells[6], one.cells[5]) for one in page.rows] == [("已与本人核实，误操作", page.me.name)]
        assert next(entry.count for entry in page.entries if entry.href == "/alarms") == 0

    async def test_a_crafted_id_finds_nothing(self, ground: AsyncEngine) -> None:
        page = await self._raised()

        with pytest.raises(NotFound):
            await states.call(page, "ask", "handle", "0199aa00-0000-7000-8000-000000000001")
        with pytest.raises(NotFound):
            await states.call(page, "ask", "handle", "x")
        with pytest.raises(NotFound):
            await states.call(page, "send", {"note": "x"})

    async def test_of_oneself_are_left_to_somebody_else(self, ground: AsyncEngine) -> None:
        county = await _built()
        await _refusals(county, "auditor", 60)
        async with unit_of_work() as session:
            assert await operations.scan(session, at=now())
        page = await _opened(AlarmsState, "/alarms")

        (row,) = page.tables["alarms"]
        assert ([one.word for one in row.acts], row.said) == (["查看记录"], "涉及本人，由另一位审计管理员处理")
        await states.call(page, "ask", "handle", row.key)
        with pytest.raises(ActionNotAllowed):
            await states.call(page, "send", {"note": "已核实"})

    async def test_are_sorted_by_their_time(self, ground: AsyncEngine) -> None:
        county = await _built()
        for login, at in (("rsj", now() - timedelta(hours=3)), ("zjj", now())):
            for _ in range(60):
                async with unit_of_work() as session:
                    await operations.note_refusal(session, county[login], "POST /api/v1/cases", at=at)
            async with unit_of_work() as session:
                assert await operations.scan(session, at=at)
        page = await _opened(AlarmsState, "/alarms")
        people = [one.links["who"] for one in page.tables["alarms"]]
        assert people == ["/audit-person/zjj", "/audit-person/rsj"]

        await states.call(page, "order_table", "alarms", "at")
        assert [one.links["who"] for one in page.tables["alarms"]] == people[::-1]
        for row in list(page.tables["alarms"]):
            await states.call(page, "ask", "handle", row.key)
            await states.call(page, "send", {"note": "已核实"})
        assert [one.links["who"] for one in page.rows] == people

        await states.call(page, "order_by", "at")
        assert [one.links["who"] for one in page.rows] == people[::-1]


class TestExportButton:
    @pytest.mark.parametrize(
        ("login", "may"), [("center", True), ("rsj_head", True), ("rsj", False), ("viewer", False)]
    )
    async def test_stands_on_the_list_of_who_may(self, ground: AsyncEngine, login: str, may: bool) -> None:
        await _built()
        page = await _opened(CaseListState, "/cases", login)

        assert page.may_export is may

    async def test_asks_for_what_the_list_shows(self, ground: AsyncEngine) -> None:
        await _built()
        page = await _opened(CaseListState, "/cases", "center")

        await states.call(page, "narrow", "status", "to_accept")
        await states.call(page, "put_conditions", {"phone": "1234", "name": "林"})

        assert page.asked == {"status": "to_accept", "phone_tail": "1234", "name": "林"}
