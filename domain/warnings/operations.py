"""Writes: a batch of labels that comes in, and the answer of a department."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.cases.models import Case
from domain.cases.operations.beside import leave_trace
from domain.kernel import outbox
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid
from domain.kernel.searching import number_key
from domain.kernel.words import text_fault
from domain.orgs import queries as orgs
from domain.warnings import policy, queries, rules
from domain.warnings.models import RiskLabel
from domain.warnings.schemas import Answer, LabelBatch, LabelInput, Outcome, Receipt

LABELLED, ANSWERED = "risk_label", "risk_answer"
CHANGED = "risk_label"
"""What is announced when labels came or were answered."""


async def receive(session: AsyncSession, actor: Actor, given: LabelBatch, *, at: datetime) -> tuple[Receipt, ...]:
    """Take in a batch of labels; what cannot be taken is told of each, in the order in which they were sent.

    A label assessed no earlier than the newest of its case supersedes it and asks for an answer; one that comes
    late is kept in the history. What came before in the same batch is repeated, and changes nothing.

    :raises NotPermitted: the actor does not send risk labels
    :raises Invalid: the batch as a whole cannot be taken, by field
    """
    actor.require(Permission.RISK_REPORT)
    if faults := rules.batch_faults(given):
        raise Invalid.of(faults)
    numbers = [number_key(one.number) for one in given.labels]
    cases = await queries.lock_cases(session, actor, {one for one in numbers if not rules.number_fault(one)})
    known = await queries.before(session, {case.id for case in cases.values()}, given.batch.strip())
    newest = {label.case_id: label for label in known if label.newest}
    sent = {label.case_id: label for label in known if label.batch == given.batch.strip()}

    receipts: list[Receipt] = []
    fresh: list[tuple[Case, RiskLabel]] = []
    for number, one in zip(numbers, given.labels, strict=True):
        case = cases.get(number)
        receipt = _refused(case, sent, one, at)
        if receipt is None and case is not None:
            label = await _made(session, actor, case, given, one, at)
            _supersede(newest, label)
            sent[case.id] = label
            fresh.append((case, label))
        receipts.append(receipt or Receipt(one.number, Outcome.RECEIVED))
    # the database knows one newest label of a case: the one before gives way in a statement of its own
    await session.flush()
    session.add_all(label for _, label in fresh)

    await _tell(session, actor, fresh, at)
    return tuple(receipts)


def _refused(case: Case | None, sent: dict[UUID, RiskLabel], one: LabelInput, at: datetime) -> Receipt | None:
    """Tell why a label changes nothing; none when it can be taken."""
    fault = rules.label_fault(one, at=at)
    if case is None:
        fault = "没有找到这个编号的案件，或不在本账号的查看范围内"
    elif case.status in queries.GONE:
        fault = "该案件尚未提交或已作废，不接收风险标签"
    elif case.merged_into_id is not None:
        fault = "该案件已并入其他案件，请按并入后的案件编号报送"
    elif (before := sent.get(case.id)) is not None:
        if rules.same(before, one):
            return Receipt(one.number, Outcome.REPEATED)
        fault = "同一批次已报送过该案件，且内容不同；更正请使用新的批次"
    return Receipt(one.number, Outcome.REFUSED, fault) if fault else None


async def _made(
    session: AsyncSession, actor: Actor, case: Case, given: LabelBatch, one: LabelInput, at: datetime
) -> RiskLabel:
    return RiskLabel(
        id=new_id(),
        case_id=case.id,
        batch=given.batch.strip(),
        level=one.level,
        reasons=one.reasons.strip(),
        assessed_at=one.assessed_at,
        model=given.model.strip(),
        model_version=given.model_version.strip(),
        received_at=at,
        received_by=actor.account_id,
        due_at=rules.due_at(one.level, at, await calendar.calendar_of(session, case.lead_unit_id)),
    )


def _supersede(newest: dict[UUID, RiskLabel], label: RiskLabel) -> None:
    before = newest.get(label.case_id)
    if before is not None and before.assessed_at > label.assessed_at:
        label.newest = False
        return
    if before is not None:
        before.newest = False
    newest[label.case_id] = label


async def _tell(session: AsyncSession, actor: Actor, fresh: list[tuple[Case, RiskLabel]], at: datetime) -> None:
    units = await orgs.units_by_id(session, {unit for case, _ in fresh if (unit := case.lead_unit_id)})
    for case, label in fresh:
        await leave_trace(session, actor, case, LABELLED, at=at, risk=label.level.label)
        if label.newest:
            lead = units.get(case.lead_unit_id) if case.lead_unit_id else None
            told = {"risk": label.level.label, "units": [lead.code] if lead else []}
            outbox.publish(session, f"case.{LABELLED}", case.id, _payload(case) | told, at=at)
            await announce(session, CHANGED, label.id)


async def answer(session: AsyncSession, actor: Actor, label_id: UUID, given: Answer, *, at: datetime) -> None:
    """Answer the newest label of a case, once, for its lead department.

    :raises NotFound: no such label within reach
    :raises NotPermitted: the actor is not of the lead department, or neither its officer nor its head
    :raises ActionNotAllowed: it was answered, a newer one came, or its case no longer stands for itself
    :raises Invalid: no text
    """
    case, label = await queries.lock(session, actor, label_id)
    policy.require_answerer(actor, case)
    _require_open(case, label)
    if fault := text_fault("反馈内容", given.text, most=rules.LONGEST_ANSWER):
        raise Invalid.of({"text": fault})

    label.answered_at, label.answered_by = at, actor.account_id
    label.verdict, label.answer = given.verdict, given.text.strip()

    words = {"risk": label.level.label, "verdict": given.verdict.label}
    await leave_trace(session, actor, case, ANSWERED, at=at, **words)
    outbox.publish(session, f"case.{ANSWERED}", case.id, _payload(case) | words, at=at)
    await announce(session, CHANGED, label.id)


def _require_open(case: Case, label: RiskLabel) -> None:
    if label.answered_at is not None:
        raise ActionNotAllowed("这条风险标签已经反馈过")
    if rules.superseded(label):
        raise ActionNotAllowed("该案件已有更新的风险标签，请对最新的标签反馈")
    if case.status in queries.GONE or case.merged_into_id is not None:
        raise ActionNotAllowed("该案件已作废或已并入其他案件，不需要反馈")


def _payload(case: Case) -> dict[str, object]:
    return {"number": case.number, "from": case.status.value, "to": case.status.value}
