"""The world of the leak tests: two counties whose codes begin alike, every kind of account, cases of every history.

Built once, by the product's own operations, in a database of its own. What is true of each record is read back from
the bare tables; who may see it is decided in `oracle`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from domain.areas.models import Area, Level
from domain.cases.inputs import CaseInput, PartyInput, StepInput
from domain.cases.operations import family, merge
from domain.cases.operations.create import create
from domain.cases.operations.take import take
from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor, console
from domain.kernel.clock import local_date
from domain.kernel.models import NumberSeries
from domain.kernel.permissions import FieldLevel, Permission, Reach, Role
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs.models import Account, SessionKind, SignInSession, Unit, UnitKind
from domain.orgs.schemas import AccountChange, NewAccount, Restriction, RoleInput
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from state.clock import now
from state.session import COOKIE
from tests.leaks import facts
from tests.leaks.oracle import CaseFact, Human, VisitFact, sees
from tests.leaks.people import AT_FIRST, EVERYBODY, Who
from tests.support import risk, stations
from tests.support.county import PASSWORD, id_number, picture
from tests.support.stations import RIGHT, SAID, SCENES, STATIONS, WITH_PICTURES, Scene

_SQUARE = [[[[118.0, 25.0], [118.1, 25.0], [118.1, 25.1]]]]
AREAS = (
    ("3", None, Level.COUNTY), ("30", None, Level.COUNTY),
    ("35", "3", Level.TOWNSHIP), ("350", "3", Level.TOWNSHIP), ("3500", "350", Level.VILLAGE), ("351", "35", Level.VILLAGE),
    ("305", "30", Level.TOWNSHIP), ("3050", "30", Level.TOWNSHIP),
)  # fmt: skip
"""Code, what it lies in, level: no county's codes are as short, so that one code is the beginning of another."""
FIRST = 7000
"""Numbers begin after those that the description of the interface gives as examples."""
CHAINS = {"3": ("3",), "30": ("30",), "35": ("3", "35"), "350": ("3", "350"), "3500": ("3", "350", "3500"),
          "351": ("3", "35", "351"), "305": ("30", "305"), "3050": ("30", "3050")}  # fmt: skip
_UNITS = (
    ("centre", UnitKind.CENTRE), ("other", UnitKind.CENTRE), ("rsj", UnitKind.DEPARTMENT), ("zjj", UnitKind.DEPARTMENT),
    ("mzj", UnitKind.DEPARTMENT), ("off", UnitKind.DEPARTMENT), ("county", UnitKind.COUNTY),
    ("s35", UnitKind.STATION), ("s350", UnitKind.STATION), ("s305", UnitKind.STATION),
)  # fmt: skip
_ROLES = (
    ("narrow_role", Role.CENTER_ADMIN, ("case.view",), Reach.AREA, FieldLevel.MASKED),
    ("area_leader", Role.LEADER, ("case.view", "case.work", "statistics.view"), Reach.AREA, FieldLevel.MASKED),
    ("wide_role", Role.GUIDE, ("case.view", "visit.view", "statistics.view", "person.reveal"), Reach.ALL,
     FieldLevel.REVEAL),
)  # fmt: skip
_OF_B = {"registrar": "b_registrar", "center": "b_center", "guide": "b_guide"}
_OF_OFF = {"rsj": "in_disabled", "unit:rsj": "off"}
_PLACES_A, _PLACES_B = ("35", "350", "351", "3500"), ("305", "3050")


@dataclass
class World:
    """Everything the tests ask about; `actors` as they were when the cases were brought along."""

    engine: AsyncEngine
    actors: dict[str, Actor] = field(default_factory=dict)
    humans: list[Human] = field(default_factory=list)
    cases: list[CaseFact] = field(default_factory=list)
    visits: list[VisitFact] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    """The text of a form somebody began, by login."""

    def __getitem__(self, login: str) -> Actor:
        return self.actors[login]

    def human(self) -> Human:
        """Make up a person nobody shares a mark with."""
        n = len(self.humans) + 1
        made = Human(
            name="林" + chr(0x9000 + n) + chr(0x9300 + n),
            id_number=id_number(n, "19820304" if n < 1000 else "19830304"),
            phone=f"139{10_000_000 + n * 79_193:08d}",
            address="溪南村" + f"隐居巷{n}号{chr(0x8C00 + n)}",
        )
        self.humans.append(made)
        return made

    def seen(self, who: Who) -> list[CaseFact]:
        """List the cases somebody may know of."""
        return [case for case in self.cases if sees(who, case)]

    def unseen(self, who: Who) -> list[CaseFact]:
        """List the cases somebody must not know of."""
        return [case for case in self.cases if not sees(who, case)]


