"""What is written about a matter: checks, and putting it on the case."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases import categories, rules
from domain.cases.inputs import AMOUNT, HEADCOUNT, MAX_CONTENT, MAX_TITLE, CaseChanges, PartyInput
from domain.cases.models import Case, Party, PartyKind
from domain.cases.queries.listing import INDEX_PENDING
from domain.kernel import driver, marks, searching
from domain.kernel.actor import Actor
from domain.kernel.bounds import moment_fault, money_fault
from domain.kernel.refusals import Invalid, NotFound
from domain.kernel.words import as_written, text_fault
from domain.people import operations as people
from domain.people import queries as people_queries
from domain.people.models import IdType, Person
from domain.people.policy import Field, Purpose
from domain.people.schemas import PersonInput

MAX_PARTIES, MAX_NO_ID_REASON = 20, 200
_PLAIN = ("source", "risk_level", "scale", "headcount", "amount", "major", "urgent", "occurred_at")
_TEXTS = ("title", "content")
REQUIRED = {"title": "标题", "content": "诉求内容", "category": "类别", "area": "所属辖区"}
"""What a case must have to be accepted, and what each is called."""


def faults_of(changes: CaseChanges, *, at: datetime) -> dict[str, str]:
    """Name the fields that cannot be taken, each with its sentence."""
    faults = _plain_faults(changes, at)
    for place, party in enumerate(changes.parties or ()):
        faults |= _party_faults(party, place, at)
    if changes.parties is not None:
        faults["parties"] = _parties_fault(changes.parties)
    return {name: sentence for name, sentence in faults.items() if sentence}


def gaps_of(changes: CaseChanges) -> dict[str, str]:
    """Name what these changes would leave empty though an accepted case must have it, each with its sentence."""
    given = {name: getattr(changes, name) for name in REQUIRED}
    gaps = {
        name: f"请填写{label}"
        for name, label in REQUIRED.items()
        if given[name] is not None and not given[name].strip()
    }
    for place, party in enumerate(changes.parties or ()):
        if party.party_id is None and party.kind is PartyKind.PETITIONER and not _identified(party):
            gaps[f"parties.{place}.id_number"] = "请填写证件号码；没有证件的，写明无证件原因"
    return gaps


def _identified(party: PartyInput) -> bool:
    shown = party.id_type is not IdType.NONE and party.id_number.strip()
    return bool(shown or party.no_id_reason.strip())


def _plain_faults(changes: CaseChanges, at: datetime) -> dict[str, str]:
    checks: dict[str, Callable[[Any], str]] = {
        "title": lambda text: text_fault("标题", text, most=MAX_TITLE),
        "content": lambda text: text_fault("诉求内容", text, most=MAX_CONTENT, least=0),
        "category": lambda code: "" if not code or categories.find(code) else "没有这个类别，请从列表中选择",
        "occurred_at": lambda moment: _moment_fault(moment, at),
        "headcount": lambda count: HEADCOUNT.fault("涉及人数", count),
        "amount": lambda amount: money_fault("涉及金额", amount, within=AMOUNT),
    }
    given = {name: getattr(changes, name) for name in checks}
    return {name: checks[name](value) for name, value in given.items() if value is not None}


def _moment_fault(moment: datetime, at: datetime) -> str:
    if moment.tzinfo is None:
        return "发生时间须带时区"
    return moment_fault("发生时间", moment) or ("发生时间不能晚于现在" if moment > at else "")


def _parties_fault(parties: tuple[PartyInput, ...]) -> str:
    if len(parties) > MAX_PARTIES:
        return f"当事人最多 {MAX_PARTIES} 人"
    if not any(party.kind is PartyKind.PETITIONER for party in parties):
        return "至少需要一位诉求人"
    return ""


def _party_faults(party: PartyInput, place: int, at: datetime) -> dict[str, str]:
    if party.party_id is not None:
        return {}
    needs_phone = party.kind is PartyKind.PETITIONER
    faults = people.faults_of(_person(party), at=at, phone_required=needs_phone, prefix=f"parties.{place}.")
    reason = text_fault("未出示证件的原因", party.no_id_reason, most=MAX_NO_ID_REASON, least=0)
    return faults | ({f"parties.{place}.no_id_reason": reason} if reason else {})


def _person(party: PartyInput) -> PersonInput:
    return PersonInput(
        name=party.name,
        id_type=party.id_type if party.id_number.strip() else IdType.NONE,
        id_number=party.id_number,
        phone=party.phone,
        sex=party.sex,
        nation=party.nation,
        address=party.address,
    )


async def put(session: AsyncSession, case: Case, changes: CaseChanges, *, at: datetime) -> dict[str, Any]:
    """Put the changes on the case and answer what changed, without personal data.

    :raises Invalid: a field cannot be taken
    """
    faults = faults_of(changes, at=at)
    area_path = await _area_path(session, case, changes.area, faults)
    if faults:
        raise Invalid.of(faults)
    before = _snapshot(case)
    for name in _TEXTS:
        if (text := getattr(changes, name)) is not None:
            setattr(case, name, as_written(text))
    for name in _PLAIN:
        if (value := getattr(changes, name)) is not None:
            setattr(case, name, value)
    if changes.category is not None and (found := categories.find(changes.category)):
        case.category, case.kind = found.code, found.kind
    case.area_path = case.area_path if area_path is None else area_path
    index(case)
    diff = _diff(before, _snapshot(case))
    if changes.parties is not None and await _put_parties(session, case, changes.parties, at):
        diff["parties"] = True
    return diff


def index(case: Case) -> None:
    """Renew the text and the tokens by which a case is searched."""
    case.folded = searching.document((case.number, case.title, case.content))
    tokens = literal(rules.grams(case.folded), ARRAY(Text))
    case.search = func.array_to_tsvector(tokens)  # type: ignore[assignment]


async def fill_index(session: AsyncSession, *, after: UUID | None = None, most: int = 200) -> UUID | None:
    """Index cases of an earlier release, `most` a call; it walks like `people.operations.fill_indexes`."""
    rows = select(Case).where(col(Case.folded).is_(None)).order_by(col(Case.id)).limit(most)
    if after is not None:
        rows = rows.where(col(Case.id) > after)
    cases = list(await session.scalars(rows.with_for_update(key_share=True, skip_locked=True)))
    for case in cases:
        index(case)
    await session.flush()
    if cases:
        return cases[-1].id
    if after is None and await session.scalar(select(col(Case.id)).where(col(Case.folded).is_(None)).limit(1)) is None:
        await (await session.connection()).run_sync(marks.forget, [INDEX_PENDING])
    return None


async def _area_path(session: AsyncSession, case: Case, code: str | None, faults: dict[str, str]) -> str | None:
    # What was ended stays where it stands, and is taken for nothing else.
    if not code:
        return None
    try:
        area = await areas.held(session, code)
    except NotFound:
        faults["area"] = "没有这个辖区，请从列表中选择"
        return None
    if area.ended_on is not None and area.path != case.area_path:
        faults["area"] = f"“{area.name}”已停用，请选择现在的辖区"
    return area.path


def _snapshot(case: Case) -> dict[str, Any]:
    plain = {name: getattr(case, name) for name in ("title", "category", *_PLAIN)}
    readable = {
        name: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, Decimal) else value
        for name, value in plain.items()
    }
    return readable | {"area": case.area_path, "content": case.content}


def _diff(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Long texts are noted as changed; the others with what they were and what they are."""
    changed = {name for name in after if before[name] != after[name]}
    return {name: True if name == "content" else [before[name], after[name]] for name in sorted(changed)}


