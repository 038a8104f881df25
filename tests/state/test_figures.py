"""The board, the figures of departments and the cases behind a number, as their handlers are called."""

from __future__ import annotations

import itertools
from collections.abc import Generator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from app.navigation import PAGES
from domain.areas import operations as areas
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.cases.models import Case
from domain.cases.vocabulary import Action
from domain.kernel.actor import console
from domain.kernel.clock import day_bounds, local_date
from domain.kernel.unit_of_work import unit_of_work
from domain.statistics.rules import Days, Span, before, change, days_of, points, year_before
from domain.statistics.schemas import Figure
from state.cases.listing import CaseListState
from state.clock import now
from state.kit.charts import Chart
from state.live import hub
from state.statistics.behind import BehindState, of_figure
from state.statistics.board import BoardState
from state.statistics.centre import CentreState
from state.statistics.departments import FiguresState
from state.statistics.facts import Late
from state.statistics.links import LINKS, LinksState, PassedState
from state.statistics.people import PEOPLE, PeopleState
from state.warnings.labels import RiskAlertsState
from tests.support import county as support
from tests.support import risk, states
from tests.support.county import MAIN_LINE, MORNING, County

HERE = "http://test/board"


async def _built() -> County:
    at = now()
    async with unit_of_work() as session:
        county = await support.build(session, at=at)
        for seed, length in enumerate((1, 2, 4, 6), start=1):
            await support.bring_to(session, county, MAIN_LINE[:length], at=at, seed=seed)
    return county


async def _board(login: str, query: str = "", *, cookie: str = "") -> BoardState:
    page = await states.tree(BoardState, cookie or await states.signed_in(login), HERE + query)
    await states.call(page, "load")
    return page


async def _behind(login: str, href: str, *, cookie: str = "") -> BehindState:
    page = await states.tree(BehindState, cookie or await states.signed_in(login), f"http://test{href}")
    await states.call(page, "load")
    return page


def _hrefs(chart: Chart) -> list[tuple[float, str]]:
    return [pair for line in chart.lines for pair in zip(line.values, line.hrefs, strict=True)]


@pytest.mark.parametrize(
    "route",
    ["/board", "/figures", "/figures/cases", "/figures/links", "/figures/links/cases", "/figures/people", "/centre"],
)
def test_the_pages_build(route: str) -> None:
    assert next(page for page in PAGES if page.route == route).build() is not None


async def test_every_mark_of_the_board_opens_as_many_cases_as_it_says(ground: AsyncEngine) -> None:
    await _built()
    page = await _board("leader")

    numbers = {one.label: (one.value, one.href) for one in page.tiles}
    assert (numbers["在办"][0], numbers["受理"][0], numbers["办结"][0]) == ("3", "4", "1")
    marks = [(float(value), href) for label, (value, href) in numbers.items() if "率" not in label]
    for chart in (page.trend, page.map, page.areas, page.kinds, page.sources, page.risks):
        assert not chart.blank
        marks += _hrefs(chart)
    marks += [(float(one.in_hand), one.in_hand_href) for one in page.slow]
    for number, href in {mark for mark in marks if mark[0]}:
        assert float((await _behind("leader", href)).total) == number, href


async def test_the_map_has_every_township_with_a_border_and_the_table_the_others_with_cases(
    ground: AsyncEngine,
) -> None:
    county, at = await _built(), now()
    town, hill, bare = "359901001", "359901002", "359901003"
    async with unit_of_work() as session:
        ring = ((118.0, 25.0), (118.2, 25.0), (118.2, 25.2))
        await areas.add_all(session, [
            AreaSpec(hill, "云溪镇", Level.TOWNSHIP, "359901", ring), AreaSpec(bare, "月湖镇", Level.TOWNSHIP, "359901"),
        ])  # fmt: skip
        case = (await session.scalars(select(Case).where(col(Case.status) != "closed").limit(1))).one()
        case.area_path = f"/359901/{bare}/"
        await risk.add_machine(session, county, at=at)
        await risk.send(session, county, risk.said(case.number, at=at), at=at)

    shown = (await _board("leader")).map

    assert [*zip(shown.labels, shown.keys, strict=True)] == [("枫林镇", town), ("月湖镇", ""), ("云溪镇", hill)]
    assert [(line.name, line.values) for line in shown.lines] == [
        ("在办", [2.0, 1.0, 0.0]), ("已超期", [0.0, 0.0, 0.0]), ("红橙预警待反馈", [0.0, 1.0, 0.0]),
    ]  # fmt: skip
    for value, href in _hrefs(shown):
        assert float((await _behind("leader", href)).total) == value, href

    async with unit_of_work() as session:
        for code in (town, hill):
            await areas.undraw(session, console("测试"), code, since=local_date(at), at=at)
    assert (await _board("leader")).map == Chart()


