"""Areas change; what happened there and who sees by them goes along, and reads the present name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import operations as areas
from domain.areas import queries
from domain.areas.models import Area, Change, Datum, Level
from domain.areas.schemas import AreaInput, AreaSpec, Drawn, ListRow
from domain.audit import queries as audit
from domain.audit import wording
from domain.audit.schemas import JournalFilter
from domain.cases.inputs import CaseFilter, StepInput
from domain.cases.models import Case
from domain.cases.operations import divisions
from domain.cases.operations.take import take
from domain.cases.queries import detail, listing
from domain.cases.vocabulary import Action
from domain.kernel.permissions import GRANTS, PEOPLE_ROLES, Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.orgs import queries as orgs
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

TODAY = date(2026, 11, 18)
TOWN, OTHER = "359901001", "359901002"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    """Give the county with a second township, and a village in each."""
    made = await support.build(session)
    await areas.add_all(session, [
        AreaSpec(OTHER, "云溪镇", Level.TOWNSHIP, "359901"),
        AreaSpec(f"{TOWN}201", "上洋村", Level.VILLAGE, TOWN),
        AreaSpec(f"{OTHER}201", "下洋村", Level.VILLAGE, OTHER),
    ])  # fmt: skip
    return made


async def case_in(session: AsyncSession, county: County, code: str) -> str:
    """Bring a case to the department, in an area."""
    number = await support.draft(session, county, at=MORNING, area=code)
    for action in MAIN_LINE[:2]:
        await support.main_step(session, county, number, action, at=MORNING)
    return number


async def full(session: AsyncSession, county: County, number: str) -> str:
    return (await detail.get(session, county["center"], number, at=MORNING)).area_full


async def found_by(session: AsyncSession, county: County, login: str, area: str = "") -> set[str]:
    actor = await orgs.actor_of_login(session, login)
    assert actor is not None
    page = await listing.search(session, actor, CaseFilter(areas=(area,) if area else ()), at=MORNING)
    return {row.number for row in page.items}


class TestAChange:
    async def test_of_the_name_is_read_everywhere(self, session: AsyncSession, county: County) -> None:
        number = await case_in(session, county, TOWN)
        await areas.rename(session, county["sysadmin"], TOWN, "枫林街道", since=TODAY, at=MORNING)
        assert await full(session, county, number) == "清溪县 / 枫林街道"

    async def test_of_the_parent_takes_everything_below_along(self, session: AsyncSession, county: County) -> None:
        number = await case_in(session, county, f"{TOWN}201")
        assert await found_by(session, county, "station") == {number}

        await divisions.move(session, county["sysadmin"], f"{TOWN}201", OTHER, f"{OTHER}202", since=TODAY, at=MORNING)

        assert await full(session, county, number) == "清溪县 / 云溪镇 / 上洋村"
        assert await found_by(session, county, "station") == set()
        assert await found_by(session, county, "center", OTHER) == {number}
        assert await queries.name_of(session, f"/359901/{TOWN}/{TOWN}201/") == "清溪县 / 枫林镇 / 上洋村"

    async def test_of_a_township_s_code_takes_accounts_along(self, session: AsyncSession, county: County) -> None:
        number = await case_in(session, county, f"{TOWN}201")
        await divisions.move(session, county["sysadmin"], TOWN, "359901", "359901003", since=TODAY, at=MORNING)
        assert await found_by(session, county, "station") == {number}
        station = await orgs.actor_of_login(session, "station")
        assert station is not None
        assert station.area_path == "/359901/359901003/"

    async def test_that_merges_keeps_the_case_and_shows_the_successor(
        self, session: AsyncSession, county: County
    ) -> None:
        number = await case_in(session, county, f"{TOWN}201")
        await divisions.merge(session, county["sysadmin"], TOWN, OTHER, since=TODAY, at=MORNING)

        assert await full(session, county, number) == "清溪县 / 云溪镇 / 上洋村"
        assert await found_by(session, county, "center", OTHER) == {number}
        assert [one.code for one in await queries.all_areas(session)] == ["359901", OTHER, f"{TOWN}201", f"{OTHER}201"]
        view = await detail.get(session, county["center"], number, at=MORNING)
        assert view.area_code == f"{TOWN}201"

    async def test_that_merges_shows_the_successor_in_the_form(self, session: AsyncSession, county: County) -> None:
        number = await case_in(session, county, TOWN)
        await divisions.merge(session, county["sysadmin"], TOWN, OTHER, since=TODAY, at=MORNING)
        view = await detail.get(session, county["center"], number, at=MORNING)
        assert (view.area_full, view.area_code) == ("清溪县 / 云溪镇", OTHER)
        # whoever saw by the merged area sees what was registered there, and not at once all of the other
        assert await found_by(session, county, "station") == {number}
        assert await found_by(session, county, "station", OTHER) == {number}

    async def test_that_ends_asks_first_what_is_open(self, session: AsyncSession, county: County) -> None:
        number = await case_in(session, county, f"{TOWN}201")
        ending = {"since": TODAY, "at": MORNING}
        with pytest.raises(ActionNotAllowed, match="1 件未办结"):
            await divisions.end(session, county["sysadmin"], f"{TOWN}201", **ending)
        for action in MAIN_LINE[2:]:
            await support.main_step(session, county, number, action, at=MORNING)
        with pytest.raises(ActionNotAllowed, match="1 个账号"):
            await divisions.end(session, county["sysadmin"], TOWN, **ending)
        with pytest.raises(ActionNotAllowed, match="下还有 1 个区划"):
            await divisions.end(session, county["sysadmin"], OTHER, **ending)
        await divisions.end(session, county["sysadmin"], f"{TOWN}201", **ending)
        assert await full(session, county, number) == "清溪县 / 枫林镇 / 上洋村"
        with pytest.raises(Invalid, match="已停用"):
            await case_in(session, county, f"{TOWN}201")


ACTS: dict[str, Callable[..., Awaitable[object]]] = {
    "add": lambda s, a: areas.create(s, a, AreaInput(f"{TOWN}202", "东洋村"), at=MORNING),
    "rename": lambda s, a: areas.rename(s, a, TOWN, "枫林街道", since=TODAY, at=MORNING),
    "move": lambda s, a: divisions.move(s, a, f"{TOWN}201", OTHER, since=TODAY, at=MORNING),
    "recode": lambda s, a: divisions.move(s, a, f"{TOWN}201", TOWN, f"{TOWN}209", since=TODAY, at=MORNING),
    "merge": lambda s, a: divisions.merge(s, a, f"{TOWN}201", f"{OTHER}201", since=TODAY, at=MORNING),
    "end": lambda s, a: divisions.end(s, a, f"{TOWN}201", since=TODAY, at=MORNING),
    "list": lambda s, a: divisions.take_list(s, a, [ListRow(2, f"{TOWN}202", "东洋村")], since=TODAY, at=MORNING),
    "draw": lambda s, a: areas.draw(s, a, [SQUARE], Datum.WGS84, since=TODAY, at=MORNING),
}
RING = ((118.0, 25.0), (118.1, 25.0), (118.1, 25.1))
SQUARE = Drawn(1, TOWN, "", ((RING,),))
KINDS = {
    "rename": Change.RENAME, "move": Change.MOVE, "recode": Change.RECODE, "merge": Change.MERGE, "end": Change.END,
}  # fmt: skip


class TestEveryAct:
    @pytest.mark.parametrize("act", ACTS)
    @pytest.mark.parametrize("role", [r for r in PEOPLE_ROLES if Permission.AREA_MANAGE not in GRANTS[r]])
    async def test_is_the_administrator_s_alone(
        self, session: AsyncSession, county: County, act: str, role: str
    ) -> None:
        actor = replace(county["sysadmin"], roles=frozenset({role}), rights=None)
        with pytest.raises(NotPermitted, match="区划管理"):
            await ACTS[act](session, actor)

    @pytest.mark.parametrize("act", ACTS)
    async def test_stands_in_the_journal(self, session: AsyncSession, county: County, act: str) -> None:
        await ACTS[act](session, county["sysadmin"])
        page = await audit.search(session, county["auditor"], JournalFilter(), at=MORNING)
        line = next(one for one in page.items if one.action.startswith("area."))
        assert line.words != line.action
        told = wording.in_one(line.details, line.changes)
        assert "洋村" in told or "枫林" in told

    @pytest.mark.parametrize("act", KINDS)
    async def test_is_kept_with_its_day(self, session: AsyncSession, county: County, act: str) -> None:
        before = {one.id: one for one in await queries.every_area(session)}
        await ACTS[act](session, county["sysadmin"])
        area = (await session.scalars(select(Area).where(col(Area.id).in_(await queries.changed_ids(session))))).one()
        (kept,) = await queries.changes_of(session, area.id)
        was = before[area.id]
        assert (kept.kind, kept.valid_from, kept.code, kept.name) == (KINDS[act], TODAY, was.code, was.name)
        assert kept.changed_by == county["sysadmin"].account_id

    @pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(1066, 1, 1)])
    async def test_counts_from_a_day_that_has_come(self, session: AsyncSession, county: County, day: date) -> None:
        with pytest.raises(Invalid, match="生效日期"):
            await areas.rename(session, county["sysadmin"], TOWN, "枫林街道", since=day, at=MORNING)


class TestRefused:
    @pytest.mark.parametrize(
        ("given", "field"),
        [
            (AreaInput("35990", "某镇"), "code"),
            (AreaInput(TOWN, "某镇"), "code"),
            (AreaInput("359901003", "枫林镇"), "name"),
            (AreaInput("359901003", " "), "name"),
            (AreaInput("359902001", "某镇"), "parent"),
            (AreaInput("359902001", "某镇", "359901"), "code"),
        ],
    )
    async def test_a_new_area(self, session: AsyncSession, county: County, given: AreaInput, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            await areas.create(session, county["sysadmin"], given, at=MORNING)
        assert set(refused.value.fields) == {field}

    @pytest.mark.parametrize(
        ("parent", "code", "field"),
        [("359901", "", "parent"), (TOWN, "", "parent"), ("999999", "", "parent"), (OTHER, f"{TOWN}209", "new_code")],
    )
    async def test_a_move(self, session: AsyncSession, county: County, parent: str, code: str, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            await divisions.move(session, county["sysadmin"], f"{TOWN}201", parent, code, since=TODAY, at=MORNING)
        assert set(refused.value.fields) == {field}

    @pytest.mark.parametrize("into", [f"{TOWN}201", TOWN, "999999999999", ""])
    async def test_a_merge(self, session: AsyncSession, county: County, into: str) -> None:
        with pytest.raises(Invalid) as refused:
            await divisions.merge(session, county["sysadmin"], f"{TOWN}201", into, since=TODAY, at=MORNING)
        assert set(refused.value.fields) == {"into"}

    async def test_what_is_not_there(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(NotFound):
            await areas.rename(session, county["sysadmin"], "000000", "某县", since=TODAY, at=MORNING)


class TestAList:
    async def test_is_taken_whole_or_not_at_all(self, session: AsyncSession, county: County) -> None:
        rows = [ListRow(2, f"{TOWN}202", "东洋村"), ListRow(3, f"{TOWN}203", "")]
        with pytest.raises(Invalid) as refused:
            await divisions.take_list(session, county["sysadmin"], rows, since=TODAY, at=MORNING)
        assert set(refused.value.fields) == {"3.name"}
        assert f"{TOWN}202" not in {one.code for one in await queries.every_area(session)}

    async def test_does_all_of_it_at_once(self, session: AsyncSession, county: County) -> None:
        number = await case_in(session, county, f"{TOWN}201")
        rows = [
            ListRow(2, f"{OTHER}205", "上洋社区", former=f"{TOWN}201"),
            ListRow(3, "359901003", "新区街道", former=TOWN),
            ListRow(4, "359901003001", "新社区"),
            ListRow(5, OTHER, "云溪街道", former=""),
            ListRow(6, f"{OTHER}209", "洋村", former=f"{OTHER}201 {OTHER}299"),
        ]
        with pytest.raises(Invalid, match=f"原代码 {OTHER}299 不是现有的区划"):
            await divisions.take_list(session, county["sysadmin"], rows, since=TODAY, at=MORNING)
        rows[-1] = replace(rows[-1], former=f"{OTHER}201")

        plan = await divisions.take_list(session, county["sysadmin"], rows, since=TODAY, at=MORNING)

        assert {effect.value: count for effect, count in plan.counts.items()} == {"new": 1, "renamed": 1, "moved": 3}
        assert await full(session, county, number) == "清溪县 / 云溪街道 / 上洋社区"
        assert [(one.path, one.name) for one in await queries.all_areas(session)] == [
            ("/359901/", "清溪县"),
            ("/359901/359901002/", "云溪街道"),
            ("/359901/359901002/359901002205/", "上洋社区"),
            ("/359901/359901002/359901002209/", "洋村"),
            ("/359901/359901003/", "新区街道"),
            ("/359901/359901003/359901003001/", "新社区"),
        ]
        assert (await queries.search(session, "上洋村"))[0].name == "上洋社区"


class TestBorders:
    async def test_are_kept_with_their_middle_and_what_was_before(self, session: AsyncSession, county: County) -> None:
        hole = ((118.06, 25.01), (118.08, 25.01), (118.08, 25.03))
        shape = ((RING, hole), (((118.2, 25.2), (118.21, 25.2), (118.21, 25.21)),))
        assert await areas.draw(session, county["sysadmin"], [replace(SQUARE, shape=shape)], Datum.WGS84,
                                since=TODAY, at=MORNING) == 1  # fmt: skip
        area = await queries.by_code(session, TOWN)
        assert await queries.shape_of(session, TOWN) == shape
        assert area.center == pytest.approx((118.066667, 25.033333))
        assert [one.kind for one in await queries.changes_of(session, area.id)] == [Change.DRAW]
        assert await queries.at_point(session, (118.07, 25.02)) == await queries.by_code(session, "359901")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ([replace(SQUARE, code="359901009")], "code"),
            ([SQUARE, replace(SQUARE, number=2)], "code"),
            ([replace(SQUARE, shape=((RING[:2],),))], "shape"),
            ([replace(SQUARE, shape=((tuple((lat, lng) for lng, lat in RING),),))], "shape"),
            ([replace(SQUARE, shape=(((*RING[:2], (129.0, 25.0)),),))], "shape"),
            ([replace(SQUARE, shape=(((*RING[:2], (118.2, 25.0)),),))], "shape"),
        ],
    )
    async def test_that_cannot_be_are_refused(
        self, session: AsyncSession, county: County, given: list[Drawn], field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            await areas.draw(session, county["sysadmin"], given, Datum.WGS84, since=TODAY, at=MORNING)
        assert {name.partition(".")[2] for name in refused.value.fields} == {field}

    async def test_of_two_kinds_never_stand_beside_each_other(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid, match="须用同一种坐标系"):
            await areas.draw(session, county["sysadmin"], [SQUARE], Datum.GCJ02, since=TODAY, at=MORNING)


async def test_a_case_may_keep_its_ended_area(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, [], at=MORNING)
    await divisions.merge(session, county["sysadmin"], TOWN, OTHER, since=TODAY, at=MORNING)
    case = (await session.scalars(select(Case).where(col(Case.number) == number))).one()
    given = StepInput(title="改过的标题", area=TOWN)
    await take(session, county["registrar"], number=number, action=Action.EDIT, given=given, at=MORNING)
    assert case.area_path.endswith(f"/{TOWN}/")
