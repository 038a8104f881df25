"""A small county for tests: units, one actor of each role, an area, and helpers to bring a case along.

Persons are made by code: their numbers have right check digits and belong to nobody.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from argon2 import PasswordHasher
from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import operations as areas
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.cases.inputs import CaseInput, PartyInput, StepInput
from domain.cases.models import Method
from domain.cases.operations.create import create
from domain.cases.operations.pictures import upload
from domain.cases.operations.take import take
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action
from domain.kernel import crypto
from domain.kernel.actor import Actor, system_actor
from domain.kernel.ids import new_id
from domain.kernel.permissions import PEOPLE_ROLES, Duty, Role, duty_of
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs.models import Account, SecondFactor, Unit, UnitKind
from domain.orgs.operations import codes, passwords
from domain.orgs.schemas import NewAccount
from domain.people.rules import check_digit
from domain.visits import operations as visits
from state.clock import now
from tests.support import replay

PASSWORD = "Probe-" + "2026x-Kreis"
OTP_SECRET = "JBSWY3DPEHPK3PXP" + "JBSWY3DPEHPK3PXP"
"""The second factor of every administrator of a test."""
passwords.use(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
"""Fourteen accounts a test: the same algorithm at the least cost."""
MORNING = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
"""Wednesday 09:00 in Asia/Shanghai."""
_SQUARE = ((118.0, 25.0), (118.1, 25.0), (118.1, 25.1), (118.0, 25.1))
_UNITS = (
    ("centre", "县综治中心", UnitKind.CENTRE),
    ("rsj", "人力资源和社会保障局", UnitKind.DEPARTMENT),
    ("zjj", "住房和城乡建设局", UnitKind.DEPARTMENT),
    ("station", "城关派出所", UnitKind.STATION),
    ("county", "清溪县", UnitKind.COUNTY),
)
_STAFF = {
    "guide": (Role.GUIDE, "centre"),
    "registrar": (Role.REGISTRAR, "centre"),
    "registrar2": (Role.REGISTRAR, "centre"),
    "center": (Role.CENTER_ADMIN, "centre"),
    "rsj": (Role.OFFICER, "rsj"),
    "rsj_head": (Role.DEPARTMENT_HEAD, "rsj"),
    "zjj": (Role.OFFICER, "zjj"),
    "zjj_head": (Role.DEPARTMENT_HEAD, "zjj"),
    "leader": (Role.LEADER, "county"),
    "station": (Role.STATION, "station"),
    "viewer": (Role.VIEWER, "county"),
    "sysadmin": (Role.SYSADMIN, "county"),
    "secadmin": (Role.SECADMIN, "county"),
    "auditor": (Role.AUDITOR, "county"),
}


@dataclass(slots=True)
class County:
    """The units and actors of a test, by code and login."""

    units: dict[str, Unit] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    area: str = "359901001"

    def __getitem__(self, login: str) -> Actor:
        return self.actors[login]


def id_number(seed: int, birth: str = "19820304") -> str:
    """Make an identity number with a right check digit."""
    body = f"350000{birth}{seed % 1000:03d}"
    return body + check_digit(body)


def phone(seed: int) -> str:
    """Make a mobile number of a test."""
    return f"139{random.Random(seed).randrange(10**8):08d}"


_KEPT: dict[str, tuple[replay.Kept, dict[str, Actor]]] = {}


async def build(session: AsyncSession, *, at: datetime = MORNING) -> County:
    """Build the county; every account has the password PASSWORD. From the second time on its rows are put back."""
    moments = (at, max(at, now()))
    if "county" in _KEPT:
        kept, actors = _KEPT["county"]
        if await replay.fits(session, kept):
            await replay.put_back(session, kept, moments)
            units = {unit.code: unit for unit in await session.scalars(select(Unit))}
            return County({code: units[code] for code, *_ in _UNITS}, dict(actors))
        return await _build(session, at, moments[1])
    await replay.number_on(session)
    before = await replay.count_rows(session)
    county = await _build(session, at, moments[1])
    made = await replay.keep(session, before, moments)
    if made is not None:
        _KEPT["county"] = (made, dict(county.actors))
    return county


async def _build(session: AsyncSession, at: datetime, password_at: datetime) -> County:
    county = County()
    for place, (code, name, kind) in enumerate(_UNITS):
        county.units[code] = await orgs.add_unit(session, code=code, name=name, kind=kind, position=place)
    await areas.add_all(session, [
        AreaSpec("359901", "清溪县", Level.COUNTY, None, _SQUARE),
        AreaSpec("359901001", "枫林镇", Level.TOWNSHIP, "359901", _SQUARE),
    ])  # fmt: skip
    founder = _founder(county.units["county"].id)
    for place, (login, (role, unit)) in enumerate(_STAFF.items()):
        path = "/359901/359901001/" if role is Role.STATION else ""
        name = "测试" + "甲乙丙丁戊己庚辛壬癸子丑寅卯"[place]
        new = NewAccount(login, name, PASSWORD, (role.value,), unit, path, password_at=password_at)
        account = await orgs.add_account(session, founder, new, at=at)
        if duty_of(role) is not Duty.BUSINESS:
            await enrol(session, account.id, at=at)
        actor = await org_queries.actor_of_account(session, account.id)
        assert actor is not None
        county.actors[login] = actor
    await visits.add_desk(session, code="window-1", name="1 号窗口", unit_id=county.units["centre"].id)
    return county


REINFORCEMENTS = {
    "center2": (Role.CENTER_ADMIN, "centre"),
    "rsj2": (Role.OFFICER, "rsj"),
    "mzj": (Role.OFFICER, "mzj"),
    "mzj_head": (Role.DEPARTMENT_HEAD, "mzj"),
}
"""Colleagues who did nothing on a case, and a department that it never came to."""


async def enrol(session: AsyncSession, account_id: UUID, *, at: datetime) -> None:
    """Give an account a second factor in force, with the secret OTP_SECRET."""
    row = new_id()
    sealed = crypto.seal("second_factor", "secret", row, OTP_SECRET)
    session.add(
        SecondFactor(id=row, account_id=account_id, secret_sealed=sealed, begun_at=at, confirmed_at=at, last_step=0)
    )
    await session.flush()


async def fresh_code(session: AsyncSession, login: str, *, at: datetime) -> str:
    """Give the code of this moment for an enrolled account, also when a test used it a moment ago; else nothing."""
    account = (await session.scalars(select(Account).where(Account.login == login))).one()
    factor = (await session.scalars(select(SecondFactor).where(SecondFactor.account_id == account.id))).one_or_none()
    if factor is None:
        return ""
    factor.last_step = 0
    await session.flush()
    return codes.code_at(OTP_SECRET, codes.step_of(at))


async def reinforce(session: AsyncSession, county: County, *, at: datetime = MORNING) -> County:
    """Add the people a matrix of steps needs besides: a second centre, a second officer, a third department."""
    place = len(county.units)
    county.units["mzj"] = await orgs.add_unit(
        session, code="mzj", name="民政局", kind=UnitKind.DEPARTMENT, position=place
    )
    founder = _founder(county.units["county"].id)
    for number, (login, (role, unit)) in enumerate(REINFORCEMENTS.items()):
        name = "增援" + "甲乙丙丁"[number]
        new = NewAccount(login, name, PASSWORD, (role.value,), unit, "", password_at=max(at, now()))
        account = await orgs.add_account(session, founder, new, at=at)
        actor = await org_queries.actor_of_account(session, account.id)
        assert actor is not None
        county.actors[login] = actor
    return county


def _founder(unit_id: UUID) -> Actor:
    base = system_actor(Role.CLOCK)
    return Actor(base.account_id, "setup", frozenset(PEOPLE_ROLES), base.reach, unit_id)


def matter(seed: int = 1, **more: object) -> CaseInput:
    """Make the input of a complete dispute case."""
    given = {
        "title": f"工地拖欠工资 {seed} 号",
        "content": "在某工地务工三个月，工资一直未结清，多次讨要无果，请求协调支付。",
        "category": "0701",
        "area": "359901001",
        "occurred_at": datetime(2026, 11, 10, 2, 0, tzinfo=UTC),
        "parties": (PartyInput(name="林" + "水木", id_number=id_number(seed), phone=phone(seed)),),
    }
    return CaseInput(**(given | more))


def png(colour: str = "teal", size: tuple[int, int] = (640, 480)) -> bytes:
    """Make a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


