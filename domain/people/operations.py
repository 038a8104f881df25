"""Writes: declare a person, reveal a field."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto, journal
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.ids import new_id
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.people import queries, rules
from domain.people.models import IdType, Person, Sex
from domain.people.schemas import PersonInput, Revealable

MIN_REASON = 4


def faults_of(given: PersonInput, *, at: datetime, phone_required: bool = True, prefix: str = "") -> dict[str, str]:
    """This function will name the fields of a person that cannot be taken, each with its sentence.

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
        faults["sex"] = "性别与证件号码第 17 位不符,请核对"
    return {prefix + name: sentence for name, sentence in faults.items() if sentence}


async def declare(session: AsyncSession, given: PersonInput, *, at: datetime, phone_required: bool = True) -> Person:
    """This function will store a person as declared; the caller's act journals it.

    :raises Invalid: name, identity number, phone, sex or address cannot be taken
    """
    faults = faults_of(given, at=at, phone_required=phone_required)
    if faults:
        raise Invalid.of(faults)

    person_id = new_id()
    name, phone = rules.tidy(given.name), rules.tidy_phone(given.phone)
    number = "" if given.id_type is IdType.NONE else rules.tidy_id(given.id_number)
    birth = rules.birth_date_of(number)
    clear = {
        "name": name,
        "id_number": number,
        "phone": phone,
        "birth_date": birth.isoformat() if birth else "",
        "address": rules.tidy(given.address),
    }
    person = Person(
        id=person_id,
        id_type=given.id_type,
        name_blind=crypto.blind("name", name),
        id_blind=crypto.blind("id", number) if number else None,
        phone_blind=crypto.blind("phone", phone) if phone else None,
        name_fragments=crypto.fragments(name),
        sex=given.sex if given.sex is not Sex.UNKNOWN else rules.sex_of(number),
        nation=given.nation[:20],
        declared_at=at,
        **{f"{column}_sealed": crypto.seal("person", column, person_id, text) for column, text in clear.items()},
    )
    session.add(person)
    await session.flush()
    return person


async def reveal(
    session: AsyncSession, actor: Actor, *, person_id: UUID, field: Revealable, reason: str, at: datetime
) -> str:
    """This function will give one field in clear and write who saw it, and why, to the journal.

    The caller has established that the person lies within the actor's reach.

    :raises NotPermitted: the actor may not reveal
    :raises Invalid: no reason worth the name
    """
    actor.require(Permission.PERSON_REVEAL)
    if len(rules.tidy(reason)) < MIN_REASON:
        raise Invalid.of({"reason": f"请写明查看原因(至少 {MIN_REASON} 个字)"})
    person = await session.get(Person, person_id)
    if person is None:
        raise NotFound("没有找到这个人,或不在您的查看范围内")
    await journal.record(
        session,
        actor,
        "person.reveal",
        "person",
        person_id,
        at=at,
        detail={"field": field.value, "reason": rules.tidy(reason)[:200]},
    )
    return queries.opened(person, field.value)