async def test_a_period_is_in_the_address(ground: AsyncEngine) -> None:
    await _built()

    page = await _board("leader", "?span=year")
    assert (page.span, page.period) == ("year", days_of(Span.YEAR, now()).word)
    assert (await _board("leader", "?span=never")).span == Span.MONTH.value


@pytest.fixture
def keeping() -> Generator[None]:
    """Let what is read be kept, as it is while announcements are heard."""
    hub.listening.set()
    yield
    hub.listening.clear()


@pytest.mark.usefixtures("keeping")
async def test_a_department_s_board_is_its_own(ground: AsyncEngine) -> None:
    await _built()

    whole, own = await _board("leader"), await _board("rsj_head")
    other = await _board("zjj_head")

    assert next(one.value for one in whole.tiles) == "3"
    assert next(one.value for one in own.tiles) == "2"
    assert next(one.value for one in other.tiles) == "0"
    assert [one.name for one in whole.slow] == ["人力资源和社会保障局"]
    assert own.slow == other.slow == []
    assert (whole.held.kind, own.by_person, other.held.blank) == ("", True, True)
    (pair,) = _hrefs(own.held)[:1]
    assert pair[0] == 1.0
    assert (await _behind("rsj_head", pair[1])).total == "1"


async def test_what_ends_today_is_the_first_to_end(ground: AsyncEngine) -> None:
    await _built()
    async with unit_of_work() as work:
        for place, case in enumerate(await work.scalars(select(Case).where(col(Case.due_at).is_not(None)))):
            case.due_at = day_bounds(local_date(now()))[1] - timedelta(seconds=1 + place)

    own, leader, desk = await _board("rsj_head"), await _board("leader"), await _desk("center")

    assert len(desk.today) == 3
    assert [one.number for one in own.today] == [one.number for one in desk.today if one.number in _numbers(own.today)]
    assert len(own.today) == 2
    assert leader.today == []
    assert (await _behind("center", desk.today_href)).total == "3"
    assert [row.key for row in (await _behind("center", desk.today_href)).rows] == _numbers(desk.today)


def _numbers(found: list[Late]) -> list[str]:
    return [one.number for one in found]


async def _late() -> None:
    async with unit_of_work() as work:
        for case in await work.scalars(select(Case).where(col(Case.due_at).is_not(None))):
            case.due_at = now() - timedelta(hours=1)


async def test_a_tour_goes_round_and_each_number_of_it_opens_its_cases(ground: AsyncEngine) -> None:
    await _built()
    await _late()
    cookie = await states.signed_in("leader")
    page = await _board("leader", cookie=cookie)
    assert page.scene == ""

    seen = []
    for _ in range(4):
        await states.call(page, "tour")
        seen.append(page.scene)
        numbers = {one.label: (one.value, one.href) for one in page.tiles}
        for label in ("在办", "已超期", "受理"):
            value, href = numbers[label]
            assert (await _behind("leader", href, cookie=cookie)).total == value, (page.scene, label)
        assert len(page.late) == int(numbers["已超期"][0])
        for number, href in _hrefs(page.held):
            assert not href or float((await _behind("leader", href, cookie=cookie)).total) == number
    assert seen == ["枫林镇", "人力资源和社会保障局", "", "枫林镇"]

    await states.call(page, "rest")
    assert page.scene == ""
    whole = await _board("leader", cookie=cookie)
    assert (page.tiles, page.late) == (whole.tiles, whole.late)


