"""Reads of persons, and the one way out of their fields. Reach is decided by the record (visit, case) that names the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CTE, ColumnElement, Select, Uuid, and_, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, driver, marks
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import Invalid
from domain.kernel.searching import name_key
from domain.people import policy, rules
from domain.people.models import INDEX_FORM, FieldRule, Person
from domain.people.policy import Cell, Field, Overrides, Purpose, Showing
from domain.people.schemas import CellView, PersonSought, PersonView

SCAN = 1000
"""Persons that a name fragment may fit; with more nobody reads the answer, and the search asks for more to go by."""
TAILS_PENDING, INDEX_PENDING = "person.tails", "person.index"
"""The notes that persons of an earlier release wait for their index of last four digits, and of today's form."""
OLD_INDEX = col(Person.index_form) < INDEX_FORM
_RULES, _DOOR = "people.field_rules", "people.purpose"
_UNSEALED = frozenset({Field.SEX, Field.NATION})


def opened(person: Person, column: str) -> str:
    """Open one sealed field; outside this room nobody calls it (tests/architecture).

    :raises CannotOpen: damaged, moved from another person, or its key is missing
    """
    return crypto.unseal("person", column, person.id, getattr(person, f"{column}_sealed"))


def readable(person: Person, column: str) -> str | None:
    """Open one sealed field of one of many people: none, and a line in the log, if it does not open."""
    return crypto.readable("person", column, person.id, getattr(person, f"{column}_sealed"))


def phone_of(person: Person) -> str | None:
    """Give a person's phone in its one form, whatever the form of the release that stored it; none: it does not open."""
    phone = readable(person, "phone")
    return phone if phone is None else rules.tidy_phone(phone)


def ask_for(session: AsyncSession, purpose: Purpose) -> None:
    """Note through which door this unit of work was opened; none said means: a page."""
    session.info[_DOOR] = purpose


async def field_rules(session: AsyncSession) -> Overrides:
    """Give the cells that were set otherwise than the default; read once in a unit of work."""
    kept: Overrides | None = session.info.get(_RULES)
    if kept is None:
        rows = await _FIELD_RULES.rows(session)
        kept = {
            (Role(role), Field(field), Purpose(purpose)): Showing(showing) for role, field, purpose, showing in rows
        }
        session.info[_RULES] = kept
    return kept


_FIELD_RULES = driver.Made(
    select(col(FieldRule.role), col(FieldRule.field), col(FieldRule.purpose), col(FieldRule.showing))
)


def forget_field_rules(session: AsyncSession) -> None:
    """Have the cells read afresh; the act that changes them calls it."""
    session.info.pop(_RULES, None)


@dataclass(frozen=True, slots=True)
class Lens:
    """Persons to one actor for one purpose: the choke point of every way out.

    `special`: what is looked at needs the level for special persons and matters.
    """

    actor: Actor
    purposes: tuple[Purpose, ...]
    overrides: Overrides
    special: bool = False
    _decided: dict[tuple[Field, bool], Showing] = field(
        default_factory=dict[tuple[Field, bool], Showing], compare=False, repr=False
    )

    def of_special(self, special: bool) -> Lens:
        """Give the same lens for a matter of a special kind, or for a plain one."""
        return self if special == self.special else replace(self, special=special)

    def showing(self, field: Field, person: Person | None = None) -> Showing:
        """Tell how much of a field is shown."""
        asked = (field, self.special)
        if (found := self._decided.get(asked)) is None:
            found = policy.showing_of(self.actor, field, self.purposes, self.overrides, special=self.special)
            self._decided[asked] = found
        if found is Showing.CLEAR and field in policy.IDENTIFYING and person is not None and was_child(person):
            return policy.showing_of(self.actor, field, self.purposes, self.overrides, special=True)
        return found

    def field(self, person: Person, field: Field) -> str:
        """Give one field of a person as it is shown; a hidden one is not even opened."""
        if person.anonymised_at is not None:
            return rules.ANONYMISED if field is Field.NAME else ""
        showing = self.showing(field, person)
        return "" if showing is Showing.HIDDEN else _put(field, _clear(person, field), showing)

    def view(self, person: Person) -> PersonView:
        shown = {field.value: self.field(person, field) for field in _SHOWN}
        return PersonView(
            id=person.id, id_type=person.id_type.label, anonymised=person.anonymised_at is not None, **shown
        )

    def staff(self, field: Field, text: str | None) -> str:
        """Give name or phone of a member of staff as it is shown; none: it does not open."""
        return _put(field, text, self.showing(field))


