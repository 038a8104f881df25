"""Pure decisions: codes and their limits, and how a case is told to its petitioner."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from domain.cases.models import Outcome, Satisfaction
from domain.cases.process import STANDARD, Process
from domain.cases.rules import RATING_PERIOD
from domain.cases.vocabulary import Action, Status
from domain.kernel.clock import end_stamp, last_date, local
from domain.kernel.labels import Labelled
from domain.tracking.schemas import PublicStep

CODE_LIFE = timedelta(minutes=5)
SESSION_LIFE = timedelta(minutes=30)
HOUR = timedelta(hours=1)
BETWEEN_CODES = timedelta(minutes=1)
CODES_AN_HOUR = 5
ASKED_AN_HOUR = 20
"""Requests for a code from one origin; a village may share an address, an attacker has many."""
ATTEMPTS_AN_HOUR = 50
"""Failed attempts from one origin, over all links and phones."""
MAX_FAILURES = 5
"""Failures that kill a code: with five codes an hour, 25 guesses in a million."""
MAX_COMMENT = 500
FORGET_AFTER = timedelta(days=2)
"""Codes and sessions are kept this long after they ended, to answer questions about abuse."""

WRONG = "手机号或验证码不正确，或验证码已失效"
"""The one sentence for a wrong code, an unknown phone and an unknown link."""
AGREES, OBJECTS = "诉求人确认办理结果", "诉求人对办理结果有异议"
ANSWERED = frozenset({Status.TO_CONFIRM, Status.CLOSED})
"""Where a released answer is shown; a matter that is handled again shows none."""


MERGED = "您的诉求已与同一事项合并办理。"


def of_another(facts: Facts) -> Facts:
    """Leave out of another's case what only its own petitioner is told: answer and rating."""
    marks = {node: mark for node, mark in facts.marks.items() if node is not Node.RATE}
    return replace(facts, rating=None, marks=marks, followed=True)


def new_code() -> str:
    """Make a code of six digits."""
    return f"{secrets.randbelow(10**6):06d}"


def may_send(sent_at: list[datetime], asked_at: datetime) -> bool:
    """Tell whether one more code may go to a phone; `sent_at` are those of the last hour."""
    rested = all(asked_at - moment >= BETWEEN_CODES for moment in sent_at)
    return rested and len(sent_at) < CODES_AN_HOUR