async def test_a_late_case_offers_what_its_reader_may_do_there(ground: AsyncEngine) -> None:
    county = await _built()
    async with unit_of_work() as work:
        number = await support.bring_to(work, county, MAIN_LINE[:3], at=now(), seed=9)
        await support.step(work, county["center"], number, Action.PROPOSE_ORDER, at=now(), opinion="情况复杂")
    await _late()

    offered = {}
    for login in ("leader", "viewer", "rsj_head"):
        offered[login] = {one.number: [(act.word, act.href) for act in one.acts] for one in (await _board(login)).late}

    here = f"/case/{number}"
    others = [("批示", f"{here}?do=instruct"), ("督办", f"{here}?do=supervise")]
    assert offered["leader"].pop(number) == [("审批", here), *others]
    assert all([word for word, _ in acts] == ["批示", "督办"] for acts in offered["leader"].values())
    assert not any(offered["viewer"].values())
    assert not any(offered["rsj_head"].values())


async def _desk(login: str) -> CentreState:
    page = await states.tree(CentreState, await states.signed_in(login), "http://test/centre")
    await states.call(page, "load")
    return page


async def test_the_centre_s_desk_says_what_waits_and_opens_as_many(ground: AsyncEngine) -> None:
    await _built()
    await _late()
    page = await _desk("center")

    waits = {one.label: (one.value, one.href) for one in page.waits}
    assert (waits["待转派"][0], waits["调处待确认"][0], waits["待审批"][0]) == ("1", "0", "0")
    for value, href in waits.values():
        listed = await states.tree(CaseListState, await states.signed_in("center"), f"http://test{href}")
        await states.call(listed, "load")
        assert listed.total == value, href
    day = {one.label: (one.value, one.href) for one in page.day}
    assert (day["今日来访"], day["今日受理"][0], day["已超期"][0]) == (("0", ""), "4", "3")
    slow = [(float(one.overdue), one.overdue_href) for one in (*page.units, *page.people)]
    assert [number for number, _ in slow] == [2.0, 1.0]
    for value, href in [*slow, *((float(value), href) for value, href in day.values() if href)]:
        assert float((await _behind("center", href)).total) == value, href


@pytest.mark.parametrize("login", ["leader", "registrar", "rsj_head"])
async def test_the_centre_s_desk_is_the_centre_s(ground: AsyncEngine, login: str) -> None:
    await _built()
    page = await _desk(login)

    assert page.barred
    assert page.waits == page.day == page.today == []


async def test_the_board_tells_of_risk_labels_and_opens_as_many(ground: AsyncEngine) -> None:
    at = now()
    async with unit_of_work() as session:
        county = await risk.add_machine(session, await support.build(session, at=at), at=at)
        for seed in (1, 2, 3):
            await support.bring_to(session, county, MAIN_LINE[:2], at=at, seed=seed)
        await risk.label_all(session, county["model"], at=at)

    page = await _board("leader")

    assert [one.text for one in page.warnings] == ["红色 1", "橙色 1", "黄色 1"]
    for one in page.warnings:
        listed = await states.tree(RiskAlertsState, await states.signed_in("leader"), f"http://test{one.href}")
        await states.call(listed, "load")
        assert listed.total == "1"


async def test_who_sees_no_figures_is_barred(ground: AsyncEngine) -> None:
    await _built()
    page = await _board("registrar")

    assert page.barred
    assert page.tiles == []
    assert page.trend == Chart()


async def test_the_figures_of_departments_open_their_cases(ground: AsyncEngine) -> None:
    county = await _built()
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=now(), seed=9)
        await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=now(), opinion="不归我局")
        await support.step(session, county["center"], number, Action.APPROVE_RETURN, at=now(), opinion="同意")
    page = await states.tree(FiguresState, await states.signed_in("center"), "http://test/figures")
    await states.call(page, "load")

    row = next(row for row in page.rows if row.name.startswith("rsj"))
    linked = {name: href for name, href in row.links.items() if href}
    assert {"total", "accepted", "waiting", "closed", "returned"} <= set(linked)
    for name, href in linked.items():
        shown = await _behind("center", href)
        column = [
            "name",
            "total",
            "before",
            "year_before",
            "accepted",
            "waiting",
            "in_hand",
            "overdue",
            "closed",
            "returned",
        ]
        assert shown.total == row.cells[column.index(name)], name
        assert shown.what.startswith("人力资源和社会保障局 · ")


