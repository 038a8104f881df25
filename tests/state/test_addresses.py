"""The view of every list is its address: led there again, by Back, a reload or a bookmark, one sees the same rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel.unit_of_work import unit_of_work
from domain.people.rules import may_be_personal
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from state.areas.areas import AreasState
from state.audit.alarms import AlarmsState
from state.audit.journal import JournalState
from state.audit.person import PersonTimelineState
from state.cases.listing import CaseListState
from state.cases.words import CategoryWordsState
from state.clock import now
from state.exports.jobs import ExportsState
from state.kit.addressed import AddressedState
from state.kit.listing import ListState
from state.orgs.accounts import AccountListState
from state.orgs.units import UnitsState
from state.processes.listing import ProcessListState
from state.reports.listing import ReportsState
from state.session import SignedInState
from state.statistics.behind import BehindState
from state.statistics.departments import FiguresState
from state.statistics.links import LinksState, PassedState
from state.statistics.people import PeopleState
from state.visits.records import VisitsState
from state.warnings.labels import RiskAlertsState
from tests.support import county as support
from tests.support import risk, states
from tests.support.county import MAIN_LINE
from tests.support.rows import add_cases, add_held_cases

Act = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Case:
    """One list, who opens it where, and what the person does there one after the other."""

    kind: type[SignedInState]
    login: str
    path: str
    acts: tuple[Act, ...]


LISTS = (
    Case(CaseListState, "center", "/cases", (
        ("choose_view", ("open",)), ("order_by", ("due",)), ("order_by", ("due",)), ("resize", ("50",)),
        ("resize", ("20",)), ("turn", ("next",)), ("turn", ("next",)), ("turn", ("previous",)),
        ("narrow", ("category", "dispute")), ("narrow", ("text", "噪音")), ("narrow", ("text", "王大明")),
        ("narrow", ("text", "")), ("narrow", ("status", "to_accept,to_dispatch")), ("narrow", ("category", "07,dispute,L1")),
        ("narrow", ("area", "359901,359901001")), ("narrow", ("tag", "urgent,watch")), ("widen", ()),
        ("put_conditions", ({"submitted_from": "2026-01-01", "due_to": "2026-12-31", "source-walk_in": "on", "source-city": True},)),
        ("drop_condition", ("source",)), ("put_conditions", ({"submitted_from": "2026-31-01", "number": "１２"},)),
        ("put_conditions", ({"number": "１２", "overdue": "on"},)), ("put_conditions", ({"phone": "1234"},)),
        ("put_conditions", ({"name": "林", "id_number": "35030219800101001X"},)), ("widen", ()),
    )),
    Case(CaseListState, "rsj", "/todo", (("turn", ("next",)), ("choose_view", ("to_accept",)), ("narrow", ("tag", "urgent")))),
    Case(CaseListState, "viewer", "/overdue", (("order_by", ("title",)), ("turn", ("next",)))),
    Case(FiguresState, "center", "/figures", (
        ("narrow", ("span", "year")), ("order_by", ("total",)), ("order_by", ("total",)),
        ("narrow", ("since", "2026-01-01")), ("widen", ()),
    )),
    Case(BehindState, "leader", "/figures/cases", (
        ("turn", ("next",)), ("order_by", ("number",)), ("turn", ("next",)), ("resize", ("50",)),
    )),
    Case(LinksState, "center", "/figures/links", (
        ("narrow", ("span", "year")), ("order_by", ("median",)), ("narrow", ("risk", "high")), ("narrow", ("category", "07")),
        ("narrow", ("since", "2026-01-01")), ("widen", ()),
    )),
    Case(PassedState, "leader", "/figures/links/cases", (
        ("turn", ("next",)), ("order_by", ("took",)), ("turn", ("next",)), ("narrow", ("source", "phone")), ("widen", ()),
    )),
    Case(PeopleState, "center", "/figures/people", (
        ("narrow", ("span", "year")), ("order_by", ("in_hand",)), ("order_by", ("in_hand",)), ("order_by", ("name",)), ("widen", ()),
    )),
    Case(RiskAlertsState, "rsj", "/risk-alerts", (
        ("turn", ("next",)), ("order_by", ("at",)), ("choose_view", ("red",)), ("narrow", ("standing", "waiting")),
        ("narrow", ("department", "rsj")), ("widen", ()),
    )),
    Case(ExportsState, "center", "/exports", (("order_by", ("asked",)), ("order_by", ("asked",)))),
    Case(ReportsState, "center", "/reports", (
        ("narrow", ("kind", "week")), ("narrow", ("state", "draft")), ("order_by", ("made",)), ("widen", ()),
    )),
    Case(AccountListState, "sysadmin", "/accounts", (
        ("narrow", ("unit", "rsj")), ("narrow", ("role", "officer")), ("widen", ()), ("turn", ("next",)),
        ("narrow", ("text", "试甲")), ("choose_view", ("idle",)), ("order_by", ("name",)), ("order_by", ("name",)),
    )),
    Case(UnitsState, "sysadmin", "/units", (("narrow", ("text", "建设")), ("narrow", ("kind", "department")), ("order_by", ("accounts",)), ("widen", ()))),
    Case(AreasState, "sysadmin", "/areas", (
        ("narrow", ("branch", "359901")), ("narrow", ("level", "township")), ("narrow", ("text", "枫林")),
        ("narrow", ("ended", "1")), ("order_by", ("name",)), ("widen", ()),
    )),
    Case(JournalState, "auditor", "/journal", (
        ("turn", ("next",)), ("search", ({"login": "center", "own": "1", "group": "case"},)), ("search", ({"origin": "10.1.2.3"},)),
        ("widen", ()),
    )),
    Case(PersonTimelineState, "auditor", "/audit-person/center", (("narrow", ("days", "7")), ("narrow", ("days", "365")), ("order_by", ("total",)))),
    Case(AlarmsState, "auditor", "/alarms", (("resize", ("50",)), ("turn", ("next",)), ("order_by", ("at",)))),
    Case(ProcessListState, "center", "/processes", (("order_by", ("name",)), ("order_by", ("name",)))),
    Case(VisitsState, "center", "/visits/all", (
        ("turn", ("next",)), ("order_by", ("at",)), ("put_conditions", ({"arrived_from": "2026-01-01", "name": "林"},)),
        ("put_conditions", ({"phone": "1234"},)), ("drop_condition", ("phone",)), ("widen", ()),
    )),
    Case(CategoryWordsState, "center", "/category-words", (("order_by", ("word",)), ("order_by", ("when",)))),
)  # fmt: skip
_SHOWN = (
    "rows", "tables", "totals", "filters", "view", "sort", "size", "page", "last", "total", "preceding",
    "following", "count", "cut", "branch", "above", "address",
)  # fmt: skip


def shown(page: SignedInState) -> dict[str, object]:
    """Take what the person sees of a list."""
    return {name: repr(getattr(page, name)) for name in _SHOWN if hasattr(page, name)}


async def _filled() -> None:
    async with unit_of_work() as session:
        county, rng = await support.build(session, at=now()), random.Random(4)
        await add_cases(session, county, rng, 45, at=now())
        await add_held_cases(session, county, rng, 25, login="rsj", at=now())
        await support.bring_to(session, county, MAIN_LINE[:2], at=now())
        for seed in range(25):
            person = PersonInput("林" + "水木", id_number=support.id_number(seed), phone=support.phone(seed))
            await visits.register(session, county["guide"], VisitInput(person, "反映事项"), at=now())
        await risk.label_all(session, (await risk.add_machine(session, county, at=now()))["model"], at=now())


async def _opened(one: Case, url: str, cookie: str = "") -> SignedInState:
    page = await states.tree(one.kind, cookie or await states.signed_in(one.login), f"http://test{url}")
    await states.call(page, "load")
    return page


def test_every_list_is_looked_at() -> None:
    listed = {kind for kind, _ in states.handlers() if {AddressedState, ListState} & set(kind.__bases__)}
    assert {one.kind for one in LISTS} == listed


@pytest.mark.timeout(300)
@pytest.mark.parametrize("one", LISTS, ids=lambda one: f"{one.kind.__name__}{one.path}")
async def test_a_list_led_to_its_address_again_is_the_same(ground: AsyncEngine, one: Case) -> None:
    await _filled()
    cookie = await states.signed_in(one.login)
    page = await _opened(one, one.path, cookie)
    for name, arguments in one.acts:
        await states.call(page, name, *arguments)
        before = shown(page)
        address = str(page.address)  # type: ignore[attr-defined]
        assert urlsplit(address).path == one.path

        for elsewhere in ("/me", one.path):
            states.at_address(page, f"http://test{elsewhere}")
            if elsewhere == one.path:
                await states.call(page, "load")
        states.at_address(page, f"http://test{address}")
        await states.call(page, "load")

        assert shown(page) == before, (name, arguments)

        query = parse_qs(urlsplit(address).query)
        fresh = await _opened(one, address, cookie)
        if "kept" in query:
            assert fresh.forgotten  # type: ignore[attr-defined]
        else:
            assert shown(fresh) == before, name


@pytest.mark.parametrize(
    ("name", "value"),
    [("text", "王大明"), ("text", "欠薪 王大明"), ("text", "13800138000"), ("text", "欧阳"), ("text", "35030219800101001X"),
     ("text", "０５９５ ２２００００００"), ("name", "林"), ("phone", "1234"), ("id_number", "35030219800101001X")],
)  # fmt: skip
async def test_what_may_be_personal_stands_in_no_address(ground: AsyncEngine, name: str, value: str) -> None:
    await _filled()
    page = await _opened(LISTS[0], "/cases?status=to_accept")
    if name == "text":
        await states.call(page, "narrow", name, value)
    else:
        await states.call(page, "put_conditions", {name: value})
    assert page.filters == {"status": "to_accept", name: value}  # type: ignore[attr-defined]
    address = unquote(page.address)  # type: ignore[attr-defined]
    assert "status=to_accept" in address
    assert value.rsplit(maxsplit=1)[-1] not in address
    assert all(value not in part for part in parse_qs(urlsplit(address).query))


@pytest.mark.parametrize(
    ("text", "personal"),
    [("噪音", False), ("欠薪", False), ("QX2026000123", False), ("物业 漏水", False), ("王大明", True), ("王", False),
     ("138-0013-8000", True), ("1234", True), ("阿依古丽·买买提", True), ("上官婉儿", True), ("3楼漏水", False)],
)  # fmt: skip
def test_a_text_is_taken_for_personal(text: str, *, personal: bool) -> None:
    assert may_be_personal(text) is personal


class TestAnAddress:
    @pytest.mark.parametrize(
        "query",
        ["status=nonsense", "sort=colour", "at=bent", "view=x", "size=7", "department=none&area=1", "risk=x", "at=" + "A" * 5000,
         "kept=ffff", "text=" + "长" * 500],
    )  # fmt: skip
    async def test_that_names_what_does_not_exist_opens_the_list_all_the_same(
        self, ground: AsyncEngine, query: str
    ) -> None:
        await _filled()
        page = await _opened(LISTS[0], f"/cases?{query}")
        assert not page.loading  # type: ignore[attr-defined]
        assert page.rows or page.filters  # type: ignore[attr-defined]

    async def test_of_another_person_s_tab_gives_nothing_away(self, ground: AsyncEngine) -> None:
        await _filled()
        page = await _opened(LISTS[0], "/cases")
        await states.call(page, "put_conditions", {"phone": "1234"})
        other = await _opened(LISTS[0], page.address)  # type: ignore[attr-defined]
        assert other.filters == {}  # type: ignore[attr-defined]
        assert other.forgotten  # type: ignore[attr-defined]
