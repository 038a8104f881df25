"""What stands between a result and its closing, in words, and in the dialogs that decide about it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from domain.cases import answering
from domain.cases.answering import Answering, AnswerView
from domain.cases.vocabulary import Action, Status
from domain.kernel.unit_of_work import unit_of_work
from state.cases import answers
from state.clock import now
from tests.state.test_case_page import page, turn
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]
UNTIL = MORNING + timedelta(days=2)
SEEN = "2026-11-18 09:00 起诉求人可以看到"


@pytest.mark.parametrize(
    ("more", "status", "at", "first", "early"),
    [
        ({"published_at": None}, Status.TO_CONFIRM, MORNING, "答复还没有公开：诉求人看不到办理结果，也不能提出异议", True),
        ({}, Status.TO_CONFIRM, MORNING, "诉求人可以在 2026-11-20 09:00 前确认或提出异议，现在还没有答复", True),
        ({}, Status.TO_CONFIRM, UNTIL, "答复时间已于 2026-11-20 09:00 结束，诉求人没有答复", False),
        ({"object_until": None}, Status.TO_CONFIRM, UNTIL, "诉求人没有答复", False),
        ({"agrees": False, "responded_at": MORNING, "response": "有异议：少了"}, Status.TO_CONFIRM, MORNING,
         "2026-11-18 09:00 有异议：少了", False),
        ({}, Status.CLOSED, UNTIL, SEEN, False),
    ],
)  # fmt: skip
def test_the_first_line_says_what_the_petitioner_said_or_until_when(
    more: dict[str, object], status: Status, at: datetime, first: str, early: bool
) -> None:
    view = AnswerView(**({"text": "结果", "published_at": MORNING, "object_until": UNTIL} | more))  # type: ignore[arg-type]
    shown = answers.answer(view, "结果", status, at=at)
    assert (shown.lines[0], shown.early) == (first, early)


@pytest.mark.parametrize("by_centre", [True, False])
@pytest.mark.usefixtures("no_channel")
def test_without_short_messages_nothing_is_promised_online(by_centre: bool) -> None:
    answering.use(Answering(by_centre=by_centre, online=False))
    said = [
        answers.foretold(action.value, published=published)
        for action in (Action.SUBMIT_RESULT, Action.PUBLISH_ANSWER, Action.CONFIRM)
        for published in (True, False)
    ]
    view = AnswerView(text="结果", published_at=MORNING, object_until=UNTIL)
    said += [line for status in (Status.TO_CONFIRM, Status.CLOSED) for at in (MORNING, UNTIL)
             for line in answers.answer(view, "结果", status, at=at).lines]  # fmt: skip
    assert not [one for one in said if re.search("可以看到|即可看到|看到的文字|可以在", one)]
    assert sum("请电话或当面告知" in one for one in said) >= 6
    assert answers.answer(view, "结果", Status.TO_CONFIRM, at=MORNING).lines[0].startswith("异议期到 2026-11-20 09:00")


async def test_the_confirmation_shows_the_answer_and_what_was_typed_for_it_alone(county: County) -> None:
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:5], at=now())
    state = await page("center", number)
    await turn(state, "ask", Action.CONFIRM.value)
    assert state.typed["answer"] == "工资已付清"
    assert state.asking.answers
    assert "前确认或提出异议，现在还没有答复" in state.answer.lines[0]
    await turn(state, "note", "answer", "给诉求人的话")
    await turn(state, "close")
    await turn(state, "ask", Action.CONFIRM.value)
    assert state.typed["answer"] == "给诉求人的话"

    async with unit_of_work() as session:
        given = {"answer": "别人改过的话"}
        await support.step(session, county["center"], number, Action.PUBLISH_ANSWER, at=now(), **given)
    await turn(state, "load")
    await turn(state, "ask", Action.CONFIRM.value)
    assert state.typed["answer"] == "别人改过的话"
    await turn(state, "take_step", {"opinion": "同意", "answer": "最后的话"})
    assert (state.answer.text, state.case.stored_status) == ("最后的话", "closed")
