"""How demo cases go: one function for each course, with the status it ends at and how often it comes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.demo.moves import CENTER, CITY, LEADER, OWNER, PETITIONER, Move, Pen, Recipe
from domain.cases.models import RiskLevel, Ruling, Supervision
from domain.cases.vocabulary import Action, Status

A, S = Action, Status
DAY = 24.0


@dataclass(frozen=True, slots=True)
class Story:
    """One course of a case: `ages` are the hours since its last step, at least and at most."""

    end: Status
    weight: float
    ages: tuple[float, float]
    write: Recipe
    low_risk: bool = False
    by_guide: bool = False


def _plain(pen: Pen) -> list[Move]:
    return [*pen.handed(), *pen.finished()]


def _late(pen: Pen) -> list[Move]:
    return [*pen.handed(hours=pen.rng.uniform(26, 70)), *pen.finished()]


def _slow(pen: Pen) -> list[Move]:
    hours = pen.rng.uniform(9, 13) * DAY
    return [*pen.handed(), pen.progress(hours), pen.result(), pen.confirm(), *pen.rated()]


def _supervised(pen: Pen) -> list[Move]:
    watched = [pen.supervised(), Move(A.URGE, CENTER, 5)]
    return [*pen.handed(hours=28), *watched, pen.progress(30), pen.result(), pen.confirm(), *pen.rated()]


def _direct(pen: Pen) -> list[Move]:
    close = pen.plain(A.CLOSE_DIRECTLY, CENTER, "close_directly", 1, result=pen.result().given["result"])
    return [pen.submit(), close, *pen.rated()]


def _direct_watched(pen: Pen) -> list[Move]:
    watch = {"watch": True, "watch_reason": pen.confirm(watch=True).given["watch_reason"]}
    result = pen.result().given["result"]
    return [pen.submit(), pen.plain(A.CLOSE_DIRECTLY, CENTER, "close_directly", 2, result=result, **watch)]


def _watched(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.progress(), pen.result(), pen.confirm(watch=True), *pen.rated()]


def _withdrawn(pen: Pen) -> list[Move]:
    moves = pen.handed() if pen.rng.random() < 0.5 else pen.opened()
    return [*moves, pen.plain(A.WITHDRAW_BY_PETITIONER, CENTER, "withdraw", 30)]


def _sent_back(pen: Pen) -> list[Move]:
    back = pen.plain(A.SEND_BACK, CENTER, "send_back", 2)
    again = Move(A.RESUBMIT, OWNER, 3, {"content": pen.matter.content + "补充：已核对地点和联系方式。"})
    return [pen.submit(), back, again, pen.dispatch(), pen.accept(), *pen.finished()]


def _returned(pen: Pen) -> list[Move]:
    moves = [*pen.opened(), pen.return_asked(), pen.plain(A.APPROVE_RETURN, CENTER, "approve_return", 3)]
    pen.swap()
    return [*moves, pen.dispatch(), pen.accept(), *pen.finished()]


def _kept(pen: Pen) -> list[Move]:
    refused = pen.plain(A.REJECT_RETURN, CENTER, "reject_return", 4)
    return [*pen.handed(), pen.return_asked(), refused, *pen.finished()]


def _extended(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.extension_asked(), pen.extension_granted(), *pen.finished()]


def _not_extended(pen: Pen) -> list[Move]:
    refused = pen.plain(A.REJECT_EXTENSION, CENTER, "reject_extension", 4)
    return [*pen.handed(), pen.extension_asked(), refused, *pen.finished()]


def _ordered(pen: Pen) -> list[Move]:
    propose = pen.plain(A.PROPOSE_ORDER, CENTER, "propose_order", 20)
    approve = pen.plain(A.APPROVE_ORDER, LEADER, "approve_order", 5, department=pen.lead)
    return [*pen.handed(), propose, approve, *pen.finished()]


def _ordered_at_once(pen: Pen) -> list[Move]:
    return [pen.submit(), pen.order(), pen.accept(3), *pen.finished()]


def _not_ordered(pen: Pen) -> list[Move]:
    propose = pen.plain(A.PROPOSE_ORDER, CENTER, "propose_order", 10)
    return [*pen.handed(), propose, pen.plain(A.REJECT_ORDER, LEADER, "reject_order", 6), *pen.finished()]


def _reworked(pen: Pen) -> list[Move]:
    again = pen.plain(A.REJECT_RESULT, CENTER, "reject_result", 6)
    return [*pen.handed(), pen.progress(), pen.result(), again, pen.result(40), pen.confirm(), *pen.rated()]


def _assisted(pen: Pen) -> list[Move]:
    both = [*pen.opened(assist=True), pen.accept(), pen.assist_accept(), pen.assist_report()]
    return [*both, *pen.finished()]


def _inside(pen: Pen) -> list[Move]:
    over = Move(A.HAND_OVER, pen.lead, 20, pen.accept().given)
    return [*pen.handed(), over, *pen.finished()]


def _typical(pen: Pen) -> list[Move]:
    return [*_plain(pen), Move(A.TOGGLE_TYPICAL, CENTER, 60)]


def _appealed(pen: Pen) -> list[Move]:
    pen.lead = "rsj" if pen.matter.template.lead != "zjj" else "zjj"
    moves = [*pen.handed(), pen.progress(), pen.result(), pen.confirm()]
    rate = Move(
        A.RATE, PETITIONER, 20, {"satisfaction": 1, "opinion": pen.plain(A.RATE, OWNER, "comment", 0).given["opinion"]}
    )
    appeal = pen.plain(A.APPEAL_RATING, f"{pen.lead}_head", "appeal", 20)
    return [*moves, rate, appeal, pen.plain(A.RULE_APPEAL, CENTER, "ruling", 20, ruling=Ruling.MALICIOUS)]


def _over_city(pen: Pen) -> list[Move]:
    away = pen.plain(A.ESCALATE_TO_CITY, CENTER, "escalate", 2, target_area="邻县")
    back = Move(A.CITY_RESULT, CITY, 5 * DAY, {"result": pen.result().given["result"]})
    return [pen.submit(), away, Move(A.CITY_PROGRESS, CITY, 30), back, pen.confirm(), *pen.rated()]


def _redispatched(pen: Pen) -> list[Move]:
    moves = pen.opened()
    pen.swap()
    again = pen.plain(A.REDISPATCH, CENTER, "redispatch", 3, lead_department=pen.lead)
    return [*moves, again, pen.accept(), *pen.finished()]


def _recalled(pen: Pen) -> list[Move]:
    moves = [*pen.opened(), pen.plain(A.RECALL, CENTER, "recall", 2)]
    pen.swap()
    return [*moves, pen.dispatch(), pen.accept(), *pen.finished()]


def _reopened(pen: Pen) -> list[Move]:
    first = [*pen.handed(), pen.result(), pen.confirm()]
    again = pen.plain(A.REOPEN, CENTER, "reopen", 5 * DAY, department=pen.lead)
    return [*first, again, pen.accept(5), pen.result(), pen.confirm()]


def _draft(_pen: Pen) -> list[Move]:
    return []


def _to_dispatch(pen: Pen) -> list[Move]:
    return [pen.submit()]


def _to_supplement(pen: Pen) -> list[Move]:
    return [pen.submit(), pen.plain(A.SEND_BACK, CENTER, "send_back", 2)]


def _to_accept(pen: Pen) -> list[Move]:
    return pen.opened(assist=pen.rng.random() < 0.3)


def _to_accept_urged(pen: Pen) -> list[Move]:
    more = [pen.supervised(Supervision.ORDINARY), Move(A.URGE, CENTER, 5)]
    return [*pen.opened(), *more, Move(A.TOGGLE_URGENT, CENTER, 0.5)]


def _in_progress(pen: Pen) -> list[Move]:
    return pen.handed()


def _in_progress_told(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.progress()]


def _in_progress_assisted(pen: Pen) -> list[Move]:
    return [*pen.opened(assist=True), pen.accept(), pen.assist_accept()]


def _in_progress_red(pen: Pen) -> list[Move]:
    red = pen.supervised(Supervision.RED, LEADER)
    return [*pen.handed(), pen.supervised(Supervision.YELLOW), red, pen.plain(A.INSTRUCT, LEADER, "instruct", 1)]


def _in_progress_copied(pen: Pen) -> list[Move]:
    copied = Move(A.COPY, CENTER, 5, {"department": pen.helper, "opinion": ""})
    return [*pen.handed(), copied, pen.progress(), Move(A.URGE, OWNER, 20)]


def _legacy(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.progress(), pen.plain(A.TOGGLE_LEGACY, CENTER, "legacy", 5 * DAY)]


def _extended_now(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.extension_asked(), pen.extension_granted()]


def _order_pending(pen: Pen) -> list[Move]:
    moves = pen.handed() if pen.rng.random() < 0.6 else [pen.submit()]
    return [*moves, pen.plain(A.PROPOSE_ORDER, CENTER, "propose_order", 6)]


def _leader_order(pen: Pen) -> list[Move]:
    return [pen.submit(), pen.order(), pen.accept(3)]


def _leader_order_told(pen: Pen) -> list[Move]:
    return [*_leader_order(pen), pen.progress(), pen.plain(A.INSTRUCT, LEADER, "instruct", 4)]


def _return_pending(pen: Pen) -> list[Move]:
    return [*(pen.opened() if pen.rng.random() < 0.6 else pen.handed()), pen.return_asked()]


def _extension_pending(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.progress(40), pen.extension_asked()]


def _to_confirm(pen: Pen) -> list[Move]:
    return [*pen.handed(), pen.progress(), pen.result()]


def _to_confirm_answered(pen: Pen) -> list[Move]:
    return [*_to_confirm(pen), pen.plain(A.PETITIONER_RESPOND, PETITIONER, "respond", 4, agrees=True)]


def _at_city(pen: Pen) -> list[Move]:
    away = pen.plain(A.ESCALATE_TO_CITY, CENTER, "escalate", 2, target_area="邻县")
    return [pen.submit(), away, Move(A.CITY_PROGRESS, CITY, 26)]


def _relapsed(pen: Pen) -> list[Move]:
    first = [*pen.handed(), pen.result(), pen.confirm(watch=True)]
    return [*first, pen.plain(A.RELAPSE, CENTER, "relapse", 12 * DAY, department=pen.lead), pen.accept(6)]


def _void_draft(pen: Pen) -> list[Move]:
    return [pen.plain(A.VOID, OWNER, "void_draft", 0.4)]


def _void(pen: Pen) -> list[Move]:
    return [pen.submit(), pen.plain(A.VOID, CENTER, "void", 2)]


_PAST = (2 * DAY, 104 * DAY)
STORIES: tuple[Story, ...] = (
    Story(S.DRAFT, 6, (0.3, 30), _draft),
    Story(S.TO_DISPATCH, 6, (0.2, 3.5), _to_dispatch),
    Story(S.TO_SUPPLEMENT, 5, (2, 60), _to_supplement),
    Story(S.TO_ACCEPT, 9, (0.5, 18), _to_accept),
    Story(S.IN_PROGRESS, 10, (2, 90), _in_progress),
    Story(S.EXTENDED, 6, (4, 120), _extended_now),
    Story(S.ORDER_PENDING, 4, (1, 30), _order_pending),
    Story(S.LEADER_ORDER, 4, (2, 80), _leader_order),
    Story(S.RETURN_PENDING, 5, (1, 40), _return_pending),
    Story(S.EXTENSION_PENDING, 5, (1, 40), _extension_pending),
    Story(S.TO_CONFIRM, 6, (1, 40), _to_confirm),
    Story(S.AT_CITY, 3, (4, 120), _at_city),
    Story(S.CLOSED, 88, _PAST, _plain),
    Story(S.VOID, 5, _PAST, _void),
    Story(S.TO_DISPATCH, 2, (5, 20), _to_dispatch),
    Story(S.TO_ACCEPT, 4, (27, 70), _to_accept),
    Story(S.TO_ACCEPT, 2, (1, 8), _to_accept_urged),
    Story(S.IN_PROGRESS, 10, (10, 130), _in_progress_told),
    Story(S.IN_PROGRESS, 5, (8 * DAY, 13 * DAY), _in_progress),
    Story(S.IN_PROGRESS, 2, (8 * DAY, 12 * DAY), _in_progress_red),
    Story(S.IN_PROGRESS, 4, (5, 90), _in_progress_assisted),
    Story(S.IN_PROGRESS, 2, (5, 60), _in_progress_copied),
    Story(S.IN_PROGRESS, 2, (10 * DAY, 30 * DAY), _legacy),
    Story(S.LEADER_ORDER, 4, (5, 120), _leader_order_told),
    Story(S.LEADER_ORDER, 1, (5, 60), _relapsed, low_risk=True),
    Story(S.TO_CONFIRM, 3, (1, 30), _to_confirm_answered),
    Story(S.DRAFT, 2, (0.3, 6), _draft, by_guide=True),
    Story(S.VOID, 2, _PAST, _void_draft),
    Story(S.CLOSED, 14, _PAST, _direct),
    Story(S.CLOSED, 3, _PAST, _direct_watched, low_risk=True),
    Story(S.CLOSED, 6, _PAST, _watched, low_risk=True),
    Story(S.CLOSED, 6, _PAST, _withdrawn),
    Story(S.CLOSED, 6, _PAST, _sent_back),
    Story(S.CLOSED, 6, _PAST, _returned),
    Story(S.CLOSED, 3, _PAST, _kept),
    Story(S.CLOSED, 9, _PAST, _extended),
    Story(S.CLOSED, 2, _PAST, _not_extended),
    Story(S.CLOSED, 5, _PAST, _ordered),
    Story(S.CLOSED, 3, _PAST, _ordered_at_once),
    Story(S.CLOSED, 2, _PAST, _not_ordered),
    Story(S.CLOSED, 6, _PAST, _reworked),
    Story(S.CLOSED, 12, _PAST, _assisted),
    Story(S.CLOSED, 3, _PAST, _inside),
    Story(S.CLOSED, 5, _PAST, _typical),
    Story(S.CLOSED, 2, _PAST, _appealed),
    Story(S.CLOSED, 3, _PAST, _over_city),
    Story(S.CLOSED, 3, _PAST, _redispatched),
    Story(S.CLOSED, 2, _PAST, _recalled),
    Story(S.CLOSED, 2, _PAST, _reopened),
    Story(S.CLOSED, 8, _PAST, _late),
    Story(S.CLOSED, 6, _PAST, _slow),
    Story(S.CLOSED, 5, _PAST, _supervised),
)
"""The first fourteen end at the fourteen statuses, so that the smallest demo shows them all."""


def chosen(rng: Random, count: int) -> list[Story]:
    """Choose so many courses: every one once where there is room, the rest by weight."""
    sure = list(STORIES[:count])
    return [*sure, *rng.choices(STORIES, [story.weight for story in STORIES], k=count - len(sure))]


def low(story: Story, risk: RiskLevel) -> RiskLevel:
    """Only cases of low risk may be watched."""
    return RiskLevel.LOW if story.low_risk else risk