async def picture(session: AsyncSession, actor: Actor, *, at: datetime) -> UUID:
    """Upload a picture for a step."""
    return (await upload(session, actor, png(), at=at)).id


async def step(
    session: AsyncSession, actor: Actor, number: str, action: Action, *, at: datetime, **given: object
) -> CaseSummary:
    """Take a step."""
    return await take(session, actor, number=number, action=action, given=StepInput(**given), at=at)


async def draft(session: AsyncSession, county: County, *, at: datetime, seed: int = 1, **more: object) -> str:
    """Make a draft of the registrar and give its number."""
    return (await create(session, county["registrar"], matter(seed, **more), at=at)).number


async def bring_to(
    session: AsyncSession, county: County, road: tuple[Action, ...], *, at: datetime, seed: int = 1
) -> str:
    """Bring a case along its main line: the steps of `road`, each by who takes it."""
    number = await draft(session, county, at=at, seed=seed)
    for action in road:
        await main_step(session, county, number, action, at=at)
    return number


async def main_step(session: AsyncSession, county: County, number: str, action: Action, *, at: datetime) -> CaseSummary:
    """Take one step of the main line with a plain right input."""
    who, given = _MAIN[action]
    actor = county[who]
    if action in {Action.REPORT_PROGRESS, Action.SUBMIT_RESULT}:
        given = given | {"attachments": (await picture(session, actor, at=at),)}
    return await step(session, actor, number, action, at=at, **given)


_MAIN: dict[Action, tuple[str, dict[str, object]]] = {
    Action.SUBMIT: ("registrar", {}),
    Action.DISPATCH: ("center", {"lead_department": "rsj"}),
    Action.ACCEPT: ("rsj", {"person_in_charge": "何" + "经办", "person_phone": phone(77)}),
    Action.REPORT_PROGRESS: ("rsj", {"opinion": "已约谈双方"}),
    Action.SUBMIT_RESULT: (
        "rsj",
        {"opinion": "双方达成一致", "result": "工资已付清", "resolution_method": Method.PEOPLE},
    ),
    Action.CONFIRM: ("center", {"opinion": "情况属实，同意办结"}),
}
MAIN_LINE = tuple(_MAIN)
