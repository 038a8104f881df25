"""Texts of messages and notices, who is told of a step, waits after a failure, what comes too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.cases.process import STANDARD, Process
from domain.cases.vocabulary import Action, Effect, Status, Tell
from domain.cases.workflow import STEPS, Step
from domain.kernel.clock import end_stamp, stamp
from domain.kernel.permissions import Role
from domain.notices.models import Occasion
from domain.notices.sending import Sending

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))
"""Waits after each failure; after the last one the message stands failed. The first is
short because a code is only good for five minutes."""
STALE = timedelta(days=3)
"""A notice older than this tells of a state that is long over."""
CODE_STALE = timedelta(minutes=5)
HEARTBEAT = timedelta(seconds=20)
"""How often a page says at most that it still has its case open."""
PRESENT_FOR = timedelta(seconds=45)
"""A page that was silent for longer has gone: its browser or its process died."""
KEEP_READ = timedelta(days=90)
KEEP_UNREAD = timedelta(days=365)

_TEXTS = {
    Occasion.ACCEPTED: "您的诉求已登记受理，编号 {number}。凭本手机号查询进度：{link}",
    Occasion.PROGRESS: "您的诉求 {number} 已由承办单位接收，正在办理。查询进度：{link}",
    Occasion.ANSWERED: "您的诉求 {number} 已有办理结果，{ask}：{link}",
    Occasion.CLOSED: "您的诉求 {number} 已办结，{ask}：{link}",
    Occasion.VOIDED: "您的诉求 {number} 已作废，不再办理。如有疑问，请联系{sender}。查询：{link}",
    Occasion.CODE: "验证码 {code}，5 分钟内有效，用于查询诉求 {number} 的办理进度。请勿告诉他人。",
}


_JOINED = {
    Occasion.ANSWERED: "您的诉求 {number} 已合并办理，现有办理结果，正在核实。查询进度：{link}",
    Occasion.CLOSED: "您的诉求 {number} 已合并办理，现已办结。查询结果：{link}",
}
"""What the petitioners of a merged case are told: their own page asks them nothing."""
OCCASIONS = {
    Action.SUBMIT: Occasion.ACCEPTED,
    Action.ACCEPT: Occasion.PROGRESS,
    Action.SUBMIT_RESULT: Occasion.ANSWERED,
    Action.CITY_RESULT: Occasion.ANSWERED,
    Action.PUBLISH_ANSWER: Occasion.ANSWERED,
    Action.CONFIRM: Occasion.CLOSED,
    Action.CLOSE_DIRECTLY: Occasion.CLOSED,
    Action.VOID: Occasion.VOIDED,
}
"""Which message a step sends to the petitioners, if its row tells them."""


def joined_text_of(occasion: Occasion, *, sender: str, number: str, link: str, process: Process = STANDARD) -> str:
    """Word a message to the petitioners of a merged case; empty when they are told nothing."""
    text = process.spoken(_JOINED.get(occasion, ""))
    return f"【{sender}】" + text.format(number=number, link=link) if text else ""


def text_of(
    occasion: Occasion,
    *,
    sender: str,
    number: str,
    link: str = "",
    code: str = "",
    ask: str = "",
    process: Process = STANDARD,
) -> str:
    """Word a message: who sends it, the number, the state and the link; no names.

    `sender` is the centre's name, put in front as the operators' rules want it; `ask` is what `ask_of` says.
    """
    words = process.spoken(_TEXTS[occasion])
    return f"【{sender}】" + words.format(sender=sender, number=number, link=link, code=code, ask=ask)


def ask_of(until: datetime | None, after: Status) -> str:
    """Word what petitioners can do about a result that was released at a status, and until when."""
    if after is not Status.TO_CONFIRM:
        return "请查看"
    return f"请在 {end_stamp(until, '%m 月 %d 日 %H:%M')} 前查看，确认或提出异议" if until else "请查看，确认或提出异议"


def ask_to_rate(until: datetime | None) -> str:
    """Word what petitioners can do about a closed case, and until when."""
    return f"请在 {end_stamp(until, '%m 月 %d 日 %H:%M')} 前评价" if until else "请评价"


def too_late(occasion: Occasion, created_at: datetime, at: datetime) -> bool:
    """Tell whether a message no longer helps the person who would get it."""
    return at - created_at >= (CODE_STALE if occasion is Occasion.CODE else STALE)


def delivery(
    occasion: Occasion, *, sent_at: datetime | None, failed_at: datetime | None, at: datetime, chosen: Sending
) -> str:
    """Say in words what became of a message."""
    if sent_at:
        return f"{stamp(sent_at, '%m-%d %H:%M')} 已发送"
    if failed_at:
        return "没有发出"
    if not chosen.channel:
        return "没有开通短信，没有发出"
    until = chosen.rests_until(occasion, at)
    return f"夜间不发送，{stamp(until, '%m-%d %H:%M')} 后发出" if until else "等待发送"


NO_MOBILE = "诉求人没有登记手机号，收不到短信，请另行告知"
NO_CHANNEL = "没有开通短信，请另行告知诉求人"


def by_message(reached: int, at: datetime | None, chosen: Sending) -> tuple[str, int]:
    """Foretell how many petitioners a step tells by message, in words and as a figure; 0 where the words say it all."""
    if not reached or not chosen.channel:
        return (NO_CHANNEL if reached else NO_MOBILE), 0
    until = chosen.rests_until(Occasion.PROGRESS, at) if at else None
    return (f"诉求人（短信，{stamp(until, '%H:%M')} 后发送）" if until else Tell.PETITIONER.label), reached


def acceptance(reached: int, at: datetime, chosen: Sending) -> str:
    """Say what becomes of the message of acceptance that so many phones are to get."""
    if not reached or not chosen.channel:
        why = "没有开通短信" if reached else "诉求人没有登记手机号"
        return f"{why}，收不到受理短信：请打印受理通知单交诉求人，进度请来电或到窗口查询"
    until = chosen.rests_until(Occasion.ACCEPTED, at)
    when = f"夜间不发送，{stamp(until, '%m-%d %H:%M')} 后发出" if until else "正在发送，结果见案件页“短信通知”"
    return f"受理短信{when}；可打印受理通知单交诉求人留存"


def next_try(attempts: int, at: datetime) -> datetime | None:
    """Tell when to try again after so many failures; none when it was the last."""
    return at + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def has_gone(seen_at: datetime, at: datetime) -> bool:
    """Tell whether a page was silent for so long that it no longer counts as open."""
    return at - seen_at > PRESENT_FOR


MERGED = "merge"
BREACH = "breach"
AUTO_CARD = "auto_card"
RISK = "risk_label"
EXPORT = "export"
"""The kind of a notice that tells of no case."""
BRIEF, REPORT = "brief", "report"
"""What a notice of no case is about: its number is a day, or the name of a report."""
TOPICS = (*(action.value for action in Action), MERGED, BREACH, AUTO_CARD, RISK)
"""What may happen to a case, as the outbox names it behind `case.`."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What decides who is told of a step: the case as it is, and what the step did.

    `live` are the units that hold the case now, `ended` those that the step took it from
    (or, of a copy, the unit it went to).
    """

    action: str
    tells: tuple[Tell, ...]
    before: Status
    after: Status
    centre: UUID
    registrar: UUID
    ordered: bool = False
    lead: UUID | None = None
    requester: UUID | None = None
    sent_back_by: UUID | None = None
    live: frozenset[UUID] = frozenset()
    ended: frozenset[UUID] = frozenset()
    stayed: frozenset[UUID] = frozenset()
    """Of `live`, those that assisted before and go on."""


@dataclass(frozen=True, slots=True)
class Audience:
    """A group of accounts: by role and unit, or one account by its id.

    `units` of the centre are a preference: a case of a unit without administrators goes to all of them.
    """

    tell: Tell
    roles: frozenset[Role] = frozenset()
    units: frozenset[UUID] = frozenset()
    account: UUID | None = None
    left: bool = False
    stayed: bool = False
    label: str = ""

    @property
    def of_units(self) -> bool:
        """Whether nobody of another unit is meant, even if these have nobody."""
        return self.tell in {Tell.DEPARTMENT, Tell.HEAD}


_TELLS = {(step.row, step.action): step.tells for step in STEPS}
_TELLS_AT = {(step.source, step.action): step.tells for step in reversed(STEPS)}
_REQUESTS = {
    Action.REQUEST_RETURN: Status.RETURN_PENDING,
    Action.REQUEST_EXTENSION: Status.EXTENSION_PENDING,
    Action.PROPOSE_ORDER: Status.ORDER_PENDING,
}
_REJECTIONS = frozenset({Action.REJECT_ORDER, Action.REJECT_RETURN, Action.REJECT_EXTENSION})
_NEW_LEAD = frozenset({Action.REDISPATCH, Action.ORDER, Action.APPROVE_ORDER})
_TO_HOLDER = frozenset({Action.URGE})
_TO_HOLDER_IF_NONE = frozenset({Action.SUPERVISE, Action.INSTRUCT})
_HOLDERS = {
    Status.DRAFT: Tell.REGISTRAR,
    Status.TO_DISPATCH: Tell.CENTRE,
    Status.TO_SUPPLEMENT: Tell.REGISTRAR,
    Status.ORDER_PENDING: Tell.LEADER,
    Status.RETURN_PENDING: Tell.APPROVER,
    Status.EXTENSION_PENDING: Tell.APPROVER,
    Status.TO_CONFIRM: Tell.CENTRE,
    Status.AT_CITY: Tell.CENTRE,
}
_UNHELD = frozenset({Status.TO_DISPATCH, Status.CLOSED, Status.VOID})
"""No department holds a case here: told are those that held it until the step."""
_ENDING = frozenset(
    {
        Effect.WITHDRAW_ASSIGNMENTS, Effect.RETURN_ASSIGNMENTS,
        Effect.CLOSE, Effect.CLOSE_DIRECTLY, Effect.CLOSE_WITHDRAWN,
    }
)  # fmt: skip


def tells_of(action: str, row: str, before: str) -> tuple[Tell, ...]:
    """Look up whom the workflow tells of a step; a message without a row is found by its status."""
    if action in {BREACH, AUTO_CARD, RISK}:
        return (Tell.DEPARTMENT, Tell.CENTRE)
    if action == MERGED:
        return (Tell.REGISTRAR,)
    if action == Action.COPY.value:
        return (Tell.DEPARTMENT,)
    if row:
        return _TELLS.get((row, Action(action)), ())
    return _TELLS_AT.get((Status(before), Action(action)), ()) if before else ()


def occasion_of(action: str, row: str, before: str) -> Occasion | None:
    """Tell which message a step sends to the petitioners; none when its row tells them nothing."""
    if action not in OCCASIONS or Tell.PETITIONER not in tells_of(action, row, before):
        return None
    return OCCASIONS[Action(action)]


def audiences(happening: Happening) -> tuple[Audience, ...]:
    """Tell who hears of a step, the more specific group first."""
    found: list[Audience] = []
    for tell in _tells(happening):
        found += _department(happening) if tell is Tell.DEPARTMENT else _others(tell, happening)
    if happening.action in _REJECTIONS and happening.requester:
        found.append(Audience(Tell.DEPARTMENT, account=happening.requester, label="申请人"))
    return tuple(found)


def _tells(happening: Happening) -> tuple[Tell, ...]:
    action = happening.action
    if action == RISK:  # who leads the case answers; as long as nobody does, the centre sees to it
        return (Tell.DEPARTMENT,) if happening.ended else (Tell.CENTRE,)
    holder = _HOLDERS.get(happening.before, Tell.DEPARTMENT)
    if action in _TO_HOLDER:
        return (holder,)
    if action in _TO_HOLDER_IF_NONE and holder is not Tell.DEPARTMENT and not happening.live:
        return tuple(dict.fromkeys((holder, *(tell for tell in happening.tells if tell is not Tell.DEPARTMENT))))
    if action in _REQUESTS and happening.after is not _REQUESTS[Action(action)]:
        # the process skips this approval: the step did at once what it asked for
        return (Tell.DEPARTMENT, Tell.CENTRE) if action == Action.PROPOSE_ORDER.value else (Tell.CENTRE,)
    return happening.tells


def _department(happening: Happening) -> list[Audience]:
    staff = frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD})
    if happening.action == Action.COPY.value:
        return [Audience(Tell.DEPARTMENT, staff, happening.ended)]
    if happening.action in {BREACH, AUTO_CARD, RISK} or happening.after in _UNHELD:
        units = happening.ended or (frozenset({happening.lead}) if happening.lead else frozenset())
        return [Audience(Tell.DEPARTMENT, staff, units)] if units else []
    stayed = happening.live & happening.stayed if happening.action in _NEW_LEAD else frozenset[UUID]()
    came = happening.live - stayed
    found = [Audience(Tell.DEPARTMENT, staff, came)] if came else []
    if stayed:
        found.append(Audience(Tell.DEPARTMENT, staff, stayed, stayed=True))
    if gone := happening.ended - happening.live:
        found.append(Audience(Tell.DEPARTMENT, staff, gone, left=True))
    return found


def _others(tell: Tell, happening: Happening) -> list[Audience]:
    if tell is Tell.APPROVER:
        tell = Tell.LEADER if happening.ordered else Tell.CENTRE
    if tell is Tell.CENTRE and happening.action == Action.RESUBMIT.value and happening.sent_back_by:
        return [Audience(tell, account=happening.sent_back_by, label="退回人")]
    if tell is Tell.CENTRE:
        return [Audience(tell, frozenset({Role.CENTER_ADMIN}), frozenset({happening.centre}), label="综治中心管理员")]
    if tell is Tell.HEAD:
        units = frozenset({happening.lead}) if happening.lead else frozenset[UUID]()
        return [Audience(tell, frozenset({Role.DEPARTMENT_HEAD}), units, label="承办单位领导")] if units else []
    if tell is Tell.LEADER:
        return [Audience(tell, frozenset({Role.LEADER}), label="领导")]
    if tell is Tell.REGISTRAR:
        return [Audience(tell, account=happening.registrar, label="登记员")]
    return []


def foreseen(step: Step, live: frozenset[UUID], chosen: frozenset[UUID]) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Tell which units would hold the case after a step, and which it would take it from."""
    if step.action is Action.COPY:
        return live, chosen
    ended = live if _ENDING & set(step.effects) else frozenset[UUID]()
    kept = live - ended
    return (kept | chosen, ended) if Effect.ASSIGN in step.effects else (kept, ended)


