"""What the petitioner reads of a result: released, worded anew, taken back (decision 0025)."""

from __future__ import annotations

from domain.calendar import queries as calendar
from domain.calendar import rules as calendar_rules
from domain.cases import answering
from domain.cases.models import Case
from domain.cases.operations.act import Act
from domain.cases.workflow import ENDED
from domain.kernel.words import as_written


async def submitted(act: Act) -> None:
    """Release a result that was handed in, unless the centre reads it first."""
    take_back(act.case)
    act.case.show_pictures = bool(act.given.show_pictures)
    if not answering.current().by_centre:
        await _release(act, act.case.result)


async def publish(act: Act) -> None:
    """Release the answer, or word a released one anew; the department's own text stays as it is.

    At a closing it also notes whether the petitioner could object before.
    """
    case, given = act.case, act.given
    if act.step.target in ENDED and case.answered_at is None:
        act.detail["objection"] = "unseen"
    elif act.step.target in ENDED and act.step.source not in ENDED:
        act.detail["objection"] = _objection(case, early=case.object_until is not None and act.at < case.object_until)
    before = case.answer or case.result
    text = before if given.answer is None else as_written(given.answer)
    if given.show_pictures is not None and given.show_pictures != case.show_pictures:
        act.detail["pictures_shown"] = case.show_pictures = given.show_pictures
    if text != before:
        act.detail["changes"] = {"answer": [before, text]}
    if case.answered_at is None:
        await _release(act, text)
    case.answer = text


def _objection(case: Case, *, early: bool) -> str:
    if case.responded_at:
        return "" if case.agrees else "objected"
    return "early" if early else ""


async def _release(act: Act, text: str) -> None:
    case, days = act.case, answering.current().objection_workdays
    case.answer, case.answered_at, case.object_until = text, act.at, None
    if days and act.step.target not in ENDED:
        working_days = await calendar.calendar_of(act.session)
        case.object_until = calendar_rules.advance(act.at, days, working_days)


async def respond(act: Act) -> None:
    """Note whether the petitioner agrees."""
    act.case.agrees, act.case.responded_at = act.given.agrees, act.at
    act.detail["agrees"] = act.given.agrees


def take_back(case: Case) -> None:
    """Show the petitioner no result any more: the matter is handled again; the journal keeps what was shown."""
    case.answer, case.show_pictures = "", False
    case.answered_at = case.object_until = case.responded_at = case.agrees = None
