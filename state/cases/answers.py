"""What stands between a result and its closing, in words: what the petitioner reads, until when, and said what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.cases import answering
from domain.cases.answering import AnswerView, RatingView
from domain.cases.vocabulary import Action, Status
from domain.kernel.clock import end_stamp, stamp
from domain.notices.schemas import Delivery

LONG = "%Y-%m-%d %H:%M"
BY_HAND = "没有开通短信，诉求人不能上网查看，请电话或当面告知"
SHOWN_IN = frozenset({Action.CONFIRM.value, Action.PUBLISH_ANSWER.value, Action.REJECT_RESULT.value})
"""Steps that decide about an answer: their dialogs show it."""


@dataclass
class AnswerShown:
    """The answer of a case as its page and its dialogs show it; `lines` begin with what matters most.

    :ivar online: petitioners can open their case's page at all, with an answer or without one yet
    """

    text: str = ""
    reworded: bool = False
    pictures: bool = False
    objected: bool = False
    early: bool = False
    lines: list[str] = field(default_factory=list)
    online: bool = True


@dataclass
class Rating:
    """One rating, or the call back after it, in words."""

    label: str = ""
    said: str = ""
    when: str = ""
    comment: str = ""
    bad: bool = False


def rating(view: RatingView) -> Rating:
    """Word a rating."""
    return Rating(view.label, view.said, stamp(view.at, LONG), view.comment, view.bad)


@dataclass
class DeliveryShown:
    """One message to the petitioners, and what became of it."""

    occasion: str = ""
    when: str = ""
    state: str = ""


def delivery(view: Delivery) -> DeliveryShown:
    """Word what became of a message."""
    return DeliveryShown(view.occasion, stamp(view.written_at, LONG), view.state)


def answer(view: AnswerView, result: str, status: Status, *, at: datetime) -> AnswerShown:
    """Word the answer of a case at a status; nothing where there is none to speak of."""
    if status not in {Status.TO_CONFIRM, Status.CLOSED} or not view.text:
        return AnswerShown(online=answering.current().online)
    waits = status is Status.TO_CONFIRM
    running = waits and view.object_until is not None and at < view.object_until
    return AnswerShown(
        text=view.text,
        reworded=view.published_at is not None and view.text != result,
        pictures=view.show_pictures,
        objected=view.agrees is False,
        early=waits and view.responded_at is None and (running or view.published_at is None),
        lines=_lines(view, waits=waits, running=running),
        online=answering.current().online,
    )


def _lines(view: AnswerView, *, waits: bool, running: bool) -> list[str]:
    if view.published_at is None:
        return ["答复还没有公开：诉求人看不到办理结果，也不能提出异议"]
    online = answering.current().online
    since = stamp(view.published_at, LONG)
    said = [f"{since} 起诉求人可以看到" if online else f"{since} 公开；{BY_HAND}"]
    if view.responded_at:
        return [f"{stamp(view.responded_at, LONG)} {view.response}", *said]
    if not waits:
        return [*said, "诉求人在办结前没有答复"]
    if running and not online:
        until = end_stamp(view.object_until, LONG)
        return [f"异议期到 {until} 为止：诉求人的意见请电话或当面听取，写入办理意见", *said]
    if running:
        return [f"诉求人可以在 {end_stamp(view.object_until, LONG)} 前确认或提出异议，现在还没有答复", *said]
    over = f"答复时间已于 {end_stamp(view.object_until, LONG)} 结束，" if view.object_until else ""
    return [f"{over}诉求人没有答复", *said]


def foretold(action: str, *, published: bool) -> str:
    """Say what a step would let the petitioner read and do; empty for other steps."""
    chosen = answering.current()
    if not chosen.online:
        return _foretold_by_hand(action, published=published)
    time = f"，并可以在 {chosen.objection_workdays} 个工作日内确认或提出异议" if chosen.objection_workdays else ""
    if action == Action.SUBMIT_RESULT.value:
        return (
            "综治中心核实公开后，诉求人可以看到办理结果" if chosen.by_centre else f"提交后诉求人即可看到办理结果{time}"
        )
    if action == Action.PUBLISH_ANSWER.value:
        return "诉求人看到的文字随即更换，答复时间不变" if published else f"公开后诉求人即可看到{time}"
    if action == Action.CONFIRM.value and not published:
        return "办结的同时公开答复"
    return ""


def _foretold_by_hand(action: str, *, published: bool) -> str:
    """Say the same where petitioners cannot look online: it is people who tell them."""
    if action == Action.SUBMIT_RESULT.value:
        return f"综治中心核实公开之后，{BY_HAND}" if answering.current().by_centre else BY_HAND
    if action == Action.PUBLISH_ANSWER.value:
        return BY_HAND
    return f"办结的同时公开答复；{BY_HAND}" if action == Action.CONFIRM.value and not published else ""


def typed_for(typed: dict[str, str], text: str) -> dict[str, str]:
    """Begin with the answer that stands there; what was typed for another text is dropped."""
    kept = typed.get("answer", text) if typed.get("answer_to", text) == text else text
    return {**typed, "answer": kept, "answer_to": text}