_SHOWN = (Field.NAME, Field.ID_NUMBER, Field.PHONE, Field.SEX, Field.NATION, Field.ADDRESS)


def _put(field: Field, text: str | None, showing: Showing) -> str:
    shown = policy.put(field, text or "", showing)
    return crypto.UNREADABLE if text is None and showing is not Showing.HIDDEN else shown


def _clear(person: Person, field: Field) -> str | None:
    if field is Field.PHONE:
        return phone_of(person)
    if field not in _UNSEALED:
        return readable(person, field.value)
    return person.sex.label if field is Field.SEX else person.nation


def was_child(person: Person) -> bool:
    """Tell whether somebody was under 14 when declared; who was stays protected where nobody asks.

    Where the date does not open nobody knows, and the person is protected like a child.
    """
    return is_child(person, person.declared_at.date())


def is_child(person: Person, day: date) -> bool:
    """Tell whether somebody is under 14 on a day, or the date of birth does not open."""
    born = readable(person, "birth_date")
    return born is None or rules.is_child(rules.day_of(born), day)


async def lens(session: AsyncSession, actor: Actor, purpose: Purpose | None = None, *, hit: bool = False) -> Lens:
    """Give the lens of an actor: for a purpose, or else for that of the door.

    `hit`: what is shown was found by a person's data, and is a search hit too; the narrower of the two holds.
    """
    door: Purpose = purpose or session.info.get(_DOOR, Purpose.SCREEN)
    return Lens(actor, (door, Purpose.SEARCH) if hit else (door,), await field_rules(session))


async def policy_of(session: AsyncSession, actor: Actor, role: Role) -> tuple[CellView, ...]:
    """Give every cell of a role's field policy, fields in order, then purposes.

    :raises NotPermitted: the actor does not set policies
    """
    actor.require(Permission.POLICY_MANAGE)
    kept = await field_rules(session)
    cells = [(role, field, purpose) for field in Field for purpose in Purpose]
    return tuple(cell_view(cell, kept.get(cell) or policy.default_of(*cell)) for cell in cells)


def cell_view(cell: Cell, showing: Showing) -> CellView:
    """Show a cell; `fixed`: it cannot be set otherwise than it is."""
    role, field, purpose = cell
    fixed = sum(not policy.fault_of(*cell, one) for one in Showing) <= 1
    return CellView(role, field, purpose, showing, policy.default_of(*cell), fixed)


def any_named_in(persons: Iterable[Person], text: str) -> bool:
    """Tell whether a text holds the name of one of the persons; it does not say whose."""
    return any(name in text for person in persons if (name := readable(person, "name")))


def routed_phone(person: Person | None) -> str:
    """Give the number to which a message is sent; it is handed to a provider and shown to nobody."""
    return rules.tidy_phone(opened(person, "phone")) if person else ""


