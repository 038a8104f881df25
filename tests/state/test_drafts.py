"""What is typed in a tab stays that tab's; what is restored says so and can be dropped."""

from __future__ import annotations

from domain.cases.vocabulary import Action
from domain.kernel.unit_of_work import unit_of_work
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from state.cases.bulk import BulkState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.clock import now
from tests.support import county as support
from tests.support import states
from tests.support.county import County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]


async def form(tab: str) -> CaseFormState:
    """The page 诉求登记, opened in a tab."""
    page = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new", tab=tab)
    await states.call(page, "load")
    return page


class TestTheCaseForm:
    async def test_of_two_tabs_keeps_both(self, county: County) -> None:
        one, two = await form("one"), await form("two")
        await states.call(one, "note", "title", "甲的诉求")
        await states.call(two, "note", "title", "乙的诉求")

        for tab, title in (("one", "甲的诉求"), ("two", "乙的诉求")):
            again = await form(tab)
            assert again.initial["title"] == title
            assert again.restored
            assert not again.offered

    async def test_of_a_new_tab_offers_what_another_left_and_does_not_take_it(self, county: County) -> None:
        await states.call(await form("one"), "note", "title", "甲的诉求")
        two = await form("two")
        assert two.initial == {}
        assert two.offered
        assert not two.restored

        await states.call(two, "take_up")
        assert two.initial["title"] == "甲的诉求"
        assert two.restored
        assert (await form("one")).initial == {}, "it went over to the other tab"

    async def test_that_is_dropped_is_empty_for_good(self, county: County) -> None:
        await states.call(await form("one"), "note", "p0_name", "某某")
        again = await form("one")
        before = again.round
        await states.call(again, "discard")

        assert (again.restored, again.initial, again.extra) == ("", {}, [0])
        assert again.round > before, "what stands in the browser goes too"
        fresh = await form("one")
        assert (fresh.restored, fresh.initial) == ("", {})

    async def test_says_nothing_where_nothing_was_typed(self, county: County) -> None:
        page = await form("one")
        assert (page.restored, page.offered) == ("", "")

    async def test_takes_no_more_notes_once_it_was_sent(self, county: County) -> None:
        page = await form("one")
        page.done = "QX1"
        await states.call(page, "note", "title", "最后一秒")
        assert (await form("one")).initial == {}


class TestAVisitor:
    async def test_picked_fills_what_is_known_and_overwrites_nothing_typed(self, county: County) -> None:
        async with unit_of_work() as session:
            ids = []
            for seed, companions in ((1, 2), (2, 0)):
                person = PersonInput(
                    "来访" + "甲乙"[seed - 1], id_number=support.id_number(seed), phone=support.phone(seed)
                )
                given = VisitInput(person, f"反映事项{seed}", companions)
                ids.append(str((await visits.register(session, county["guide"], given, at=now())).id))
        page = await form("one")
        await states.call(page, "cite", ids[0])
        assert (page.initial["title"], page.initial["headcount"]) == ("反映事项1", "3")

        await states.call(page, "cite", ids[1])
        assert page.initial["title"] == "反映事项2", "what the first one brought is no typing"

        await states.call(page, "note", "title", "自己写的标题")
        await states.call(page, "cite", ids[0])
        assert page.initial["title"] == "自己写的标题"


class TestADialog:
    async def test_restores_says_so_and_can_be_dropped(self, county: County) -> None:
        async with unit_of_work() as session:
            number = await support.bring_to(session, county, (Action.SUBMIT,), at=now())

        async def dialog(tab: str) -> CaseState:
            page = await states.tree(CaseState, await states.signed_in("center"), f"http://test/case/{number}", tab=tab)
            await states.call(page, "load")
            await states.call(page, "ask", "dispatch")
            return page

        one, two = await dialog("one"), await dialog("two")
        assert one.asking.restored == ""
        await states.call(one, "note", "opinion", "甲写的意见")
        await states.call(two, "note", "opinion", "乙写的意见")
        assert (await dialog("one")).typed["opinion"] == "甲写的意见"
        third = await dialog("three")
        assert third.typed["opinion"] == "乙写的意见", "what was typed last"
        assert third.asking.restored

        await states.call(third, "discard")
        fresh = await dialog("one")
        assert (fresh.asking.restored, fresh.typed.get("opinion", "")) == ("", "")

    async def test_of_many_cases_likewise(self, county: County) -> None:
        async with unit_of_work() as session:
            number = await support.bring_to(session, county, (Action.SUBMIT,), at=now())

        async def dialog(tab: str) -> BulkState:
            page = await states.tree(BulkState, await states.signed_in("center"), "http://test/cases", tab=tab)
            page.selected = [number]
            await states.call(page, "ask", "dispatch")
            return page

        await states.call(await dialog("one"), "note", "甲写的意见")
        again = await dialog("two")
        assert again.opinion == "甲写的意见"
        assert again.restored
        await states.call(again, "discard")
        assert (again.opinion, again.restored, (await dialog("one")).opinion) == ("", "", "")
