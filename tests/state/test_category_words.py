"""The page of words for categories as its handlers are called, and the form that uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.cases.categories import CATEGORIES
from domain.cases.models import CategoryWord
from domain.cases.operations.processes import copy
from domain.cases.operations.saying import add_word
from domain.cases.queries import saying
from domain.kernel.refusals import NotPermitted
from domain.kernel.searching import fold
from domain.kernel.unit_of_work import unit_of_work
from state.calendar.limits import LimitsState
from state.cases.words import CategoryWordsState
from state.cases.writing import CaseFormState
from state.clock import now
from state.kit.dialogs import Asked
from state.processes.working import ProcessState
from state.session import SignedInState
from tests.support import county as support
from tests.support import states
from tests.support.county import phone

HERE = "http://test/category-words"
MATTER = {
    "title": "工程款借条到期未还", "content": "借条到期，多次催要未还", "area": "359901001",
    "p0_name": "林" + "水木", "p0_phone": phone(3), "p0_no_id_reason": "未带证件",
}  # fmt: skip


async def _built() -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


async def _page(login: str) -> CategoryWordsState:
    page = await states.tree(CategoryWordsState, await states.signed_in(login), HERE)
    await states.call(page, "load")
    return page


async def _offered(word: str) -> Mapping[str, int]:
    form = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new")
    await states.call(form, "load")
    return {one.value: one.usual[word] for one in form.category_choices if word in one.usual and word in one.words}


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/category-words").build() is not None


async def test_a_word_is_added_offered_at_once_and_removed(ground: AsyncEngine) -> None:
    await _built()
    page = await _page("center")

    await states.call(page, "ask", "new")
    await states.call(page, "send", {"category": "0701", "word": "高泡泡"})
    assert (set(page.faults), page.asked.typed["word"], page.asked.name) == ({"word"}, "高泡泡", "new")
    await states.call(page, "send", {"category": "0701", "word": "高泡泡", "no_name": "on"})

    assert [one.cells[:3] for one in page.rows] == [["高泡泡", "劳动人事 / 劳动合同、劳务派遣", "测试丁"]]
    assert not page.asked.name
    assert await _offered("高泡泡") == {"0701": 0}

    await states.call(page, "ask", "remove", page.rows[0].key)
    assert "“高泡泡”" in page.asked.says[0]
    await states.call(page, "send", {})
    assert page.rows == []
    assert await _offered("高泡泡") == {}


@pytest.mark.parametrize("login", ["registrar", "rsj", "leader", "auditor"])
async def test_others_learn_and_change_nothing(ground: AsyncEngine, login: str) -> None:
    await _built()
    centre = await _page("center")
    await states.call(centre, "ask", "new")
    await states.call(centre, "send", {"category": "0701", "word": "蓝泡泡"})
    page = await _page(login)

    assert page.barred
    assert page.rows == []
    made = centre.rows[0].key
    for name, key, given in (("new", "", {"category": "0701", "word": "红泡泡"}), ("remove", made, {})):
        with pytest.raises(NotPermitted):
            await states.call(page, "ask", name, key)
        page.asked, page._about = Asked(name), key
        with pytest.raises(NotPermitted):
            await states.call(page, "send", given)
    async with unit_of_work() as session:
        assert await session.get(CategoryWord, made) is not None


@pytest.mark.parametrize(("intent", "usual"), [("submit", {"0804": {"借钱": 1}}), ("draft", {})])
async def test_what_was_typed_and_chosen_counts_when_the_case_is_submitted(
    ground: AsyncEngine, intent: str, usual: Mapping[str, Mapping[str, int]]
) -> None:
    await _built()
    form = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new")
    await states.call(form, "load")
    await states.call(form, "intend", intent)

    await states.call(form, "send", MATTER | {"category": "0804", "category_sought": "借钱"})

    assert form.done, form.faults
    async with unit_of_work() as session:
        assert (await saying.usual(session)).times == usual


@pytest.mark.parametrize(
    ("kind", "path", "grouped"),
    [
        (CaseFormState, "/cases/new", False),
        (LimitsState, "/limits", True),
        (CategoryWordsState, "/category-words", False),
        (ProcessState, "/process/{draft}", True),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
async def test_every_picker_of_a_category_knows_everyday_words(
    ground: AsyncEngine, kind: type[SignedInState], path: str, grouped: bool
) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        made = await copy(session, county["center"], code="labour", name="劳动", at=now())
        await add_word(session, county["center"], category="0701", word="高泡泡", no_name=True, at=now())
        draft = str(made.id)
    page: Any = await states.tree(kind, await states.signed_in("center"), f"http://test{path.format(draft=draft)}")
    await states.call(page, "load")

    choices = page.category_choices if kind in {CaseFormState, ProcessState} else page.choices["category"]
    offered = {one.value: one for one in choices}
    assert {"工资", "高泡泡"} <= set(offered["0701"].words)
    assert offered["0701"].usual == {fold("高泡泡"): 0}
    assert set(CATEGORIES) <= set(offered)
    groups = {code: one.label for code, one in offered.items() if code not in CATEGORIES}
    assert groups == ({code[:2]: f"{one.group}（整组）" for code, one in CATEGORIES.items()} if grouped else {})
    if grouped:
        codes = list(offered)
        assert codes.index("07") + 1 == codes.index("0701")
