"""Periodic reports: which are made when, what they count, who writes and reads them, what is kept.

2026-11-18, on which cases come in, is a Wednesday of week 47.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.operations import seed_years
from domain.kernel.clock import day_bounds
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid, NotFound, NotPermitted
from domain.notices.models import Notice
from domain.reports import operations, queries, rules
from domain.reports.models import PeriodReport, ReportText
from domain.reports.schemas import Block, Kind, ReportFilter, State
from domain.statistics.queries import county as statistics
from domain.statistics.queries import departments, links
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days
from domain.statistics.schemas import Among, By, Measure
from state.reports import making
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

DAY = timedelta(days=1)
WEEK = Days(date(2026, 11, 16), date(2026, 11, 22))
MONDAY = day_bounds(date(2026, 11, 23))[0] + timedelta(hours=8)
NAME = "week-2026-11-16"


async def lives(session: AsyncSession, county: County) -> None:
    """Bring cases so far along their main line: two in the week before, more in the week."""
    await seed_years(session, [2026])
    for seed, (length, back) in enumerate([(2, 7), (6, 6), (1, 0), (3, 0), (6, 1), (len(MAIN_LINE), 0)], start=1):
        await support.bring_to(session, county, MAIN_LINE[:length], at=MORNING - back * DAY, seed=seed)


async def made(session: AsyncSession, county: County, at: datetime = MONDAY) -> str:
    return await making.make(session, county["center"], Kind.WEEK, WEEK.first, at=at)


async def figures(session: AsyncSession, county: County) -> Mapping[str, Any]:
    return (await queries.view(session, county["center"], NAME)).figures


async def lines(session: AsyncSession) -> list[str]:
    query = select(col(JournalEntry.action)).where(col(JournalEntry.subject_kind) == "report")
    return list(await session.scalars(query.order_by(col(JournalEntry.seq))))


class TestPeriods:
    @pytest.mark.parametrize(
        ("kind", "day", "first", "last", "word"),
        [
            (Kind.WEEK, "2027-01-02", "2026-12-28", "2027-01-03", "2026 年第 53 周"),
            (Kind.WEEK, "2027-01-04", "2027-01-04", "2027-01-10", "2027 年第 1 周"),
            (Kind.WEEK, "2025-12-29", "2025-12-29", "2026-01-04", "2026 年第 1 周"),
            (Kind.MONTH, "2028-02-29", "2028-02-01", "2028-02-29", "2028 年 2 月"),
            (Kind.QUARTER, "2026-12-31", "2026-10-01", "2026-12-31", "2026 年第 4 季度"),
            (Kind.YEAR, "2026-06-01", "2026-01-01", "2026-12-31", "2026 年"),
        ],
    )
    def test_is_whole_and_has_a_name(self, kind: Kind, day: str, first: str, last: str, word: str) -> None:
        days = rules.period_of(kind, date.fromisoformat(day))

        assert days == Days(date.fromisoformat(first), date.fromisoformat(last))
        assert rules.word(kind, days) == word

    @pytest.mark.parametrize(
        ("kind", "day", "before", "year"),
        [
            (Kind.WEEK, "2027-01-04", "2026-12-28", "2026-01-05"),
            (Kind.MONTH, "2028-03-01", "2028-02-01", "2027-03-01"),
            (Kind.QUARTER, "2027-01-01", "2026-10-01", "2026-01-01"),
            (Kind.YEAR, "2027-01-01", "2026-01-01", "2026-01-01"),
        ],
    )
    def test_is_compared_with_whole_ones(self, kind: Kind, day: str, before: str, year: str) -> None:
        days = rules.period_of(kind, date.fromisoformat(day))

        for other, first in ((rules.before(kind, days), before), (rules.year_before(kind, days), year)):
            assert other == rules.period_of(kind, date.fromisoformat(first))
            assert other.first == date.fromisoformat(first)

    def test_the_clock_makes_up_what_was_missed_over_the_end_of_a_year(self) -> None:
        began = date(2026, 3, 5)
        weeks = rules.due(Kind.WEEK, [date(2026, 12, 14)], began, date(2027, 1, 11))
        assert [rules.word(Kind.WEEK, one) for one in weeks] == ["2026 年第 52 周", "2026 年第 53 周", "2027 年第 1 周"]
        assert [one.first for one in rules.due(Kind.YEAR, [], began, date(2027, 1, 11))] == [date(2026, 1, 1)]

    def test_the_clock_makes_no_more_than_it_should(self) -> None:
        monday, began = date(2027, 1, 11), date(2020, 1, 1)
        assert rules.due(Kind.WEEK, [date(2027, 1, 4)], began, monday) == []
        assert rules.due(Kind.WEEK, [], None, monday) == []
        assert rules.due(Kind.MONTH, [], date(2027, 1, 1), monday) == []
        assert len(rules.due(Kind.WEEK, [], began, monday)) == 1
        assert len(rules.due(Kind.WEEK, [date(2025, 1, 6)], began, monday)) == rules.MOST_MISSED

    @pytest.mark.parametrize("name", ["week-2026-11-17", "week", "week-gestern", "decade-2020-01-01", ""])
    async def test_what_names_none_is_not_found(self, session: AsyncSession, county: County, name: str) -> None:
        await made(session, county)
        with pytest.raises(NotFound):
            await queries.view(session, county["center"], name)


class TestFigures:
    async def test_are_those_of_the_county_and_of_their_lists(self, session: AsyncSession, county: County) -> None:
        await lives(session, county)
        await made(session, county)
        own, leader = await figures(session, county), county["leader"]

        for name, days in (("now", WEEK), ("before", Days(WEEK.first - 7 * DAY, WEEK.last - 7 * DAY))):
            told = await statistics.overview(session, leader, Scope(days), rules.FIGURES, by=tuple(By), at=MONDAY)
            for figure in rules.FIGURES:
                page = await statistics.cases_behind(session, leader, figure, Scope(days), at=MONDAY, size=100)
                assert own["totals"][figure.value][name] == told.whole[figure] == page.total, (figure, name)
        for by in rules.GROUPS:
            counted = {one.key: one for one in told.groups[by]}
            assert {one["key"]: one["before"] for one in own["groups"][by.value]} == {
                key: one["received"] for key, one in counted.items()
            }
        assert own["totals"]["received"] == {
            "now": 4, "before": 2, "year": 0, "change": 100.0, "year_change": None,
        }  # fmt: skip
        assert sum(one["received"] for one in own["trend"]) == 4

    async def test_departments_and_stages_are_those_of_their_pages(self, session: AsyncSession, county: County) -> None:
        await lives(session, county)
        await made(session, county)
        own, leader = await figures(session, county), county["leader"]

        told = await departments.departments(session, leader, departments.Period(WEEK.since, WEEK.until), at=MONDAY)
        assert [[one[m.value] for m in Measure] for one in own["departments"]] == [
            [getattr(one, m.value) for m in Measure] for one in told
        ]
        stages = await links.stages(session, leader, Scope(WEEK))
        assert [(one["stage"], one["count"], one["median"]) for one in own["stages"]] == [
            (one.stage.value, one.counts[Among.ALL], one.median) for one in stages
        ]
        assert own["whole"]["count"] == own["totals"]["closed"]["now"] == sum(one["count"] for one in own["bands"])

    async def test_stay_what_they_were_until_they_are_counted_anew(self, session: AsyncSession, county: County) -> None:
        await lives(session, county)
        await made(session, county)
        before = await figures(session, county)
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=9)

        assert await figures(session, county) == before
        await making.count_anew(session, county["center"], NAME, at=MONDAY + DAY)
        assert (await figures(session, county))["totals"]["received"]["now"] == 5

    async def test_findings_say_them_in_words(self, session: AsyncSession, county: County) -> None:
        await lives(session, county)
        await made(session, county)
        said = rules.findings(Kind.WEEK, await figures(session, county))

        assert said[0] == "本周受理 4 件，环比上升 100.0%。"
        assert "受理最多的乡镇街道：枫林镇（4 件，占 100.0%）。" in said
        assert any(one.startswith("与上周相比，受理增加最多的是") for one in said)
        assert any(one.startswith("本周新增超时 0 件") for one in said)

    async def test_a_period_without_a_case_has_its_report(self, session: AsyncSession, county: County) -> None:
        await made(session, county)
        assert rules.findings(Kind.WEEK, await figures(session, county)) == [
            "本周受理 0 件。", "本周没有办结的件。", "本周新增超时 0 件；自动亮牌 0 件。",
        ]  # fmt: skip


class TestMaking:
    async def test_there_is_one_of_a_period_and_none_before_its_end(
        self, session: AsyncSession, county: County
    ) -> None:
        with pytest.raises(Invalid, match="还没有结束"):
            await made(session, county, MONDAY - timedelta(hours=9))
        assert await made(session, county) == NAME
        with pytest.raises(Invalid, match="已经有了"):
            await made(session, county)

    @pytest.mark.parametrize("login", ["leader", "rsj_head", "viewer", "registrar", "sysadmin"])
    async def test_the_centre_alone_writes(self, session: AsyncSession, county: County, login: str) -> None:
        await made(session, county)
        who = county[login]
        for act in (
            making.make(session, who, Kind.MONTH, date(2026, 10, 1), at=MONDAY),
            making.count_anew(session, who, NAME, at=MONDAY),
            operations.save(session, who, NAME, Block.PLANS, "x", seen=None, at=MONDAY),
            operations.publish(session, who, NAME, at=MONDAY),
            operations.withdraw(session, who, NAME, "x", at=MONDAY),
            queries.history(session, who, NAME, Block.PLANS),
        ):
            with pytest.raises(NotPermitted):
                await act

    async def test_the_clock_tells_the_centre_that_texts_are_missing(
        self, session: AsyncSession, county: County
    ) -> None:
        await making.make(session, queries.MAKER, Kind.WEEK, WEEK.first, at=MONDAY)
        (notice,) = await session.scalars(select(Notice).where(col(Notice.kind) == "report"))
        assert (notice.account_id, notice.number) == (county["center"].account_id, NAME)
        assert notice.text == "周报草稿已生成：2026 年第 47 周，请补充文字后发布"


class TestTexts:
    async def test_each_save_is_kept_with_who_and_when(self, session: AsyncSession, county: County) -> None:
        await made(session, county)
        center = county["center"]
        first = await operations.save(session, center, NAME, Block.PLANS, "加强排查", seen=None, at=MONDAY)
        await operations.save(session, center, NAME, Block.PLANS, "加强排查。", seen=first, at=MONDAY + DAY)

        past = await queries.history(session, center, NAME, Block.PLANS)
        assert [(one.text, one.saved_at, one.saved_by) for one in past] == [
            ("加强排查。", MONDAY + DAY, center.name), ("加强排查", MONDAY, center.name),
        ]  # fmt: skip
        view = await queries.view(session, center, NAME)
        assert {block: one.text for block, one in view.texts.items()} == {Block.PLANS: "加强排查。"}

    async def test_nobody_saves_over_what_was_not_seen(self, session: AsyncSession, county: County) -> None:
        await made(session, county)
        center = county["center"]
        mine = await operations.save(session, center, NAME, Block.OVERVIEW, "一", seen=None, at=MONDAY)
        for seen in (None, (await session.get_one(PeriodReport, (await queries.find(session, center, NAME)).id)).id):
            with pytest.raises(ChangedMeanwhile):
                await operations.save(session, center, NAME, Block.OVERVIEW, "二", seen=seen, at=MONDAY)
        assert [one.id for one in await queries.history(session, center, NAME, Block.OVERVIEW)] == [mine]
        await operations.save(session, center, NAME, Block.PROBLEMS, "另一段", seen=None, at=MONDAY)

    async def test_a_text_is_bounded_and_lies_sealed(self, session: AsyncSession, county: County) -> None:
        await made(session, county)
        center = county["center"]
        with pytest.raises(Invalid, match="综述最长 5000 个字"):
            await operations.save(session, center, NAME, Block.OVERVIEW, "长" * 5001, seen=None, at=MONDAY)
        await operations.save(session, center, NAME, Block.OVERVIEW, "张三的诉求", seen=None, at=MONDAY)
        (row,) = await session.scalars(select(ReportText))
        assert "张三".encode() not in row.text_sealed


class TestPublishing:
    async def test_it_is_read_when_published_and_no_longer_when_withdrawn(
        self, session: AsyncSession, county: County
    ) -> None:
        await lives(session, county)
        await made(session, county)
        center, readers = county["center"], [county[login] for login in ("leader", "rsj_head", "viewer")]

        async def seen() -> list[int]:
            return [len(await queries.listed(session, one, ReportFilter(), at=MONDAY)) for one in readers]

        assert await seen() == [0, 0, 0]
        with pytest.raises(NotFound):
            await queries.view(session, readers[0], NAME)
        assert await operations.publish(session, center, NAME, at=MONDAY) == 3
        assert await seen() == [1, 1, 1]
        assert (await queries.view(session, readers[1], NAME)).row.published_by == center.name
        with pytest.raises(NotPermitted):
            await queries.view(session, county["rsj"], NAME)
        await operations.withdraw(session, center, NAME, "数字有误", at=MONDAY)
        assert await seen() == [0, 0, 0]
        assert await lines(session) == ["report.make", "report.publish", "report.withdraw"]

    async def test_leaders_and_heads_are_told_once_each(self, session: AsyncSession, county: County) -> None:
        await lives(session, county)
        await made(session, county)
        await operations.publish(session, county["center"], NAME, at=MONDAY)

        told = (await session.scalars(select(Notice).where(col(Notice.kind) == "report"))).all()
        assert {one.account_id for one in told} == {
            county[login].account_id for login in ("leader", "rsj_head", "zjj_head")
        }
        assert {one.text for one in told} == {"周报已发布：2026 年第 47 周，本周受理 4 件，环比上升 100.0%。"}
        assert len(told) == 3

    async def test_a_published_one_changes_only_after_it_was_withdrawn(
        self, session: AsyncSession, county: County
    ) -> None:
        await made(session, county)
        center = county["center"]
        with pytest.raises(ActionNotAllowed):
            await operations.withdraw(session, center, NAME, "还没有", at=MONDAY)
        await operations.publish(session, center, NAME, at=MONDAY)
        for act in (
            operations.save(session, center, NAME, Block.PLANS, "x", seen=None, at=MONDAY),
            making.count_anew(session, center, NAME, at=MONDAY),
            operations.publish(session, center, NAME, at=MONDAY),
        ):
            with pytest.raises(ActionNotAllowed):
                await act
        with pytest.raises(Invalid, match="撤回原因"):
            await operations.withdraw(session, center, NAME, " ", at=MONDAY)
        await operations.withdraw(session, center, NAME, "补充数据", at=MONDAY)
        await operations.save(session, center, NAME, Block.PLANS, "x", seen=None, at=MONDAY)
        entry = await session.scalar(select(JournalEntry).where(col(JournalEntry.action) == "report.withdraw"))
        assert entry is not None
        assert entry.detail["reason"] == "补充数据"

    async def test_the_list_is_narrowed_by_kind_and_state(self, session: AsyncSession, county: County) -> None:
        await made(session, county)
        center = county["center"]
        await making.make(session, center, Kind.MONTH, date(2026, 10, 9), at=MONDAY)
        await operations.publish(session, center, NAME, at=MONDAY)

        async def found(**given: Any) -> list[str]:
            return [one.name for one in await queries.listed(session, center, ReportFilter(**given), at=MONDAY)]

        assert await found() == [NAME, "month-2026-10-01"]
        assert await found(kind=Kind.MONTH) == await found(state=State.DRAFT) == ["month-2026-10-01"]
        assert await found(kind=Kind.WEEK, state=State.DRAFT) == []

    async def test_who_only_reads_writes_nothing_whatever_the_role(self, session: AsyncSession, county: County) -> None:
        await made(session, county)
        reading = replace(county["center"], read_only=True)
        assert not reading.may(Permission.REPORT_WRITE)
        with pytest.raises(NotFound):
            await queries.view(session, reading, NAME)


def test_a_report_holds_no_title_and_no_name() -> None:
    assert {column.name for column in PeriodReport.__table__.columns} == {  # type: ignore[attr-defined]
        "id", "kind", "first_date", "last_date", "figures", "made_at", "made_by", "published_at", "published_by",
    }  # fmt: skip
