"""Named views and columns on the case list: saved from its address, opened by it, first when nothing is asked."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from state.cases.listing import CaseListState
from state.presets.views import PresetsState
from tests.state.test_conditions import _built, _opened
from tests.support import states


async def _menu(login: str, url: str = "/cases") -> PresetsState:
    menu = await states.tree(PresetsState, await states.signed_in(login), f"http://test{url}")
    await states.call(menu, "load")
    return menu


async def _kept(page: CaseListState, form: dict[str, object]) -> PresetsState:
    menu = await _menu("center")
    await states.call(menu, "ask", "save", page.address)
    await states.call(menu, "send", form)
    assert menu.faults == {}
    return menu


async def test_a_saved_view_shows_the_list_as_it_was(ground: AsyncEngine) -> None:
    await _built()
    page = await _opened("/cases?risk=low,medium&sort=-due")
    await states.call(page, "choose_columns", "due,source,nonsense")
    await states.call(page, "put_conditions", {"name": "林", "overdue": "on"})

    menu = await _kept(page, {"name": "迟了的"})

    (one,) = menu.own
    assert one.href == "/cases?risk=low,medium&overdue=1&sort=-due&cols=number,title,due,source"
    again = await _opened(one.href)
    assert again.filters == {"risk": "low,medium", "overdue": "1"}
    assert (again.sort, again.columns, again.forgotten) == ("-due", ["number", "title", "due", "source"], False)
    assert again.address == one.href


async def test_the_first_one_is_what_a_plain_address_shows(ground: AsyncEngine) -> None:
    await _built()
    await _kept(await _opened("/cases?risk=low"), {"name": "低风险", "first": "on"})

    page = await _opened("/cases")
    assert (page.filters, page.address) == ({"risk": "low"}, "/cases?risk=low")
    await states.call(page, "widen")
    assert (page.filters, page.address) == ({}, "/cases?size=20")
    assert (await _opened(page.address)).filters == {}
    assert (await _opened("/todo")).filters == {}


async def test_columns_stay_chosen_and_go_back_to_the_usual(ground: AsyncEngine) -> None:
    await _built()
    page = await _opened("/cases?cols=number,risk")
    assert page.columns == ["number", "title", "risk"]
    await states.call(page, "choose_columns", "closed,number")
    assert "cols" not in page.address
    assert (await _opened()).columns == ["number", "title", "closed"]
    assert (await _opened("/todo")).columns == list(CaseListState.USUAL)
    await states.call(page, "choose_columns", "")
    assert (await _opened()).columns == list(CaseListState.USUAL)


async def test_is_renamed_and_removed_in_its_dialogs(ground: AsyncEngine) -> None:
    await _built()
    menu = await _kept(await _opened("/cases?risk=low"), {"name": "甲", "shared": "on"})
    await states.call(menu, "ask", "change", menu.own[0].key)
    assert menu.asked.typed == {"name": "甲", "position": "1", "shared": "on"}
    await states.call(menu, "send", {"name": "乙", "position": "1"})
    assert [(one.name, one.shared) for one in menu.own] == [("乙", False)]
    await states.call(menu, "ask", "remove", menu.own[0].key)
    await states.call(menu, "send", {})
    assert menu.own == []
