"""No step sends a case to a unit, or a person, where nobody can act; what lies there already stands in a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.cases.queries import actions, listing, receiving, views
from domain.cases.vocabulary import Action, Need, Status
from domain.cases.workflow import STEPS
from domain.kernel.refusals import ActionNotAllowed, Invalid
from domain.orgs import operations as orgs
from domain.orgs.models import Account
from tests.domain.cases import oracle
from tests.support import county as support
from tests.support import stations
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.stations import RIGHT, SAID, SCENES, STATIONS, VARIANTS, WITH_PICTURES, Scene

A, S = Action, Status
DAY = timedelta(days=1)
FIELDS = {Need.LEAD: "lead_department", Need.DEPARTMENT: "department", Need.ASSISTS: "assist_departments"}
Emptying = Callable[[AsyncSession, County], Awaitable[None]]


async def _write(session: AsyncSession, county: County, unit: str, **values: object) -> None:
    own = col(Account.unit_id) == county.units[unit].id
    await session.execute(update(Account).where(own).values(**values))


async def disabled(session: AsyncSession, county: County) -> None:
    await _write(session, county, "mzj", disabled_at=MORNING)


async def expired(session: AsyncSession, county: County) -> None:
    await _write(session, county, "mzj", valid_until=MORNING)


async def ungranted(session: AsyncSession, county: County) -> None:
    await _write(session, county, "mzj", roles=[], role_codes=[])


async def moved(session: AsyncSession, county: County) -> None:
    await _write(session, county, "mzj", unit_id=county.units["rsj"].id)


async def away(session: AsyncSession, county: County) -> None:
    """Both are on leave, and who was to stand in for them has left."""
    for login in ("mzj", "mzj_head"):
        await orgs.delegate(session, county[login], "rsj2", MORNING - DAY, MORNING + DAY, "休年假", at=MORNING - DAY)
    await session.execute(update(Account).where(col(Account.login) == "rsj2").values(disabled_at=MORNING))


EMPTYINGS: tuple[Emptying, ...] = (disabled, expired, ungranted, moved, away)


def sending() -> list[tuple[Scene, Action, Need]]:
    """Every step of the table that names a unit, at a station where somebody may take it."""
    found: dict[tuple[Action, Need], Scene] = {}
    for scene in (*VARIANTS, *STATIONS):
        for step in STEPS:
            if step.source is scene.status and (not scene.only or step.action in scene.only):
                for need in (need for need in FIELDS if need in step.asks):
                    found.setdefault((step.action, need), scene)
    return [(scene, action, need) for (action, need), scene in found.items()]


async def attempt(session: AsyncSession, county: County, scene: Scene, action: Action, need: Need, number: str) -> None:
    cast = await stations.cast_of(session, county, number)
    login, _ = oracle.somebody(scene, cast, action)
    assert login, (scene.name, action)
    actor = cast[login]
    pictures = (await support.picture(session, actor, at=MORNING),) if action in WITH_PICTURES else ()
    given = {"opinion": SAID, **RIGHT.get(action, {}), "attachments": pictures}
    given |= {FIELDS[need]: ("mzj",) if need is Need.ASSISTS else "mzj"}
    await support.step(session, actor, number, action, at=MORNING, **given)


@pytest.mark.parametrize(("scene", "action", "need"), sending(), ids=lambda one: getattr(one, "name", str(one)))
@pytest.mark.parametrize("empty", EMPTYINGS)
async def test_no_step_reaches_a_unit_where_nobody_can_act(
    session: AsyncSession, scene: Scene, action: Action, need: Need, empty: Emptying
) -> None:
    county = await support.reinforce(session, await support.build(session))
    number = await stations.bring(session, county, scene, at=MORNING)
    await empty(session, county)
    before = await _case(session, number)
    version, status = before.version, before.status

    with pytest.raises(Invalid) as refused:
        await attempt(session, county, scene, action, need, number)

    assert set(refused.value.fields) == {FIELDS[need]}
    assert "民政局现在没有人可以接收" in refused.value.fields[FIELDS[need]]
    after = await _case(session, number)
    assert (after.version, after.status) == (version, status)


@pytest.mark.parametrize(("scene", "action", "need"), sending(), ids=lambda one: getattr(one, "name", str(one)))
async def test_a_deputy_in_force_receives_instead(
    session: AsyncSession, scene: Scene, action: Action, need: Need
) -> None:
    county = await support.reinforce(session, await support.build(session))
    number = await stations.bring(session, county, scene, at=MORNING)
    for login in ("mzj", "mzj_head"):
        await orgs.delegate(session, county[login], "rsj2", MORNING - DAY, MORNING + DAY, "休年假", at=MORNING - DAY)

    await attempt(session, county, scene, action, need, number)

    told = await receiving.attendance(session, action, at=MORNING)
    assert told["mzj"].label == "由代理人接收"


async def _case(session: AsyncSession, number: str) -> Case:
    query = select(Case).where(col(Case.number) == number).execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def _reason(session: AsyncSession, county: County, login: str, number: str, action: Action) -> str:
    shown = await actions.of(session, county[login], number, at=MORNING)
    return next(one.reason for one in shown if one.action == action.value)


class TestPersons:
    """A request, or what was sent back, goes to a person: the button says when that one is gone."""

    async def test_nothing_is_sent_back_to_a_registrar_who_left(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        await session.execute(update(Account).where(col(Account.login) == "registrar").values(disabled_at=MORNING))

        assert "登记人现在不能补充" in await _reason(session, county, "center", number, A.SEND_BACK)
        with pytest.raises(ActionNotAllowed, match="登记人现在不能补充"):
            await support.step(session, county["center"], number, A.SEND_BACK, at=MORNING, opinion=SAID)

    async def test_an_order_is_not_proposed_to_nobody(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        await session.execute(delete(Account).where(col(Account.login) == "nobody"))
        await session.execute(update(Account).where(col(Account.login) == "leader").values(valid_until=MORNING))

        assert "没有领导可以审批" in await _reason(session, county, "center", number, A.PROPOSE_ORDER)
        with pytest.raises(ActionNotAllowed, match="没有领导可以审批"):
            await support.step(session, county["center"], number, A.PROPOSE_ORDER, at=MORNING, opinion=SAID)

    @pytest.mark.parametrize(("action", "given"), [(A.REQUEST_RETURN, {}), (A.REQUEST_EXTENSION, {"days": 3})])
    async def test_an_ordered_case_asks_no_leader_who_left(
        self, session: AsyncSession, county: County, action: Action, given: dict[str, object]
    ) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        order = {"opinion": SAID, "department": "rsj"}
        await support.step(session, county["leader"], number, A.ORDER, at=MORNING, **order)
        await session.execute(update(Account).where(col(Account.login) == "leader").values(disabled_at=MORNING))

        with pytest.raises(ActionNotAllowed, match="须由领导审批"):
            await support.step(session, county["rsj"], number, action, at=MORNING, opinion=SAID, **given)


class TestList:
    """无人接收: the tile, the list and the API name select the same cases."""

    async def _listed(self, session: AsyncSession, county: County) -> set[str]:
        page = await listing.search(session, county["center"], CaseFilter(view="unattended"), at=MORNING, size=100)
        tiles = {one.view: one for one in await views.counters(session, county["center"], at=MORNING)}
        assert tiles["unattended"].count == page.total
        assert tiles["unattended"].label == "无人接收"
        return {row.number for row in page.items}

    async def test_it_holds_what_waits_for_a_unit_without_people(self, session: AsyncSession, county: County) -> None:
        numbers = {
            scene.name: await stations.bring(session, county, scene, at=MORNING, seed=place)
            for place, scene in enumerate(SCENES)
            if "mzj" not in scene.units
        }
        assert not await self._listed(session, county)

        own = col(Account.unit_id) == county.units["rsj"].id
        await session.execute(update(Account).where(own).values(disabled_at=MORNING))

        leads = {
            s.name for s in SCENES
            if s.name in numbers and s.lead == "rsj" and s.status not in {S.TO_CONFIRM, S.CLOSED, S.VOID}
        }  # fmt: skip
        assert await self._listed(session, county) == {numbers[name] for name in leads}

    async def test_it_holds_what_waits_for_an_assistant(self, session: AsyncSession, county: County) -> None:
        held = next(scene for scene in SCENES if scene.name == "in_progress")
        number = await stations.bring(session, county, held, at=MORNING)
        own = col(Account.unit_id) == county.units["zjj"].id
        await session.execute(update(Account).where(own).values(disabled_at=MORNING))

        assert await self._listed(session, county) == {number}

    async def test_it_holds_what_a_registrar_who_left_should_supplement(
        self, session: AsyncSession, county: County
    ) -> None:
        sent_back = next(scene for scene in SCENES if scene.status is S.TO_SUPPLEMENT)
        number = await stations.bring(session, county, sent_back, at=MORNING)
        await session.execute(update(Account).where(col(Account.login) == "registrar").values(disabled_at=MORNING))

        assert await self._listed(session, county) == {number}

    async def test_it_holds_what_waits_for_a_leader_who_left(self, session: AsyncSession, county: County) -> None:
        names = {"order_pending", "return of an order", "extension of an order"}
        scenes = [scene for scene in SCENES if scene.name in names]
        numbers = {
            await stations.bring(session, county, scene, at=MORNING, seed=place) for place, scene in enumerate(scenes)
        }
        await session.execute(update(Account).where(col(Account.login) == "leader").values(disabled_at=MORNING))

        assert await self._listed(session, county) == numbers


async def test_the_last_of_a_unit_is_told_what_stays_behind(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=2)
    for login in ("sysadmin", "secadmin"):
        assert await receiving.left_by(session, county[login], "rsj", at=MORNING) == ()

    await orgs.disable(session, county["sysadmin"], "rsj_head", at=MORNING)

    left = (("人力资源和社会保障局", 2),)
    assert await receiving.left_by(session, county["sysadmin"], "rsj", at=MORNING) == left
    assert await receiving.left_by(session, county["secadmin"], "rsj", at=MORNING) == left
    assert await receiving.open_of_unit(session, county["sysadmin"], "rsj") == 2
    await orgs.disable(session, county["sysadmin"], "rsj", at=MORNING)
    back = await receiving.goes_back_to_nobody(session, county["center"], number, A.WITHDRAW_REQUEST, at=MORNING)
    assert back == ""


async def test_a_result_sent_back_to_nobody_is_told_before(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:5], at=MORNING)
    for login in ("rsj_head", "rsj"):
        await orgs.disable(session, county["sysadmin"], login, at=MORNING)

    said = await receiving.goes_back_to_nobody(session, county["center"], number, A.REJECT_RESULT, at=MORNING)

    assert said.startswith("人力资源和社会保障局现在没有人可以办理")