async def build(engine: AsyncEngine) -> World:
    """Build the world; everything is committed."""
    world, at = World(engine), now() - timedelta(hours=20)
    async with unit_of_work() as session:
        session.add(NumberSeries(series=f"case.{local_date(at).year}", last=FIRST))
        await _places_and_units(session)
        await _accounts(session, world, at)
    for place, (scene, cast, area) in enumerate(_plan()):
        async with unit_of_work() as session:
            await _bring(session, world, scene, cast, area, place, at)
    async with unit_of_work() as session:
        await _relations(session, world, at)
        await _visits(session, world)
        await _labels(session, at)
    async with unit_of_work() as session:
        await _change_people(session, world)
    await facts.read(world)
    await sign_everybody_in(world)
    return world


def _plan() -> list[tuple[Scene, dict[str, str], str]]:
    here = [(scene, {}, _PLACES_A[n % len(_PLACES_A)]) for n, scene in enumerate(SCENES)]
    there = [(scene, _OF_B, _PLACES_B[n % len(_PLACES_B)]) for n, scene in enumerate(STATIONS)]
    mine = [(scene, {"registrar": "registrar2"}, "35") for scene in STATIONS if scene.name in {"draft", "to_accept"}]
    third = [
        (scene, {"rsj": "zjj", "zjj": "mzj"}, "350") for scene in STATIONS if scene.name in {"in_progress", "closed"}
    ]
    gone = [(scene, _OF_OFF, "35") for scene in STATIONS if scene.name in {"in_progress", "closed"}]
    return [*here, *there, *mine, *third, *gone]


async def _places_and_units(session: AsyncSession) -> None:
    made: dict[str, Area] = {}
    for code, above, level in AREAS:
        path = "/" + "/".join(CHAINS[code]) + "/"
        made[code] = Area(code=code, name=f"{code}号地", level=level, path=path, shape=_SQUARE, center_lng=118.0,
                          center_lat=25.0, parent_id=made[above].id if above else None)  # fmt: skip
        session.add(made[code])
        await session.flush()
    for place, (code, kind) in enumerate(_UNITS):
        await orgs.add_unit(session, code=code, name=f"{code}单位", kind=kind, position=place)


_NEEDS_UNIT = {"officer": "rsj", "department_head": "rsj"}
_NEEDS_AREA = {"station": "/" + "/".join(CHAINS[AREAS[0][0]]) + "/"}


async def _accounts(session: AsyncSession, world: World, at: datetime) -> None:
    for code, acts_as, rights, reach, level in _ROLES:
        given = RoleInput(code, f"角色{code[:8]}", acts_as, rights, reach, level)
        await orgs.set_role(session, console("test"), given, at=at)
    for login, now_who in EVERYBODY.items():
        who = AT_FIRST.get(login, now_who)
        area = "/" + "/".join(CHAINS[who.area]) + "/" if who.area else ""
        unit = who.stored[0] if who.stored else ""
        new = NewAccount(
            login, f"员{login}", PASSWORD, (who.custom or who.acts_as,), unit or _NEEDS_UNIT.get(who.acts_as, ""),
            area or _NEEDS_AREA.get(who.acts_as, ""), who.stored[1:],
        )  # fmt: skip
        await orgs.add_account(session, console("test"), new, at=at)
        if (new.unit_code, new.area_path) != (unit, area):
            # by hand: the product refuses such accounts, older data may hold one
            bare = {"unit_id": None} if not unit else {}
            values = bare | {"area_path": area}
            await session.execute(update(Account).where(col(Account.login) == login).values(**values))
            session.expire_all()
        found = await org_queries.actor_of_login(session, login)
        assert found is not None
        world.actors[login] = found


async def _bring(
    session: AsyncSession, world: World, scene: Scene, cast: dict[str, str], area: str, place: int, at: datetime
) -> None:
    """Bring a case to a scene, by the people of its county."""
    owner = world[cast.get(scene.owner, scene.owner)]
    number, case_id = await _register(session, world, owner, area, place, at, scene)
    for login, action, given in scene.road:
        petitioner = stations.petitioner(case_id)  # type: ignore[arg-type]
        actor = petitioner if login == "petitioner" else world[cast.get(login, login)]
        pictures = (await picture(session, actor, at=at),) if action in WITH_PICTURES else ()
        wanted = {"opinion": SAID, **RIGHT.get(action, {}), **given, "attachments": pictures}
        for name in {"lead_department", "department"} & set(wanted):
            wanted[name] = _unit(cast, str(wanted[name]))
        helpers = given.get("assist_departments", ())
        wanted["assist_departments"] = tuple(_unit(cast, code) for code in helpers)  # type: ignore[attr-defined]
        await take(session, actor, number=number, action=action, given=StepInput(**wanted), at=at)  # type: ignore[arg-type]


def _unit(cast: dict[str, str], code: str) -> str:
    return cast.get(f"unit:{code}", cast.get(code, code))