async def _put_parties(session: AsyncSession, case: Case, parties: tuple[PartyInput, ...], at: datetime) -> bool:
    rows = [] if case in session.new else await _PARTIES.of(session, case_id=case.id)
    present = {party.id: party for party in rows}
    kept = [p.party_id for p in parties if p.party_id]
    if any(party_id not in present for party_id in kept):
        raise Invalid.of({"parties": "要保留的当事人不在该件中，请刷新后重试"})
    changed = set(kept) != set(present) or len(kept) < len(parties)
    gone = set(present) - set(kept)
    if gone:
        await session.execute(delete(Party).where(col(Party.id).in_(gone)))
    for place, party in enumerate(parties):
        if party.party_id:
            present[party.party_id].position = place
            continue
        await add_party(session, case, party, place, at=at)
    return changed


async def add_party(session: AsyncSession, case: Case, given: PartyInput, place: int, *, at: datetime) -> None:
    """Declare the person of a party and add it to the case."""
    person = await people.declare(session, _person(given), at=at, phone_required=given.kind is PartyKind.PETITIONER)
    session.add(
        Party(
            case_id=case.id,
            person_id=person.id,
            kind=given.kind,
            position=place,
            no_id_reason=given.no_id_reason.strip(),
        )
    )


_PARTIES = driver.Reading(Party, lambda query: query.where(col(Party.case_id) == bindparam("case_id")))
_WITH_PERSONS = driver.Together(
    _PARTIES,
    driver.Reading(
        Person,
        lambda query: query.where(
            col(Person.id).in_(select(col(Party.person_id)).where(col(Party.case_id) == bindparam("case_id")))
        ),
    ),
)
_LONG_NUMBER = re.compile(r"\d[\d\s-]{9,}[\dXx]")


async def require_anonymous(session: AsyncSession, case: Case, text: str) -> None:
    """Make sure that a text to be shown to others names nobody of the case (row 43).

    :raises Invalid: it holds a party's name, or a number as long as a phone's
    """
    _, persons = await _WITH_PERSONS.of(session, case_id=case.id)
    if people_queries.any_named_in(persons, text):
        raise Invalid.of({"typical_text": "典型案例文本中出现了当事人姓名，请先匿名化"})
    if _LONG_NUMBER.search(text):
        raise Invalid.of({"typical_text": "典型案例文本中出现了号码，请先删去电话和证件号码"})


async def require_complete(session: AsyncSession, actor: Actor, case: Case) -> None:
    """Make sure that a draft can be accepted (workflow row 5).

    :raises Invalid: required fields are empty, or a petitioner shows no identity and no reason
    """
    faults = {
        name: f"请填写{label}"
        for name, label in REQUIRED.items()
        if not getattr(case, "area_path" if name == "area" else name)
    }
    rows, found = await _WITH_PERSONS.of(session, case_id=case.id)
    persons = {person.id: person for person in found}
    petitioners = [p for p in rows if p.kind is PartyKind.PETITIONER]
    if not petitioners:
        faults["parties"] = "至少需要一位诉求人"
    for party in petitioners:
        person = persons[party.person_id]
        if person.id_type is IdType.NONE and not party.no_id_reason:
            name = (await people_queries.lens(session, actor, Purpose.ERROR)).field(person, Field.NAME)
            faults["id_number"] = f"诉求人 {name} 没有证件号码，请补充号码或写明原因"
    if faults:
        raise Invalid.of(faults)