async def by_ids(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Give several persons at once."""
    wanted = list(set(ids))
    return {person.id: person for person in await _BY_IDS.of(session, ids=wanted)} if wanted else {}


_BY_IDS = driver.Reading(Person, lambda query: query.where(driver.among(col(Person.id), "ids")))


def same_human(person: Person) -> ColumnElement[bool]:
    """Give the condition that finds all rows of the same human being."""
    if person.id_blind is not None:
        return col(Person.id_blind) == person.id_blind
    if person.phone_blind is not None:
        return (col(Person.phone_blind) == person.phone_blind) & (col(Person.name_blind) == person.name_blind)
    return col(Person.id) == person.id


def by_id_number(number: str) -> ColumnElement[bool]:
    """Give the condition for an exact identity number."""
    return col(Person.id_blind) == crypto.blind("id", rules.tidy_id(number))


def by_phone(phone: str) -> ColumnElement[bool]:
    """Give the condition for an exact phone number."""
    return col(Person.phone_blind).in_([crypto.blind("phone", form) for form in rules.phone_forms(phone)])


def by_name(name: str) -> ColumnElement[bool]:
    """Give the condition for an exact name."""
    forms = dict.fromkeys((name_key(name), rules.tidy(name)))
    return col(Person.name_blind).in_([crypto.blind("name", form) for form in forms])


def tail_blind(kind: str, number: str) -> int:
    """Give the index of the last four of a tidied number; `kind` is "phone" or "id"."""
    return crypto.blind(f"{kind}_tail", rules.tail(number))


async def sought(session: AsyncSession, wanted: PersonSought) -> ColumnElement[bool] | None:
    """Give the condition for one person who fits all that is asked; none when nothing is.

    :raises Invalid: a tail that is none, one asked for before the index is whole, or a name that fits too many
    """
    conditions: list[ColumnElement[bool]] = []
    if wanted.id_number.strip():
        conditions.append(by_id_number(wanted.id_number))
    if wanted.phone.strip():
        conditions.append(by_phone(wanted.phone))
    if wanted.phone_tail.strip():
        conditions.append(col(Person.phone_tail_blind) == await _tail(session, "phone", wanted.phone_tail))
    if wanted.id_tail.strip():
        conditions.append(col(Person.id_tail_blind) == await _tail(session, "id", wanted.id_tail))
    if name_key(wanted.name):
        ids = await ids_by_name(session, wanted.name, *conditions)
        return col(Person.id) == any_(literal(list(ids), ARRAY(Uuid())))  # one value, however many they are
    return and_(*conditions) if conditions else None


async def _tail(session: AsyncSession, kind: str, text: str) -> int:
    if not rules.is_tail(text):
        raise Invalid.of({f"{kind}_tail": "请填写号码的末四位（四位数字，证件号码末位可为 X）"})
    if await marks.holds(session, TAILS_PENDING):
        raise Invalid.of({f"{kind}_tail": "末四位的索引正在生成，暂时查不全，请稍后再试或输入完整号码"})
    return tail_blind(kind, rules.tidy_id(text))


async def ids_by_name(session: AsyncSession, fragment: str, *also: ColumnElement[bool]) -> tuple[UUID, ...]:
    """Find persons whose name contains the fragment, and who fit `also`.

    One or two characters have a token of their own: their names stay sealed (of the answers of 100,000 searches
    among a million persons one holds a stranger, whose token is equal by chance). Longer fragments are opened and
    compared, since their pairs may stand apart. The few who fit `also` and the candidates are materialised: the plan
    of a prepared statement would walk all bearers of a character, or the primary key.

    :raises Invalid: more than `SCAN` fit: nothing is left out in silence
    """
    key = name_key(fragment)
    if not key:
        return ()
    found = (await session.execute(_candidates(await _tokens(session, fragment), also))).all()
    if len(found) > SCAN:
        raise Invalid.of({"name": f"姓名相符的超过 {SCAN} 人，请多填几个字，或补充电话、证件号码（可只填末四位）"})
    exact = len(key) <= 2
    return tuple(
        row for row, blob in found if exact or key in name_key(crypto.readable("person", "name", row, blob) or "")
    )


async def _tokens(session: AsyncSession, fragment: str) -> tuple[list[int], ...]:
    # The tokens of a fragment, and as long as rows of an earlier release wait for theirs, those of its old form.
    forms = {name_key(fragment): None}
    if await marks.holds(session, INDEX_PENDING):
        forms[rules.tidy(fragment)] = None
    return tuple(crypto.fragments(form, start=False) for form in forms)


def _candidates(tokens: tuple[list[int], ...], also: Sequence[ColumnElement[bool]]) -> Select[UUID, bytes]:
    name = col(Person.id), col(Person.name_sealed)
    query = select(*name).where(or_(*(col(Person.name_fragments).contains(one) for one in tokens)))
    if also:
        near = _materialised(select(*name, col(Person.name_fragments)).where(*also), "near").c
        query = select(near.id, near.name_sealed).where(or_(*(near.name_fragments.contains(one) for one in tokens)))
    hits = _materialised(query.limit(SCAN + 1), "hits").c
    return select(hits.id, hits.name_sealed)


def _materialised(query: Select[*tuple[Any, ...]], name: str) -> CTE:
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


async def count_rows(session: AsyncSession, person: Person) -> int:
    """Count the rows of the same human being."""
    query = select(func.count()).select_from(Person).where(same_human(person))
    return await session.scalar(query) or 0
