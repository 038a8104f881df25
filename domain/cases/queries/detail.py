"""One case, whole and masked: facts, parties, assignments, journal, process picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.calendar import queries as calendar
from domain.calendar.schemas import DeadlineView
from domain.cases import categories, notes
from domain.cases.models import Assignment, Attachment, Case, Copy, Party
from domain.cases.process import Process
from domain.cases.queries import answers, conflict, family, path, processes, reach, rows
from domain.cases.schemas import (
    AssignmentView,
    CaseView,
    ChangeView,
    CopyView,
    JournalView,
    NodeView,
    PartyView,
    PictureView,
)
from domain.cases.vocabulary import Action, Status
from domain.kernel import crypto, driver
from domain.kernel.actor import SYSTEM_ID, Actor, in_stead
from domain.kernel.clock import stamp
from domain.kernel.models import JournalEntry, StoredFile
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotFound
from domain.orgs import queries as orgs
from domain.people import queries as people
from domain.people.policy import Field, Purpose


async def get(
    session: AsyncSession, actor: Actor, number: str, *, at: datetime, purpose: Purpose | None = None
) -> CaseView:
    """Show a case within reach, its persons as the field policy shows them.

    `purpose`: what for, when it is not the door through which the actor came.

    :raises NotFound: none, or out of reach
    """
    case = await reach.find(session, actor, number)
    process = await processes.of_case(session, case)
    row = (await rows.rows_of(session, actor, [case], at=at, purpose=purpose))[0]
    lens = (await people.lens(session, actor, purpose)).of_special(categories.is_special(case.category))
    names = await orgs.staff_names(session, {case.created_by})
    units = await orgs.units_by_id(session, {case.unit_id})
    return CaseView(
        row=row,
        area_full=await areas.name_of(session, case.area_path) if case.area_path else "",
        area_code=await areas.code_now(session, case.area_path),
        registered_by=names.get(case.created_by, ""),
        registered_unit=units[case.unit_id].name,
        parties=await _parties(session, lens, [case.id]),
        joined_parties=await _joined_parties(session, lens, case),
        assignments=await _assignments(session, lens, case, process),
        pictures=await _pictures(session, case, process),
        deadlines=tuple(_spoken(one, process) for one in await calendar.explained(session, case.id, at=at)),
        copies=await _copies(session, case),
        process=process.name,
        answer=await answers.shown(session, case),
        promised_end=await calendar.promised_end(session, case.id, case.promised_at),
        **await family.related(session, actor, case),
        **_facts(case),
    )


def _spoken(view: DeadlineView, process: Process) -> DeadlineView:
    notes = tuple(process.spoken(note) for note in view.notes)
    return replace(view, label=process.spoken(view.label), notes=notes)


def _facts(case: Case) -> dict[str, Any]:
    # What stands on the case itself.
    return {
        "content": case.content,
        "category_code": case.category,
        "kind": case.kind.label,
        "source": case.source.value,
        "source_label": case.source.label,
        "occurred_at": case.occurred_at,
        "scale": case.scale.value,
        "scale_label": case.scale.label,
        "headcount": case.headcount,
        "amount": case.amount,
        "major": case.major,
        "result": case.result,
        "method": case.method.label if case.method else "",
        "outcome": case.outcome.label if case.outcome else "",
        "ratings": answers.ratings(case),
        "satisfaction": case.satisfaction.label if case.satisfaction else "",
        "rated_at": case.rated_at,
        "rating_comment": case.rating_comment,
        "watch_reason": case.watch_reason,
        "legacy": case.legacy,
        "typical": case.typical,
        "dispatched_at": case.dispatched_at,
        "closed_at": case.closed_at,
        "promised_at": case.promised_at,
        "visit_id": case.visit_id,
        "supervision_auto": case.supervision_auto,
        "typical_text": case.typical_text,
        "city_reference": case.city_reference or "",
        "city_target": case.city_target,
        "appeal": _appeal(case),
    }


def _appeal(case: Case) -> str:
    if case.appeal_ruling:
        return case.appeal_ruling.label
    return "待裁定" if case.appealed_at else ""


async def _copies(session: AsyncSession, case: Case) -> tuple[CopyView, ...]:
    rows = await _COPIES.of(session, case_id=case.id)
    if not rows:
        return ()
    units = await orgs.units_by_id(session, (copy.unit_id for copy in rows))
    names = await orgs.staff_names(session, {copy.read_by for copy in rows if copy.read_by})
    return tuple(
        CopyView(units[c.unit_id].name, c.note, c.sent_at, c.read_at, names.get(c.read_by, "") if c.read_by else "")
        for c in rows
    )


_OF_CASE = bindparam("case_id", type_=Uuid())
_COPIES = driver.Reading(Copy, lambda query: query.where(col(Copy.case_id) == _OF_CASE).order_by(col(Copy.sent_at)))
_PARTIES = driver.Reading(
    Party,
    lambda query: query.where(driver.among(col(Party.case_id), "cases")).order_by(
        col(Party.case_id), col(Party.position)
    ),
)
_ASSIGNMENTS = driver.Reading(
    Assignment,
    lambda query: query.where(col(Assignment.case_id) == _OF_CASE).order_by(
        col(Assignment.dispatched_at), col(Assignment.part).desc()
    ),
)
_PICTURES = driver.Made(
    select(
        col(Attachment.id),
        col(Attachment.file_id),
        col(Attachment.action),
        col(Attachment.added_at),
        col(StoredFile.original),
        col(StoredFile.note),
    )
    .join(StoredFile, col(StoredFile.id) == col(Attachment.file_id))
    .where(col(Attachment.case_id) == _OF_CASE)
    .order_by(col(Attachment.added_at))
)
"""What stands beside a case; by whom the case is seen was asked before."""


async def _parties(session: AsyncSession, lens: people.Lens, cases: Iterable[UUID]) -> tuple[PartyView, ...]:
    rows = await _PARTIES.of(session, cases=list(cases))
    persons = await people.by_ids(session, (p.person_id for p in rows))
    views = []
    for party in rows:
        person = lens.view(persons[party.person_id])
        views.append(
            PartyView(
                id=party.id,
                person_id=party.person_id,
                kind=party.kind.value,
                kind_label=party.kind.label,
                name=person.name,
                id_type=person.id_type,
                id_number=person.id_number,
                phone=person.phone,
                sex=person.sex,
                nation=person.nation,
                address=person.address,
                no_id_reason=party.no_id_reason,
                anonymised=person.anonymised,
            )
        )
    return tuple(views)


async def _joined_parties(session: AsyncSession, lens: people.Lens, case: Case) -> tuple[PartyView, ...]:
    """Shown as the most sensitive of the merged matters asks."""
    merged = await family.merged_categories(session, case)
    if not merged:
        return ()
    special = any(categories.is_special(category) for category in (case.category, *merged.values()))
    return await _parties(session, lens.of_special(special), merged)


async def _assignments(
    session: AsyncSession, lens: people.Lens, case: Case, process: Process
) -> tuple[AssignmentView, ...]:
    rows = await _ASSIGNMENTS.of(session, case_id=case.id)
    units = await orgs.units_by_id(session, (a.unit_id for a in rows))
    return tuple(
        AssignmentView(
            id=a.id,
            unit_code=units[a.unit_id].code,
            unit=units[a.unit_id].name,
            part=a.part.value,
            part_label=a.part.label,
            state=a.state.value,
            state_label=process.spoken(a.state.label),
            dispatched_at=a.dispatched_at,
            accepted_at=a.accepted_at,
            reported_at=a.reported_at,
            ended_at=a.ended_at,
            waived=a.waived_at is not None,
            return_agreed=a.return_agreed_at is not None,
            in_charge=lens.staff(
                Field.STAFF_NAME, crypto.readable("assignment", "in_charge", a.id, a.in_charge_sealed)
            ),
            in_charge_phone=lens.staff(
                Field.STAFF_PHONE, crypto.readable("assignment", "in_charge_phone", a.id, a.in_charge_phone_sealed)
            ),
        )
        for a in rows
    )


async def _pictures(session: AsyncSession, case: Case, process: Process) -> tuple[PictureView, ...]:
    return tuple(
        PictureView(picture, file_id, process.action_label(Action(action)), at, original, note)
        for picture, file_id, action, at, original, note in await _PICTURES.rows(session, case_id=case.id)
    )


async def file_within_reach(session: AsyncSession, actor: Actor, file_id: UUID) -> StoredFile:
    """Give a stored picture that the actor uploaded or whose case is within reach.

    :raises NotFound: none, or out of reach
    """
    bound = (
        select(Attachment.file_id)
        .join(Case, col(Case.id) == col(Attachment.case_id))
        .where(reach.visible_to(actor), col(Attachment.file_id) == file_id)
    )
    query = select(StoredFile).where(
        col(StoredFile.id) == file_id,
        (col(StoredFile.uploaded_by) == actor.account_id) | col(StoredFile.id).in_(bound),
    )
    stored = (await session.scalars(query)).one_or_none()
    if stored is None or actor.account_id == SYSTEM_ID:
        raise NotFound("没有找到这张图片，或不在您的查看范围内")
    return stored


async def number_of_file(session: AsyncSession, actor: Actor, file_id: UUID) -> str | None:
    """Give the number of the case that a picture is bound to; none where it is not, or out of reach."""
    query = select(col(Case.number)).join(Attachment, col(Attachment.case_id) == col(Case.id))
    return await session.scalar(query.where(reach.visible_to(actor), col(Attachment.file_id) == file_id))


async def journal(session: AsyncSession, actor: Actor, number: str) -> tuple[JournalView, ...]:
    """Give the journal of a case within reach, the newest first."""
    case = await reach.find(session, actor, number)
    entries = await _entries(session, case)
    names = await _names(session, entries)
    units = await orgs.units_by_id(session, (e.actor_unit_id for e in entries))
    coded = {**await orgs.unit_names_by_code(session), **{str(account_id): name for account_id, name in names.items()}}
    others = await family.seen_among(session, actor, {e.detail["other"] for e in entries if e.detail.get("other")})
    process = await processes.of_case(session, case)
    named = {i: u.name for i, u in units.items()}
    return tuple(_line(entry, process, names, named, coded, others) for entry in reversed(entries))


async def _names(session: AsyncSession, entries: Sequence[JournalEntry]) -> dict[UUID, str]:
    # The names of all who acted, and of whom the lines tell.
    named = notes.people_in(entry.detail for entry in entries)
    return await orgs.staff_names(session, {*(entry.actor_id for entry in entries), *named})


def _who(entry: JournalEntry, names: Mapping[UUID, str]) -> str:
    """Who acted, and in whose stead; empty for who has no account."""
    giver = entry.detail.get("stands_for")
    name = names.get(entry.actor_id, "")
    return in_stead(name, names.get(UUID(giver)) if giver else None) if name else ""


async def _entries(session: AsyncSession, case: Case) -> Sequence[JournalEntry]:
    query = select(JournalEntry).where(col(JournalEntry.subject_id) == case.id).order_by(col(JournalEntry.seq))
    return (await session.scalars(query)).all()


_OTHER_LINES = {
    "deadline.recompute": "时限重算",
    "case.merge": "并案",
    "case.unmerge": "撤销并案",
    "case.adopt": "设为主子案件",
    "case.release": "解除主子案件",
    "case.waive": "免除协办反馈",
    "case.agree_to_return": "部门领导同意退回",
    "case.receive_copy": "签收抄告",
    "case.auto_card": "自动督办",
    "case.breach_void": "撤销超时登记",
    "case.risk_label": "收到风险标签",
    "case.risk_answer": "风险预警反馈",
}
"""Lines about a case that are no step of it."""


def _line(
    entry: JournalEntry,
    process: Process,
    names: dict[UUID, str],
    units: dict[UUID, str],
    coded: dict[str, str],
    others: frozenset[str],
) -> JournalView:
    """`others`: numbers of cases that the reader sees too; one merged out of the reader's reach is not named."""
    detail = {key: value for key, value in entry.detail.items() if key != "other" or value in others}
    action = entry.action.removeprefix("case.")
    role = next((Role(r) for r in entry.actor_roles.split() if r in set(Role)), Role.CLOCK)
    return JournalView(
        seq=entry.seq,
        at=entry.at,
        action=action,
        label=_called(entry, process),
        who=_who(entry, names) or role.label,
        unit=units.get(entry.actor_unit_id, ""),
        role=role.label,
        from_label=process.status_label(Status(detail["from"])) if detail.get("from") else "",
        to_label=process.status_label(Status(detail["to"])) if detail.get("to") else "",
        opinion=detail.get("opinion", ""),
        notes=notes.of(detail, coded),
        pictures=tuple(UUID(f["id"]) for f in detail.get("files", ())),
        changes=tuple(ChangeView(*one) for one in notes.changes(detail)),
        kind=_kind(action, detail),
    )


