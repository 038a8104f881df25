"""What is typed in a tab stays that tab's; what is restored says so and can be dropped."""

from __future__ import annotations

from components.visits.form import registration
from domain.cases.vocabulary import Action
from domain.kernel.unit_of_work import unit_of_work
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from state.cases.bulk import BulkState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.clock import now
from state.visits.desk import Read, VisitDesk
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

    async def test_takes_up_what_another_left_behind_what_was_typed_here(self, county: County) -> None:
        left = await form("one")
        for name, text in (("title", "甲的诉求"), ("content", "甲的经过"), ("p0_name", "甲方")):
            await states.call(left, "note", name, text)
        two = await form("two")
        for name, text in (("title", "乙的诉求"), ("p0_phone", "0595-22000000")):
            await states.call(two, "note", name, text)

        await states.call(two, "take_up")
        assert (two.initial["title"], two.initial["content"]) == ("乙的诉求", "甲的经过")
        assert two.extra == [0, 1], "the party of the one is not the party of the other"
        assert (two.initial["p0_phone"], two.initial["p1_name"]) == ("0595-22000000", "甲方")
        assert (await form("two")).initial == two.initial

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

    async def test_told_before_its_page_was_loaded_anew_joins_what_was_kept(self, county: County) -> None:
        """As when the server was away: the page goes on, its state does not."""
        await states.call(await form("one"), "note", "title", "之前写的")
        anew = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new", tab="one")
        await states.call(anew, "note", "content", "服务器不在时写的")
        kept = (await form("one")).initial
        assert (kept["title"], kept["content"]) == ("之前写的", "服务器不在时写的")


async def mending(number: str, tab: str) -> CaseFormState:
    """The page on which a case is mended, opened in a tab."""
    address = f"http://test/case-edit/{number}"
    page = await states.tree(CaseFormState, await states.signed_in("registrar"), address, tab=tab)
    await states.call(page, "load_for_edit")
    return page


class TestTheFormOfACaseThatIsMended:
    async def test_keeps_what_was_typed_until_it_is_sent(self, county: County) -> None:
        async with unit_of_work() as session:
            number = await support.draft(session, county, at=now())
        page = await mending(number, "one")
        title, content = page.initial["title"], page.initial["content"]
        assert not page.restored
        await states.call(page, "note", "content", "补写的经过")

        again = await mending(number, "one")
        assert (again.initial["title"], again.initial["content"]) == (title, "补写的经过")
        assert again.restored
        assert (await form("one")).initial == {}, "it is no new case"

        await states.call(again, "send", {**again.initial, "content": "补写的经过"})
        assert again.faults == {}
        after = await mending(number, "one")
        assert (after.initial["content"], after.restored) == ("补写的经过", "")
        assert content != "补写的经过"

    async def test_that_is_dropped_is_what_the_case_holds(self, county: County) -> None:
        async with unit_of_work() as session:
            number = await support.draft(session, county, at=now())
        page = await mending(number, "one")
        before = dict(page.initial)
        await states.call(page, "note", "title", "写错了")
        again = await mending(number, "one")
        assert await states.call(again, "discard") == [CaseFormState.load_for_edit]
        await states.call(again, "load_for_edit")
        assert (again.initial, again.restored) == (before, "")

    async def test_takes_up_what_another_tab_left(self, county: County) -> None:
        async with unit_of_work() as session:
            number = await support.draft(session, county, at=now())
        left = await mending(number, "one")
        await states.call(left, "note", "title", "另一页写的")
        two = await mending(number, "two")
        assert (two.offered != "", two.initial["title"]) == (True, left.initial["title"])
        await states.call(two, "take_up")
        assert (two.initial["title"], two.initial["content"]) == ("另一页写的", left.initial["content"])


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
        mounted = page.round
        await states.call(page, "cite", ids[0])
        assert page.filled == {"title": "反映事项1", "headcount": "3"}
        assert (await form("one")).initial.items() >= page.filled.items()

        await states.call(page, "cite", ids[1])
        assert page.filled == {"title": "反映事项2", "headcount": ""}, "what the first one brought goes with them"
        assert (await form("one")).initial["title"] == "反映事项2"

        await states.call(page, "note", "title", "自己写的标题")
        await states.call(page, "cite", ids[0])
        again = await form("one")
        assert (again.initial["title"], again.initial["headcount"]) == ("自己写的标题", "3")

        await states.call(page, "uncite")
        again = await form("one")
        assert (again.visit.id, again.initial) == ("", {"title": "自己写的标题"})
        assert page.round == mounted, "what is being typed stands"

    async def test_of_the_address_fills_the_form_that_opens(self, county: County) -> None:
        async with unit_of_work() as session:
            person = PersonInput("来访甲", id_number=support.id_number(1), phone=support.phone(1))
            visit = await visits.register(session, county["guide"], VisitInput(person, "反映事项"), at=now())
        address = f"http://test/cases/new?visit={visit.id}"
        page = await states.tree(CaseFormState, await states.signed_in("registrar"), address)
        await states.call(page, "load")
        assert page.initial["title"] == page.filled["title"] == "反映事项"

    async def test_picked_keeps_the_party_that_is_being_typed_meanwhile(self, county: County) -> None:
        async with unit_of_work() as session:
            person = PersonInput("来访甲", id_number=support.id_number(1), phone=support.phone(1))
            visit = await visits.register(session, county["guide"], VisitInput(person, "反映事项"), at=now())
        page = await form("one")
        await states.call(page, "cite", str(visit.id))
        assert page.extra == []
        await states.call(page, "note", "p0_name", "同来的人")
        assert (page.extra, page.initial["p0_name"]) == ([0], "同来的人")


class TestTheDesk:
    async def test_is_emptied_by_the_browser_at_the_press(self, county: County) -> None:
        page = await states.tree(VisitDesk, await states.signed_in("guide"), "http://test/visits")
        await states.call(page, "load")
        page.faults, page.read, page.known = {"name": "请填写姓名"}, Read(seq=3, name="某某"), "首次来访"
        mounted = page.round
        await states.call(page, "clear")
        assert (page.faults, page.read, page.known) == ({}, Read(), "")
        assert page.round == mounted, "what was typed since the press stands"
        assert 'type:"reset"' in str(registration().render()).replace(" ", "").replace("\\", "")


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
