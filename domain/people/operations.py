"""Writes: declare a person, reveal a field, set the field policy, make persons anonymous."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal, marks
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.ids import new_id
from domain.kernel.notify import announce_all
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted, Refusal, TooMany
from domain.kernel.searching import name_key
from domain.orgs import policy_values
from domain.people import policy, queries, rules
from domain.people.models import INDEX_FORM, FieldRule, IdType, Person, RevealCount, Sex
from domain.people.policy import Cell, Field, Purpose, Showing
from domain.people.schemas import CellView, Opened, PersonInput, Revealable, Unrevealed

MIN_REASON = rules.MIN_REASON
POLICY = UUID(int=0xF1E1D)
"""The subject of journal lines about the field policy, which is one."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SEALED = ("name", "id_number", "phone", "birth_date", "address")
_FOUND_BY = ("name_blind", "id_blind", "phone_blind", "phone_tail_blind", "id_tail_blind")


def faults_of(given: PersonInput, *, at: datetime, phone_required: bool = True, prefix: str = "") -> dict[str, str]:
    """Name the fields of a person that cannot be taken, each with its sentence.

    `prefix` stands before the field names (for one of several parties).
    """
    number, today = rules.tidy_id(given.id_number), local_date(at)
    faults = {
        "name": rules.name_fault(rules.tidy(given.name)),
        "id_number": rules.id_number_fault(given.id_type, number, today),
        "phone": rules.phone_fault(rules.tidy_phone(given.phone), required=phone_required),
        "address": "住址最长 100 个字" if len(given.address) > rules.MAX_ADDRESS else "",
    }
    sex = rules.sex_of(number)
    if (
        given.id_type is IdType.RESIDENT
        and not faults["id_number"]
        and Sex.UNKNOWN not in {sex, given.sex}
        and sex != given.sex
    ):
        faults["sex"] = "性别与证件号码第 17 位不符，请核对"
    return {prefix + name: sentence for name, sentence in faults.items() if sentence}


async def declare(session: AsyncSession, given: PersonInput, *, at: datetime, phone_required: bool = True) -> Person:
    """Store a person as declared; the caller's act journals it.

    :raises Invalid: name, identity number, phone, sex or address cannot be taken
    """
    faults = faults_of(given, at=at, phone_required=phone_required)
    if faults:
        raise Invalid.of(faults)

    person_id = new_id()
    name, phone = rules.tidy(given.name), rules.tidy_phone(given.phone)
    number = "" if given.id_type is IdType.NONE else rules.tidy_id(given.id_number)
    birth = rules.birth_date_of(number)
    clear: dict[str, str] = {
        "name": name,
        "id_number": number,
        "phone": phone,
        "birth_date": birth.isoformat() if birth else "",
        "address": given.address.strip(),
    }
    person = Person(
        id=person_id,
        id_type=given.id_type,
        **_found_by(name=name, id_number=number, phone=phone),
        sex=given.sex if given.sex is not Sex.UNKNOWN else rules.sex_of(number),
        nation=given.nation[:20],
        declared_at=at,
        **{f"{column}_sealed": crypto.seal("person", column, person_id, text) for column, text in clear.items()},
    )
    session.add(person)
    return person


async def fill_indexes(session: AsyncSession, *, after: UUID | None = None, most: int = 200) -> UUID | None:
    """Index persons of an earlier release by today's forms of names and numbers, `most` persons a call.

    It walks by id: give the id it answers to the next call. None: nobody after `after` is left; a walk from the
    start that finds nobody takes away the notes that hold back searches. Rows others hold wait for the next walk.
    """
    rows = select(Person).where(queries.OLD_INDEX).order_by(col(Person.id)).limit(most)
    if after is not None:
        rows = rows.where(col(Person.id) > after)
    persons = list(await session.scalars(rows.with_for_update(key_share=True, skip_locked=True)))
    for person in persons:
        _index(person)
    await session.flush()
    if persons:
        return persons[-1].id
    if after is None and await session.scalar(select(col(Person.id)).where(queries.OLD_INDEX).limit(1)) is None:
        pending = [queries.TAILS_PENDING, queries.INDEX_PENDING]
        await (await session.connection()).run_sync(marks.forget, pending)
    return None


