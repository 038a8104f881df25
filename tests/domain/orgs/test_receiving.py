"""Who receives what reaches a unit: random staffs, and the rule told a second time in plain Python."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.ids import new_id
from domain.kernel.permissions import Permission, Role
from domain.orgs import queries
from domain.orgs.models import Account, AccountUnit, Delegation, Unit, UnitKind
from domain.orgs.queries import Attendance, Duties
from tests.support import county as support
from tests.support.county import MORNING

DUTIES = Duties(frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD}), "accept")
MINUTE = timedelta(minutes=1)
_ROLES = (["officer"], ["department_head"], ["officer", "department_head"], [], ["viewer"], ["sysadmin"], ["guide"])
_MOMENTS = (None, None, None, MORNING, MORNING - MINUTE, MORNING + MINUTE)


@dataclass
class Person:
    """What is stored about one member of staff, as far as the rule asks."""

    account: Account
    more: list[Unit] = field(default_factory=list)
    away: list[Delegation] = field(default_factory=list)


def able(person: Person) -> bool:
    one = person.account
    granted = one.rights if one.rights is not None else ["case.work"]
    return (
        one.disabled_at is None
        and bool({"officer", "department_head"} & set(one.roles))
        and not one.read_only
        and "accept" not in one.barred_actions
        and "case.work" not in one.denied
        and "case.work" in granted
    )


def in_force(made: Delegation) -> bool:
    return made.ended_at is None and made.valid_from <= MORNING < made.valid_until


def there(person: Person) -> bool:
    until = person.account.valid_until
    return (until is None or until > MORNING) and not any(in_force(made) for made in person.away)


def deputised(person: Person, everybody: dict[object, Person]) -> bool:
    for made in filter(in_force, person.away):
        deputy = everybody[made.to_id]
        roles = set(deputy.account.roles)
        business = bool(roles) and not roles & {"sysadmin", "secadmin", "auditor"}
        if deputy.account.disabled_at is None and business and there(deputy):
            return True
    return False


def told(unit: Unit, everybody: dict[object, Person]) -> Attendance:
    staff = [p for p in everybody.values() if able(p) and (p.account.unit_id == unit.id or unit in p.more)]
    if any(there(p) for p in staff):
        return Attendance.PRESENT
    return Attendance.DEPUTY if any(deputised(p, everybody) for p in staff) else Attendance.NOBODY


async def staffed(session: AsyncSession, rng: random.Random) -> tuple[list[Unit], dict[object, Person]]:
    """Fill some units with people of every kind; a third of the units stay nearly empty."""
    units = [Unit(code=f"u{n}", name=f"单位{n}", kind=UnitKind.DEPARTMENT) for n in range(12)]
    session.add_all(units)
    await session.flush()
    template = (await session.scalars(select(Account).where(col(Account.login) == "rsj"))).one()
    everybody: dict[object, Person] = {}
    for number in range(16):
        account = Account(
            id=new_id(), login=f"p{number}", name_sealed=template.name_sealed, password_hash="x",
            roles=rng.choice(_ROLES), reach=template.reach, unit_id=rng.choice(units[:8]).id,
            created_at=MORNING, password_changed_at=MORNING,
            rights=rng.choice((None, None, ["case.view"], ["case.view", "case.work"])),
            denied=rng.choice(([], [], ["case.work"], ["case.view"])),
            barred_actions=rng.choice(([], [], ["accept"], ["urge"])),
            read_only=rng.random() < 0.1, valid_until=rng.choice(_MOMENTS),
            disabled_at=MORNING if rng.random() < 0.2 else None,
        )  # fmt: skip
        everybody[account.id] = Person(account)
        session.add(account)
    await session.flush()
    people = list(everybody.values())
    for person in people:
        if rng.random() < 0.2:
            person.more = [rng.choice(units)]
            session.add(AccountUnit(account_id=person.account.id, unit_id=person.more[0].id))
        if rng.random() < 0.5:
            made = Delegation(
                from_id=person.account.id, to_id=rng.choice(people).account.id, made_by=person.account.id, made_at=MORNING,
                valid_from=rng.choice((MORNING, MORNING - MINUTE, MORNING + MINUTE)),
                valid_until=rng.choice((MORNING, MORNING + 2 * MINUTE)), ended_at=rng.choice((None, None, MORNING)),
            )  # fmt: skip
            person.away.append(made)
            session.add(made)
    await session.flush()
    return units, everybody


@pytest.mark.parametrize("seed", range(25))
async def test_attendance_is_what_the_staff_of_a_unit_can_do(session: AsyncSession, seed: int) -> None:
    await support.build(session)
    units, everybody = await staffed(session, random.Random(seed))
    right = {unit.code: told(unit, everybody) for unit in units}

    found = await queries.attendance(session, DUTIES, at=MORNING, codes=list(right))
    empty = set(await session.scalars(queries.unattended(DUTIES, at=MORNING)))

    assert found == right
    assert {unit.code for unit in units if unit.id in empty} == {c for c, a in right.items() if a is Attendance.NOBODY}


@pytest.mark.parametrize("seed", range(10))
async def test_the_last_of_a_unit_is_the_one_without_whom_nobody_is_left(session: AsyncSession, seed: int) -> None:
    await support.build(session)
    units, everybody = await staffed(session, random.Random(100 + seed))
    for gone in everybody.values():
        rest = {key: person for key, person in everybody.items() if person is not gone}
        for person in rest.values():
            person.away = [made for made in person.away if made.to_id != gone.account.id or not in_force(made)]
        own = [u for u in units if gone.account.unit_id == u.id or u in gone.more]
        names = await queries.unattended_names(session, DUTIES, gone.account.id, at=MORNING)
        alone = [u for u in own if told(u, everybody) is not Attendance.NOBODY]
        assert set(names) <= {u.id for u in alone}
        others = [p for p in rest.values() if able(p) and (there(p) or deputised(p, everybody))]
        helped = {u.id for u in alone if any(p.account.unit_id == u.id or u in p.more for p in others)}
        assert set(names) == {u.id for u in alone} - helped
        break


async def test_a_unit_that_is_disabled_receives_nothing(session: AsyncSession) -> None:
    county = await support.build(session)
    county.units["rsj"].disabled_at = MORNING
    await session.flush()

    empty = set(await session.scalars(queries.unattended(DUTIES, at=MORNING)))

    assert county.units["rsj"].id in empty
    assert county.units["zjj"].id not in empty


async def test_reading_a_copy_takes_no_right_to_work(session: AsyncSession) -> None:
    county = await support.build(session)
    for login in ("rsj", "rsj_head"):
        one = await session.get(Account, county[login].account_id)
        assert one is not None
        one.read_only = True
    await session.flush()
    reading = Duties(DUTIES.roles, permission=Permission.CASE_VIEW)

    assert (await queries.attendance(session, reading, at=MORNING, codes=["rsj"]))["rsj"] is Attendance.PRESENT
    assert (await queries.attendance(session, DUTIES, at=MORNING, codes=["rsj"]))["rsj"] is Attendance.NOBODY