_SAID: dict[str, str] = {
    Action.SUBMIT: "待转派：{number} 由{unit}提交受理",
    Action.VOID: "已作废：{number} 由{unit}作废",
    Action.SEND_BACK: "退回待补充：{number} 被{unit}驳回，请补充后重新提交",
    Action.RESUBMIT: "待转派：{number} 已由{unit}补充后重新提交",
    Action.DISPATCH: "待接收：{number} 由{unit}转派给贵单位",
    Action.REDISPATCH: "待接收：{number} 由{unit}改派给贵单位",
    Action.RECALL: "已撤回：{number} 被{unit}撤回，贵单位不再承办",
    Action.PROPOSE_ORDER: "交办待审批：{number} 由{unit}提请交办，请审批",
    Action.APPROVE_ORDER: "领导交办：{number} 已同意交办",
    Action.REJECT_ORDER: "交办未同意：{number} 的交办申请未获同意",
    Action.ORDER: "领导交办：{number} 由领导直接交办",
    Action.ACCEPT: "已接收：{number} 由{unit}接收办理",
    Action.REQUEST_RETURN: "退回待审批：{number} {unit}申请退回，请审批",
    Action.APPROVE_RETURN: "已退回：{number} 由承办单位退回，等待重新转派",
    Action.REJECT_RETURN: "退回未同意：{number} 的退回申请未获同意，请继续办理",
    Action.REQUEST_EXTENSION: "延期待审批：{number} {unit}申请延期，请审批",
    Action.APPROVE_EXTENSION: "延期已同意：{number} 请在延长后的时限内办理",
    Action.REJECT_EXTENSION: "延期未同意：{number} 请按原时限办理",
    Action.HAND_OVER: "内部转办：{number} 的责任人已更换",
    Action.SUBMIT_RESULT: "调处待确认：{number} {unit}已提交办理结果",
    Action.CONFIRM: "已办结：{number} 由{unit}确认办结",
    Action.REJECT_RESULT: "驳回确认：{number} 的办理结果未通过，请继续办理",
    Action.PETITIONER_RESPOND: "诉求人答复：{number} 的诉求人{response}",
    Action.RATE: "不满意评价：{number} 的评价为{grade}，请尽快回访诉求人",
    Action.CALL_BACK: "回访：{number} 的诉求人已由{unit}回访",
    Action.APPEAL_RATING: "评价申诉：{number} {unit}对评价提出申诉，请裁定",
    Action.RULE_APPEAL: "申诉裁定：{number} 的评价申诉已有裁定",
    Action.RELAPSE: "待接收：{number} 复发，由{unit}交办给贵单位",
    Action.REOPEN: "待接收：{number} 重新办理，由{unit}派给贵单位",
    Action.SUPERVISE: "{level}：{number} 由{unit}发起督办，请抓紧办理",
    Action.URGE: "催办：{number} 由{unit}催办，请尽快办理",
    Action.INSTRUCT: "领导批示：{number} 有新的批示，请查看并落实",
    Action.COPY: "抄告：{number} 由{unit}抄告贵单位，请阅知",
    Action.CITY_RESULT: "调处待确认：{number} 市平台已反馈办理结果",
    Action.CITY_RETURN: "待转派：{number} 被市平台退回",
    Action.CITY_DISPATCH: "待转派：{number} 由市平台下发",
    Action.WITHDRAW_BY_PETITIONER: "已办结：{number} 诉求人已撤回，贵单位不再办理",
    MERGED: "已合并：{number} 已并入其他案件一并办理",
    BREACH: "超时提醒：{number} 的{link}环节已超过{card}时限",
    AUTO_CARD: "{card}督办：{number} 的{link}环节超时，系统自动督办",
    RISK: "{risk}风险预警：{number} 收到新的风险标签，尚无主办单位，请尽快转派",
}
_SAID_TO: dict[tuple[str, Tell], str] = {
    (RISK, Tell.DEPARTMENT): "{risk}风险预警：{number} 收到新的风险标签，请贵单位核实并反馈",
    (Action.APPROVE_ORDER, Tell.DEPARTMENT): "领导交办：{number} 由领导交办给贵单位",
    (Action.ORDER, Tell.DEPARTMENT): "领导交办：{number} 由领导交办给贵单位",
    (Action.APPROVE_RETURN, Tell.DEPARTMENT): "已退回：{number} 的退回申请已同意，贵单位不再承办",
    (Action.SUBMIT_RESULT, Tell.CENTRE): "调处待确认：{number} {unit}已提交办理结果，请确认",
    (Action.CITY_RESULT, Tell.CENTRE): "调处待确认：{number} 市平台已反馈办理结果，请确认",
    (Action.RATE, Tell.HEAD): "不满意评价：{number} 的评价为{grade}，综治中心将回访诉求人",
    (Action.RELAPSE, Tell.LEADER): "复发：{number} 由{unit}转为重点交办",
}
_SAID_AT_ONCE: dict[tuple[str, Tell], str] = {
    (Action.PROPOSE_ORDER, Tell.DEPARTMENT): "领导交办：{number} 由{unit}交办给贵单位",
    (Action.PROPOSE_ORDER, Tell.CENTRE): "领导交办：{number} 由{unit}交办",
    (Action.REQUEST_RETURN, Tell.CENTRE): "已退回：{number} 由{unit}退回，等待重新转派",
    (Action.REQUEST_EXTENSION, Tell.CENTRE): "已延期：{number} 由{unit}延期办理",
}
_STAYED = "主办变更：{number} 的主办单位已变更，贵单位继续协办"
_LEFT = "已改派：{number} 改由其他单位承办，贵单位不再办理"


def notice_text(happening: Happening, audience: Audience, process: Process = STANDARD, **words: str) -> str:
    """Word a notice; it names numbers, units and stations, no persons.

    `words` are number, unit (who did it), level, card, link and risk.
    """
    action = happening.action
    pending = _REQUESTS.get(Action(action)) if action in _REQUESTS else None
    if pending and happening.after is not pending:
        text = _SAID_AT_ONCE[action, audience.tell]
    elif audience.left:
        text = _LEFT
    elif audience.stayed:
        text = _STAYED
    else:
        text = _SAID_TO.get((action, audience.tell)) or _SAID[action]
    return process.spoken(text).format(**words)