def _index(person: Person) -> None:
    """Make the indexes of one person anew; what does not open keeps those it has."""
    person.index_form = INDEX_FORM
    if person.anonymised_at is not None:
        return
    clear = {name: queries.readable(person, name) for name in ("name", "id_number", "phone")}
    found = {name: text for name, text in clear.items() if text is not None}
    for name, value in _found_by(**found).items():
        setattr(person, name, value)


def _found_by(name: str | None = None, id_number: str | None = None, phone: str | None = None) -> dict[str, Any]:
    # The indexes by which a person is found; what is not given is left out.
    made: dict[str, Any] = {}
    if name is not None:
        key = name_key(name)
        made |= {"name_blind": crypto.blind("name", key), "name_fragments": crypto.fragments(key)}
    if id_number is not None:
        number = rules.tidy_id(id_number)
        made["id_blind"] = crypto.blind("id", number) if number else None
        made["id_tail_blind"] = queries.tail_blind("id", number) if number else None
    if phone is not None:
        phone = rules.tidy_phone(phone)
        made["phone_blind"] = crypto.blind("phone", phone) if phone else None
        made["phone_tail_blind"] = queries.tail_blind("phone", phone) if phone else None
    return made


async def reveal(
    session: AsyncSession,
    actor: Actor,
    *,
    person_id: UUID,
    field: Revealable,
    reason: str,
    at: datetime,
    special: bool = False,
) -> Opened:
    """Give one field in clear and write who saw it, and why, to the journal.

    The caller has established that the person lies within the actor's reach, and says whether the matter
    is of a special kind. A refusal by field level, field policy or limit answers as a value: its line in the
    journal ("person.reveal_refused", an alarm of the auditor's) must be committed with it.

    :raises NotPermitted: the actor may not reveal
    :raises NotFound: there is no such person
    :raises ActionNotAllowed: the person was made anonymous
    :raises Invalid: no reason worth the name
    """
    actor.require(Permission.PERSON_REVEAL)
    if len(rules.tidy(reason)) < MIN_REASON:
        raise Invalid.of({"reason": f"请写明查看原因（至少 {MIN_REASON} 个字）"})
    person = await session.get(Person, person_id)
    if person is None:
        raise NotFound("没有找到这个人，或不在您的查看范围内")
    if person.anonymised_at is not None:
        raise ActionNotAllowed("这位当事人的信息已按保存期限匿名，没有可查看的内容")
    special = special or queries.is_child(person, local_date(at))
    refused = await _reveal_refusal(session, actor, field, special, at)
    clear = None if refused else _clear_value(person, field)
    if clear is None:
        unreadable = Unrevealed.UNREADABLE, ActionNotAllowed(f"{field.label}无法解密，请告知系统管理员")
        why, refusal = refused or unreadable
        detail: dict[str, str] = {"field": field.value, "why": why.value}
        await journal.record(session, actor, "person.reveal_refused", "person", person_id, at=at, detail=detail)
        return Opened(refusal=refusal)

    session.add(RevealCount(account_id=actor.account_id, at=at))

    detail = {"field": field.value, "reason": rules.tidy(reason)[:200]}
    await journal.record(session, actor, "person.reveal", "person", person_id, at=at, detail=detail)
    seconds = (await policy_values.of(session)).reveal_seconds
    return Opened(clear, seconds)


def _clear_value(person: Person, field: Revealable) -> str | None:
    return queries.phone_of(person) if field is Revealable.PHONE else queries.readable(person, field.value)