def _called(entry: JournalEntry, process: Process) -> str:
    action = entry.action.removeprefix("case.")
    if action in set(Action):
        return process.action_label(Action(action), conflict.source_of(entry))
    return process.spoken(_OTHER_LINES.get(entry.action, "系统记录"))


_ANSWERS = frozenset(
    {
        Action.SUBMIT_RESULT, Action.PUBLISH_ANSWER, Action.PETITIONER_RESPOND, Action.RATE, Action.CALL_BACK,
        Action.CONFIRM, Action.CITY_RESULT,
    }
)  # fmt: skip


def _kind(action: str, detail: Mapping[str, Any]) -> str:
    if action in _ANSWERS:
        return "answer"
    if detail.get("from") != detail.get("to"):
        return "step"
    return "note" if action in set(Action) else "record"


async def process(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> tuple[NodeView, ...]:
    """Draw the way of a case along its main line: who and when at each node."""
    case = await reach.find(session, actor, number)
    entries = await _entries(session, case)
    names = await _names(session, entries)
    units = await orgs.units_by_id(session, (e.actor_unit_id for e in entries))
    late = case.due_at is not None and case.due_at < at
    followed = await processes.of_case(session, case)
    nodes = []
    for node, state in path.nodes(case, entries):
        last = node.last
        unit = units[last.actor_unit_id].name if last and last.actor_unit_id in units else ""
        who = " · ".join(filter(None, (unit, _who(last, names)))) if last else ""
        when = stamp(last.at, "%m-%d %H:%M") if last else ""
        shown = "late" if late and state == "now" else state
        nodes.append(NodeView(path.called(node, followed), shown, who, when))
    return tuple(nodes)