async def _register(
    session: AsyncSession, world: World, owner: Actor, area: str, place: int, at: datetime, scene: Scene = STATIONS[0]
) -> tuple[str, object]:
    human = world.human()
    party = PartyInput(name=human.name, id_number=human.id_number, phone=human.phone, address=human.address)
    mark = chr(0x8800 + place)
    given = CaseInput(
        title=f"题{mark}〔{place:03d}〕", content=f"文{mark}〈{place:03d}〉反映工资拖欠，请求协调支付，已多次讨要无果。",
        category=("0701", "L101", "0301")[place % 3], area=area, risk_level="low" if scene.watched else ("low", "high")[place % 2],
        occurred_at=at - timedelta(days=3), parties=(party,), source="city" if scene.from_city else None,
    )  # fmt: skip
    made = await create(session, owner, given, at=at)
    return made.number, made.id


async def _relations(session: AsyncSession, world: World, at: datetime) -> None:
    """Merge and relate cases of different people, so that one is seen and the other is not."""
    numbers = []
    for place, login in enumerate(("registrar", "registrar2", "registrar", "registrar2"), start=500):
        number, _ = await _register(session, world, world[login], "35", place, at)
        await take(session, world[login], number=number, action=Action.SUBMIT, given=StepInput(), at=at)
        numbers.append(number)
    centre = world["center"]
    await merge.merge(session, centre, kept=numbers[1], merged=numbers[0], reason="重复登记", at=at)
    await family.adopt(session, centre, child=numbers[2], parent=numbers[3], at=at)


async def _labels(session: AsyncSession, at: datetime) -> None:
    """Let a model say something of every case there is."""
    rights = frozenset({Permission.CASE_VIEW, Permission.RISK_REPORT})
    model = replace(console("test"), roles=frozenset({Role.VIEWER}), rights=rights, reach=Reach.ALL)
    await risk.label_all(session, model, at=at)


async def _visits(session: AsyncSession, world: World) -> None:
    at = now()
    for place, (login, moment) in enumerate(
        (login, moment)
        for login in ("guide", "registrar", "b_guide", "b_registrar")
        for moment in (at, at - timedelta(days=1))
    ):
        human = world.human()
        person = PersonInput(human.name, id_number=human.id_number, phone=human.phone, address=human.address)
        given = VisitInput(person, f"来意{chr(0x8600 + place)}咨询")
        await visits.register(session, world[login], given, at=moment)


async def _change_people(session: AsyncSession, world: World) -> None:
    """Let happen what makes some accounts what they are now."""
    at, office = now(), console("test")
    for who in EVERYBODY.values():
        if who.denied or who.read_only or who.barred_actions or who.barred_places:
            await orgs.restrict(
                session, office, who.login,
                Restriction(tuple(who.denied), who.barred_actions, who.barred_places, who.read_only), at=at,
            )  # fmt: skip
    await orgs.change_account(session, office, "moved_away", AccountChange(unit_code="zjj"), at=at)
    unit = (await session.scalars(select(Unit).where(col(Unit.code) == "off"))).one()
    unit.disabled_at = at  # by hand: the product refuses while accounts have it as their main unit


async def sign_everybody_in(world: World) -> None:
    """Sign everybody in, by token and by browser; who is disabled or over was signed in before."""
    async with unit_of_work() as session:
        for login in EVERYBODY:
            world.tokens[login] = await _secret(session, login, SessionKind.API)
            world.cookies[login] = f"{COOKIE}={await _secret(session, login, SessionKind.BROWSER)}"
    async with unit_of_work() as session:
        await _put_on_hats(session, world)
    async with unit_of_work() as session:
        await orgs.disable(session, console("test"), "disabled", at=now())
        await orgs.grant_roles(session, console("test"), "stripped", (), at=now())
        account = (await session.scalars(select(Account).where(col(Account.login) == "expired"))).one()
        account.valid_until = now() - timedelta(minutes=1)


async def _secret(session: AsyncSession, login: str, kind: SessionKind) -> str:
    """Sign in with a password; an administrator's second factor counts as given (proved in the tests of signing in)."""
    given = await orgs.sign_in(session, login=login, password=PASSWORD, kind=kind, origin="192.0.2.9 接口", at=now())
    assert given.secret, (login, given.refusal)
    if "unproven" in SignInSession.model_fields:
        for row in await session.scalars(select(SignInSession).where(col(SignInSession.unproven) != "")):
            row.unproven = ""
    return given.secret


async def _put_on_hats(session: AsyncSession, world: World) -> None:
    at = now()
    for taker, giver in (("stand_in", "rsj"), ("stand_in_desk", "registrar"), ("stood_in", "rsj")):
        made = await orgs.delegate(
            session, world[giver], taker, at - timedelta(hours=1), at + timedelta(days=1), "公出", at=at
        )
        rows = select(SignInSession).where(col(SignInSession.account_id) == world[taker].account_id)
        for held in await session.scalars(rows):
            held.stands_for = world[giver].account_id
        if taker == "stood_in":
            await orgs.end_delegation(session, world[giver], made, at=at)