def not_sent(asked: list[datetime], at: datetime) -> str:
    """Say why no code goes out for a request now; empty when one does, if the phone is the right one.

    :param asked: when the same phone asked for the same link in the last two hours, right or not
    """
    sent: list[datetime] = []
    for moment in sorted(asked):
        if may_send([one for one in sent if one > moment - HOUR], moment):
            sent.append(moment)
    lately = [one for one in sent if one > at - HOUR]
    if may_send(lately, at):
        return ""
    rest = BETWEEN_CODES - (at - lately[-1])
    if rest > timedelta(0):
        seconds = -(-rest // timedelta(seconds=1))
        return f"每分钟最多发送一次，这次没有发送。请使用刚才那条短信中的验证码，或在 {seconds} 秒后重新获取。"
    again = local(lately[-CODES_AN_HOUR] + HOUR)
    return f"每小时最多发送 {CODES_AN_HOUR} 次，这次没有发送。请在 {again:%H:%M} 后重新获取。"


TOO_MANY = "同一网络获取验证码的次数过多，这次没有发送，请一小时后再试。"


def opinion_of(agrees: bool, comment: str) -> str:
    """Word a petitioner's answer to the result for the journal."""
    words = AGREES if agrees else OBJECTS
    return f"{words}：{comment.strip()}" if comment.strip() else words


class Node(Labelled):
    """The steps of the way as a petitioner knows them."""

    REGISTER = "register", "登记受理"
    TRANSFER = "transfer", "转交承办单位"
    HANDLE = "handle", "办理"
    VERIFY = "verify", "核实办理结果"
    CLOSE = "close", "办结"
    RATE = "rate", "您的评价"


DONE_BY: dict[Node, tuple[Action, ...]] = {
    Node.REGISTER: (Action.SUBMIT, Action.CITY_DISPATCH),
    Node.TRANSFER: (
        Action.DISPATCH, Action.REDISPATCH, Action.ORDER, Action.APPROVE_ORDER, Action.RELAPSE, Action.REOPEN,
        Action.ESCALATE_TO_CITY,
    ),
    Node.HANDLE: (Action.SUBMIT_RESULT, Action.CITY_RESULT),
    Node.VERIFY: (Action.CONFIRM,),
    Node.CLOSE: (Action.CONFIRM, Action.CLOSE_DIRECTLY, Action.WITHDRAW_BY_PETITIONER, Action.VOID, Action.RETURN_TO_CITY),
    Node.RATE: (Action.RATE,),
}  # fmt: skip
"""The journal lines that complete a node."""

_NOW: dict[Status, Node] = {
    Status.TO_DISPATCH: Node.TRANSFER,
    Status.TO_SUPPLEMENT: Node.TRANSFER,
    Status.TO_ACCEPT: Node.HANDLE,
    Status.IN_PROGRESS: Node.HANDLE,
    Status.EXTENDED: Node.HANDLE,
    Status.LEADER_ORDER: Node.HANDLE,
    Status.RETURN_PENDING: Node.HANDLE,
    Status.EXTENSION_PENDING: Node.HANDLE,
    Status.AT_CITY: Node.HANDLE,
    Status.TO_CONFIRM: Node.VERIFY,
}
_HEADLINES: dict[Status, str] = {
    Status.TO_DISPATCH: "已受理，正在转交",
    Status.TO_SUPPLEMENT: "正在补充材料",
    Status.TO_ACCEPT: "等待承办单位接收",
    Status.IN_PROGRESS: "正在办理",
    Status.EXTENDED: "正在办理（已延期）",
    Status.LEADER_ORDER: "正在办理",
    Status.ORDER_PENDING: "正在办理",
    Status.RETURN_PENDING: "正在协调承办单位",
    Status.EXTENSION_PENDING: "正在办理",
    Status.TO_CONFIRM: "正在核实办理结果",
    Status.AT_CITY: "市级平台办理中",
    Status.CLOSED: "已办结",
    Status.VOID: "已终止",
}
_DOING = {Node.TRANSFER: "正在转交承办单位", Node.HANDLE: "正在办理", Node.VERIFY: "正在核实办理结果"}
_DID = {
    Node.REGISTER: "已登记受理",
    Node.TRANSFER: "已转交承办单位",
    Node.HANDLE: "已有办理结果",
    Node.VERIFY: "已核实",
    Node.CLOSE: "已办结",
    Node.RATE: "您已评价",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Say when a node was last completed and by which unit."""

    at: datetime
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the petitioner's page is told from; gathered once."""

    status: Status
    previous: Status | None
    outcome: Outcome | None
    centre: str
    lead: str
    at: datetime
    due_at: datetime | None = None
    """The moment the running limit is written to end at."""
    promised_at: datetime | None = None
    promised_date: date | None = None
    """The day that is told: the last one on which the promise can be kept by work."""
    closed_at: datetime | None = None
    set_aside: bool = False
    rating: Satisfaction | None = None
    marks: Mapping[Node, Mark] = field(default_factory=dict[Node, Mark])
    answered: bool = False
    object_until: datetime | None = None
    responded: bool = False
    followed: bool = False
    """The case is merged: what is told is the way of the one that is worked on."""


def day(moment: datetime | date, at: datetime) -> str:
    """Write a day for a petitioner ("11 月 28 日"), with the year when it is another."""
    there, here = local(moment) if isinstance(moment, datetime) else moment, local(at)
    year = f"{there.year} 年 " if there.year != here.year else ""
    return f"{year}{there.month} 月 {there.day} 日"


def moment_text(moment: datetime, at: datetime) -> str:
    """Write a moment for a petitioner ("11 月 18 日 09:12")."""
    return f"{day(moment, at)} {local(moment):%H:%M}"


def now_at(facts: Facts) -> Node | None:
    """Tell at which node a case is; none when it is over."""
    status = facts.status
    if status is Status.ORDER_PENDING:
        status = facts.previous or Status.TO_DISPATCH
    return _NOW.get(status)


def road(facts: Facts) -> tuple[Node, ...]:
    """Give the nodes of this case's way: what was closed early skips the middle."""
    if facts.status is Status.VOID:
        return (Node.REGISTER, Node.CLOSE)
    if facts.status is Status.CLOSED and facts.outcome is Outcome.DIRECT:
        return (Node.REGISTER, Node.CLOSE, Node.RATE)
    if facts.status is Status.CLOSED and facts.outcome is Outcome.WITHDRAWN:
        known = Node.TRANSFER in facts.marks
        return (Node.REGISTER, *((Node.TRANSFER,) if known else ()), Node.CLOSE, Node.RATE)
    return tuple(Node)


def steps(facts: Facts, process: Process = STANDARD) -> tuple[PublicStep, ...]:
    """Tell the way of a case: what was done when, what is done now, what comes."""
    here = now_at(facts)
    nodes = tuple(node for node in road(facts) if node is not Node.RATE or not facts.followed)
    rated = facts.rating is not None or facts.followed
    place = nodes.index(here) if here in nodes else len(nodes) - (0 if rated else 1)
    if facts.status is Status.VOID:
        place = len(nodes)
    told = (
        _step(node, facts, "done" if i < place else "now" if i == place else "todo") for i, node in enumerate(nodes)
    )
    return tuple(
        replace(
            step,
            label=process.spoken(step.label),
            detail=process.spoken(step.detail) if node is Node.RATE and step.state != "done" else step.detail,
        )
        for node, step in zip(nodes, told, strict=True)
    )


def _step(node: Node, facts: Facts, state: str) -> PublicStep:
    if state == "done":
        return PublicStep(_did(node, facts), _when_and_who(node, facts), state)
    if state == "now" and node is not Node.RATE:
        return PublicStep(_doing(node, facts), _who_now(node, facts), state)
    if node is Node.RATE:
        open_now = may_rate(facts)
        return PublicStep(node.label, "请您评价" if open_now else _not_rated(facts), "now" if open_now else "todo")
    return PublicStep(node.label, "等待中", state)


def _not_rated(facts: Facts) -> str:
    return "评价期已过" if facts.closed_at else "办结后请您评价"


def _did(node: Node, facts: Facts) -> str:
    if node is Node.CLOSE and facts.status is Status.VOID:
        return "已终止"
    if node is Node.CLOSE and facts.outcome is Outcome.WITHDRAWN:
        return "已按您的申请撤回"
    return _DID[node]


def _when_and_who(node: Node, facts: Facts) -> str:
    mark = facts.marks.get(node)
    if mark is None:
        return ""
    who = f"由{facts.lead}办理" if node is Node.TRANSFER and facts.lead else mark.unit
    return " · ".join(filter(None, (moment_text(mark.at, facts.at), who)))


def _doing(node: Node, facts: Facts) -> str:
    if facts.status in {Status.TO_ACCEPT, Status.AT_CITY, Status.TO_SUPPLEMENT, Status.RETURN_PENDING}:
        return _HEADLINES[facts.status]
    return _DOING[node]


def _who_now(node: Node, facts: Facts) -> str:
    if facts.status is Status.AT_CITY:
        return "市级平台"
    return facts.lead or facts.centre if node is Node.HANDLE else facts.centre


def headline(facts: Facts) -> str:
    """Name the state in a few words."""
    if facts.status is Status.CLOSED and facts.outcome is Outcome.WITHDRAWN:
        return "已撤回"
    if may_respond(facts):
        return "已有办理结果，请您答复"
    return _HEADLINES[facts.status]


def sentence(facts: Facts, process: Process = STANDARD) -> str:
    """Say in one sentence what is happening now, who has it and until when; names of units stay as they are."""
    nameless = replace(facts, centre="{centre}", lead="{lead}" if facts.lead else "")
    return process.spoken(_sentence(nameless)).format(centre=facts.centre, lead=facts.lead)


def _sentence(facts: Facts) -> str:
    who = facts.lead or facts.centre
    said = {
        Status.TO_DISPATCH: f"{facts.centre}已受理，正在转交承办单位{_by(facts, '转交')}。",
        Status.TO_SUPPLEMENT: f"{facts.centre}正在补充登记材料，补齐后转交承办单位。",
        Status.TO_ACCEPT: f"已转交{who}，等待接收{_by(facts, '接收')}。",
        Status.RETURN_PENDING: f"{facts.centre}正在协调由哪个单位承办。",
        Status.TO_CONFIRM: f"{who}已提交办理结果，{_answering(facts)}。",
        Status.AT_CITY: "您的诉求涉及其他地区，已上报市级平台办理。",
        Status.VOID: f"您的诉求已终止办理，如有疑问请联系{facts.centre}。",
        Status.CLOSED: _closed(facts),
    }
    return said.get(facts.status) or f"{who}正在办理{_promise(facts)}。"


def _answering(facts: Facts) -> str:
    if not facts.answered:
        return f"{facts.centre}正在核实，核实后在本页公布"
    if not may_respond(facts):
        return f"{facts.centre}正在核实"
    if until := object_until(facts):
        return f"见下方。请在 {until} 前确认或提出异议，逾期未答复的，{facts.centre}可以直接办结"
    return f"见下方。您可以确认或提出异议，{facts.centre}办结后不能再答复"


def may_respond(facts: Facts) -> bool:
    """Tell whether the petitioner may agree or object now: to an answer that is shown, once (workflow row 32)."""
    open_now = facts.status is Status.TO_CONFIRM and facts.answered
    return open_now and not facts.responded and not facts.followed


def object_until(facts: Facts) -> str:
    """Write until when the petitioner has time to object; empty when that time is over or was none."""
    running = facts.object_until is not None and facts.at < facts.object_until and may_respond(facts)
    if not running or facts.object_until is None:
        return ""
    return f"{day(facts.object_until - timedelta(microseconds=1), facts.at)} {end_stamp(facts.object_until, '%H:%M')}"


def response_text(agrees: bool | None, responded_at: datetime | None, at: datetime) -> str:
    """Tell the petitioner what the petitioner answered; empty when nothing yet."""
    if responded_at is None:
        return ""
    return f"您已于 {moment_text(responded_at, at)} {'确认办理结果' if agrees else '提出异议'}"


def _by(facts: Facts, what: str) -> str:
    # The inner limit is told as long as it holds; a broken one would tell nothing about the end.
    if facts.due_at is None or facts.due_at < facts.at or facts.set_aside:
        return ""
    return f"，最迟 {day(last_date(facts.due_at), facts.at)} {end_stamp(facts.due_at, '%H:%M')} {what}"


def _promise(facts: Facts) -> str:
    if facts.promised_at is None or facts.promised_date is None or facts.set_aside:
        return ""
    if facts.promised_at < facts.at:
        return f"，原定 {day(facts.promised_date, facts.at)}前办结，现已超期，正在督促"
    return f"，预计 {day(facts.promised_date, facts.at)}前办结"


def _closed(facts: Facts) -> str:
    when = day(facts.closed_at, facts.at) if facts.closed_at else ""
    if facts.outcome is Outcome.WITHDRAWN:
        return f"您的诉求已于 {when}按您的申请撤回。"
    return f"您的诉求已于 {when}办结。"


def expected(facts: Facts) -> str:
    """Write the day by which the case is promised; empty when none is running."""
    over = facts.status in {Status.CLOSED, Status.VOID, Status.TO_CONFIRM} or facts.set_aside
    return day(facts.promised_date, facts.at) if facts.promised_date and not over else ""


def may_rate(facts: Facts) -> bool:
    """Tell whether the petitioner may rate now (workflow row 33)."""
    closed = facts.status is Status.CLOSED and facts.closed_at is not None
    return closed and facts.rating is None and facts.at < (facts.closed_at or facts.at) + RATING_PERIOD


def rate_until(facts: Facts) -> str:
    """Write until when the case can be rated; empty when it cannot."""
    return moment_text(facts.closed_at + RATING_PERIOD, facts.at) if may_rate(facts) and facts.closed_at else ""


def expected_line(facts: Facts) -> str:
    """Say when a case is expected to be done, where its sentence does not; empty when nothing is to be expected."""
    if facts.status in {Status.CLOSED, Status.VOID, Status.TO_CONFIRM, Status.AT_CITY} or facts.set_aside:
        return ""
    if facts.promised_date is None:
        return "预计办结日期在承办单位接收后确定。"
    said = sentence(facts)
    return "" if "预计" in said or "原定" in said else f"预计 {day(facts.promised_date, facts.at)}前办结。"


def promise_text(limit: str) -> str:
    """Word the case's own limit for the slip."""
    return f"自承办单位接收之日起 {limit}"


def expected_text(promised: date | None, *, online: bool = True) -> str:
    """Word the expected day for the slip; before a department took the case there is none."""
    if promised is None:
        return f"承办单位接收后确定，可{'扫码' if online else '来电'}查询"
    return f"{promised.year} 年 {promised.month} 月 {promised.day} 日前"
