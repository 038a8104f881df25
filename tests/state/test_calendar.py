"""The page of working days as its handlers are called."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.calendar.models import Workday
from domain.kernel.refusals import NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from state.calendar.year import CalendarState
from state.clock import now
from tests.support import county as support
from tests.support import states


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


class TestCalendar:
    async def _page(self, login: str) -> CalendarState:
        await _built()
        page = await states.tree(CalendarState, await states.signed_in(login), "http://test/calendar")
        await states.call(page, "load")
        page.year = 2028
        await states.call(page, "choose_unit", "")
        return page

    async def test_a_year_without_a_notice_is_provisional(self, ground: AsyncEngine) -> None:
        page = await self._page("center")

        assert not page.confirmed
        assert len(page.months) == 12
        assert {day.number for day in page.months[1].days if day.iso} == {str(number) for number in range(1, 30)}

    async def test_a_notice_is_looked_at_before_it_is_stored(self, ground: AsyncEngine) -> None:
        page = await self._page("sysadmin")
        notice = {"notice": "2028-01-01至2028-01-03，休，元旦\n2028-01-08，班，调休", "source": "测试通知"}

        await states.call(page, "ask", "notice", "2028")
        await states.call(page, "send", notice)
        looked = (page.foreseen.sentence, page.confirmed)
        await states.call(page, "confirm")

        assert looked[0].startswith("2028 年放假安排共 4 天")
        assert not looked[1]
        assert page.confirmed
        async with unit_of_work() as session:
            assert len([row for row in await session.scalars(select(Workday)) if row.day.year == 2028]) == 4

    async def test_a_notice_that_cannot_be_read_is_told_line_by_line(self, ground: AsyncEngine) -> None:
        page = await self._page("sysadmin")

        await states.call(page, "ask", "notice", "2028")
        await states.call(page, "send", {"notice": "元旦放三天", "source": "测试通知"})

        assert "第 1 行" in page.faults["notice"]
        assert page.foreseen.sentence == ""

    async def test_the_centre_reads_but_does_not_change(self, ground: AsyncEngine) -> None:
        page = await self._page("center")

        for dialog, key in (("day", "2028-01-05"), ("notice", "2028"), ("pattern", "")):
            with pytest.raises(NotPermitted):
                await states.call(page, "ask", dialog, key)
        with pytest.raises(NotFound):
            await states.call(page, "send", {"notice": "2028-01-01，休，元旦", "source": "测试通知"})

        assert page.asked.name == ""

    @pytest.mark.parametrize(
        ("dialog", "key"),
        [("day", "2028-01-32"), ("day", "2028-01-05 x"), ("day", ""), ("notice", "1999"), ("notice", "x"), ("pattern", "x"),
         ("pattern", "0199aa00-0000-7000-8000-000000000001"), ("day", "2028-01-05 0199aa00-0000-7000-8000-000000000001")],
    )  # fmt: skip
    async def test_a_crafted_key_finds_nothing(self, ground: AsyncEngine, dialog: str, key: str) -> None:
        page = await self._page("sysadmin")

        with pytest.raises(NotFound):
            await states.call(page, "ask", dialog, key)

    async def test_a_day_of_one_unit_leaves_the_others_alone(self, ground: AsyncEngine) -> None:
        page = await self._page("sysadmin")
        unit = page.units[0].value
        before = page.workdays

        await states.call(page, "choose_unit", unit)
        await states.call(page, "ask", "day", f"2028-01-05 {unit}")
        await states.call(page, "send", {"kind": "off", "note": "本单位休息"})
        assert page.workdays == before
        await states.call(page, "confirm")

        assert page.workdays == before - 1
        await states.call(page, "choose_unit", "")
        assert page.workdays == before

    async def test_working_periods_are_set(self, ground: AsyncEngine) -> None:
        page = await self._page("sysadmin")

        await states.call(page, "ask", "pattern")
        assert page.asked.typed["weekend"] == "5 6"
        await states.call(page, "send", {"periods": "9:00-12:00，13：00-17:00", "weekend-6": "on", "weekend": ["x"]})
        assert page.foreseen.sentence.startswith("作息改为 09:00-12:00、13:00-17:00；在办时限")
        await states.call(page, "confirm")

        assert (page.periods, page.weekend) == ("09:00-12:00 13:00-17:00", ["6"])

    async def test_half_days_are_set_and_shown(self, ground: AsyncEngine) -> None:
        page = await self._page("sysadmin")

        await states.call(page, "ask", "day", "2028-01-05")
        await states.call(page, "send", {"kind": "on", "periods": "8:30-12:00", "note": "半天班"})
        await states.call(page, "confirm")

        shown = next(day for day in page.months[0].days if day.iso == "2028-01-05")
        assert (shown.tone, shown.word) == ("half", "半")
        assert shown.spoken.endswith("工作日 半天班 08:30-12:00")
        await states.call(page, "ask", "day", "2028-01-05")
        assert (page.asked.typed["kind"], page.asked.typed["periods"]) == ("on", "08:30-12:00")

    @pytest.mark.parametrize(("dialog", "key"), [("pattern", ""), ("day", "2028-01-05")])
    async def test_an_afternoon_of_twelve_hours_is_asked_again(
        self, ground: AsyncEngine, dialog: str, key: str
    ) -> None:
        page = await self._page("sysadmin")
        await states.call(page, "ask", dialog, key)

        await states.call(page, "send", {"kind": "on", "periods": "8:30-12:00 2:30-5:30", "weekend-6": "on"})

        assert page.faults == {"periods": "时段 02:30-05:30 在夜间（22:00 至次日 06:00），下午请写成 14:30-17:30"}
        assert page.foreseen.sentence == ""

    @pytest.mark.parametrize("periods", ["全天", "09:00-08:00", "", "08:00-12:00 乱写"])
    async def test_periods_that_are_none_are_told(self, ground: AsyncEngine, periods: str) -> None:
        page = await self._page("sysadmin")

        await states.call(page, "ask", "pattern")
        await states.call(page, "send", {"periods": periods, "weekend-6": "on"})

        assert "periods" in page.faults