async def test_the_figures_of_stages_open_their_cases(ground: AsyncEngine) -> None:
    await _built()
    page = await states.tree(LinksState, await states.signed_in("center"), "http://test/figures/links")
    await states.call(page, "load")
    await states.call(page, "narrow", "risk", "low")
    column = [one.key for one in LINKS.columns]

    counted = {row.key: row.cells[column.index("all")] for row in page.rows}
    assert counted == {"dispatch": "3", "accept": "2", "resolve": "1", "confirm": "1", "decide": "0", "rate": "0"}
    links = [(row, name, href) for row in page.rows for name, href in row.links.items() if href]
    assert links
    for row, name, href in links:
        shown = await states.tree(PassedState, await states.signed_in("center"), f"http://test{href}")
        await states.call(shown, "load")
        assert shown.total == row.cells[column.index(name)], (row.key, name)
        assert shown.what.startswith(row.cells[0])
        assert "低风险" in shown.what


async def test_the_figures_of_people_open_their_cases(ground: AsyncEngine) -> None:
    await _built()
    column = [one.key for one in PEOPLE.columns]
    for login in ("center", "rsj_head"):
        page = await states.tree(PeopleState, await states.signed_in(login), "http://test/figures/people")
        await states.call(page, "load")
        (row,) = (row for row in page.rows if any(row.links.values()))
        assert {name for name, href in row.links.items() if href} == {"in_hand", "closed"}
        for name in ("in_hand", "closed"):
            shown = await _behind(login, row.links[name])
            assert shown.total == row.cells[column.index(name)] == "1"
            assert shown.what.startswith(f"{row.name} · 人力资源和社会保障局 · ")


async def test_a_period_that_ends_before_it_begins_is_said(ground: AsyncEngine) -> None:
    await _built()
    page = await states.tree(FiguresState, await states.signed_in("center"), "http://test/figures")
    await states.call(page, "load")
    await states.call(page, "narrow", "since", "2026-03-01")
    with pytest.raises(Exception, match="不能早于"):
        await states.call(page, "narrow", "until", "2026-02-01")


async def test_a_number_says_what_it_counts(ground: AsyncEngine) -> None:
    await _built()
    page = await _behind("leader", "/figures/cases?figure=high&area=359901001")

    assert page.what.startswith("高风险在办 · ")
    assert "359901001" not in page.what
    assert page.says == Figure.HIGH.says


class TestPeriods:
    def test_of_words_end_today(self) -> None:
        for span in Span:
            days = days_of(span, MORNING)
            assert days.last.isoformat() == "2026-11-18"
        assert days_of(Span.QUARTER, MORNING).first.isoformat() == "2026-10-01"
        assert days_of(Span.WEEK, MORNING).length == 7

    def test_before_are_as_long_and_adjoin(self) -> None:
        days = days_of(Span.MONTH, MORNING)
        earlier = before(days)
        assert earlier.length == days.length
        assert earlier.last + timedelta(days=1) == days.first

    def test_a_leap_day_has_a_year_before(self) -> None:
        leap = days_of(Span.WEEK, MORNING).first.replace(year=2028, month=2, day=29)
        assert year_before(Days(leap, leap)).first.isoformat() == "2027-02-28"

    @pytest.mark.parametrize("length", [1, 7, 31, 32, 190, 191, 800])
    def test_points_cover_every_day_once(self, length: int) -> None:
        last = days_of(Span.WEEK, MORNING).last
        days = Days(last - timedelta(days=length - 1), last)
        found = points(days)
        assert sum(one.length for one in found) == length
        assert (found[0].first, found[-1].last) == (days.first, days.last)
        assert all(one.last + timedelta(days=1) == other.first for one, other in itertools.pairwise(found))

    def test_a_change_is_told_in_per_cent(self) -> None:
        assert (change(12, 10), change(0, 4), change(3, 0)) == ("+20%", "-100%", "")


def test_an_address_names_its_number() -> None:
    days = days_of(Span.WEEK, MORNING)
    asked = parse_qs(urlsplit(of_figure(Figure.CLOSED, days, area="1")).query)
    assert asked == {"figure": ["closed"], "since": ["2026-11-12"], "until": ["2026-11-18"], "area": ["1"]}
    assert "since" not in of_figure(Figure.OPEN, days)
    assert of_figure(Figure.OPEN, days, department="") == ""