async def _reveal_refusal(
    session: AsyncSession, actor: Actor, field: Revealable, special: bool, at: datetime
) -> tuple[Unrevealed, Refusal] | None:
    """Why a reveal is refused, as a word for the journal and a sentence for the person."""
    if policy.lacks_level(actor, special=special):
        if special and not policy.lacks_level(actor, special=False):
            return Unrevealed.SPECIAL, NotPermitted(
                "涉及未满十四周岁的人或特殊事项，您的字段级别不能查看明文，请由综治中心管理员办理"
            )
        return Unrevealed.LEVEL, NotPermitted(f"您的字段级别为“{actor.level.label}”，不能查看明文")
    if (await queries.lens(session, actor, Purpose.SCREEN)).showing(Field(field.value)) is Showing.HIDDEN:
        return Unrevealed.POLICY, NotPermitted(f"按字段策略，您的角色不能查看{field.label}")
    # reveals of one account wait for each other, so that the limits are counted right
    lock = crypto.blind("reveal", str(actor.account_id))
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    values = await policy_values.of(session)
    for word, span, most in (("小时", _HOUR, values.reveal_per_hour), ("天", _DAY, values.reveal_per_day)):
        if await _revealed_since(session, actor, at - span) >= most:
            return Unrevealed.LIMIT, TooMany(
                f"查看明文已达每{word} {most} 次的上限，已记入审计日志；确有需要请联系安全管理员"
            )
    return None


async def _revealed_since(session: AsyncSession, actor: Actor, since: datetime) -> int:
    query = (
        select(func.count())
        .select_from(RevealCount)
        .where(col(RevealCount.account_id) == actor.account_id, col(RevealCount.at) > since)
    )
    return await session.scalar(query) or 0


async def set_rules(
    session: AsyncSession, actor: Actor, wanted: Mapping[Cell, Showing], *, at: datetime
) -> tuple[CellView, ...]:
    """Set cells of the field policy and answer those that changed; the default takes a row away.

    :raises NotPermitted: the actor does not set policies
    :raises Invalid: a cell may not be set so; fields are named role.field.purpose
    """
    actor.require(Permission.POLICY_MANAGE)
    faults = policy.faults_of(wanted)
    if faults:
        raise Invalid.of({".".join(cell): sentence for cell, sentence in faults.items()})
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": crypto.blind("field_rule", "")})
    queries.forget_field_rules(session)
    kept = await queries.field_rules(session)
    before = {cell: kept.get(cell) or policy.default_of(*cell) for cell in wanted}
    changes = {cell: showing for cell, showing in wanted.items() if before[cell] is not showing}
    if not changes:
        return ()

    for cell, showing in changes.items():
        await _put_cell(session, actor, cell, showing, at)
    queries.forget_field_rules(session)

    await announce_all(session)  # open pages show persons as the new policy has it
    said = {".".join(cell): [before[cell].value, showing.value] for cell, showing in changes.items()}
    await journal.record(session, actor, "field_policy.set", "field_policy", POLICY, at=at, detail={"changes": said})
    return tuple(queries.cell_view(cell, showing) for cell, showing in changes.items())


async def _put_cell(session: AsyncSession, actor: Actor, cell: Cell, showing: Showing, at: datetime) -> None:
    role, field, purpose = cell
    key = {"role": role, "field": field.value, "purpose": purpose.value}
    if showing is policy.default_of(*cell):
        await session.execute(delete(FieldRule).filter_by(**key))
        return
    row = {"showing": showing.value, "set_by": actor.account_id, "set_at": at}
    write = insert(FieldRule).values(**key, **row)
    await session.execute(write.on_conflict_do_update(index_elements=list(key), set_=row))


async def anonymise(session: AsyncSession, ids: Iterable[UUID], *, at: datetime) -> tuple[UUID, ...]:
    """Empty the fields of some persons for good and answer whose were not empty yet.

    Sealed fields become sealed empty texts, what they were found by is gone; the rows stay, so that counts stay
    true. It asks nobody's rights: retention decides, each room says which of its persons are over.
    """
    query = (
        select(Person)
        .where(col(Person.id).in_(list(ids)), col(Person.anonymised_at).is_(None))
        .order_by(col(Person.id))
        .with_for_update()
    )
    persons = list(await session.scalars(query))
    for person in persons:
        for column in _SEALED:
            setattr(person, f"{column}_sealed", crypto.seal("person", column, person.id, ""))
        for column in _FOUND_BY:
            setattr(person, column, None)
        person.name_fragments, person.sex, person.nation = [], Sex.UNKNOWN, ""
        person.anonymised_at = at
    await session.flush()
    return tuple(person.id for person in persons)


async def forget_counts(session: AsyncSession, *, at: datetime) -> None:
    """Drop reveals that no limit counts any more."""
    await session.execute(delete(RevealCount).where(col(RevealCount.at) < at - _DAY))
