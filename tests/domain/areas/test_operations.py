"""Areas in the database: adding them and reading them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.demo.areas import county
from domain.areas import operations, queries, rules
from domain.areas.models import Area, AreaChange, Change, Datum, Level
from domain.areas.schemas import AreaSpec, Drawn, kept
from domain.kernel.actor import console
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from tests.support.county import MORNING

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
SPECS = county()


@pytest.fixture(autouse=True)
async def drawn(session: AsyncSession) -> None:
    """Put the fictional county in."""
    await operations.add_all(session, SPECS)


class TestAdd:
    async def test_lays_the_path_and_the_centre(self, session: AsyncSession) -> None:
        grid = AreaSpec("359900101201009", "试点网格", Level.GRID, "359900101201", SQUARE)
        area = await operations.add(session, grid)
        assert area.path == "/359900/359900101/359900101201/359900101201009/"
        assert (area.center_lng, area.center_lat) == (1.0, 1.0)

    @pytest.mark.parametrize(
        ("code", "parent", "field"),
        [
            ("359900101201001", "359900101201", "code"),
            ("359900101201009", "359900101999", "parent"),
            ("359900101201009", "359900101", "parent"),
            ("3599001012010", "359900101201", "code"),
        ],
    )
    async def test_refuses_what_does_not_fit(self, session: AsyncSession, code: str, parent: str, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            await operations.add(session, AreaSpec(code, "试点网格", Level.GRID, parent, SQUARE))
        assert set(refusal.value.fields) == {field}


class TestReads:
    async def test_all_areas_come_after_their_parents(self, session: AsyncSession) -> None:
        seen = set()
        for area in await queries.all_areas(session):
            assert area.parent_id is None or area.parent_id in seen
            seen.add(area.id)
        assert len(seen) == len(SPECS)

    async def test_by_code_finds_or_refuses(self, session: AsyncSession) -> None:
        area = await queries.by_code(session, "359900101")
        assert (area.name, area.level, area.path) == ("枫林镇", Level.TOWNSHIP, "/359900/359900101/")
        ring = next(spec.polygon for spec in SPECS if spec.code == area.code)
        assert await queries.shape_of(session, area.code) == ((ring,),)
        with pytest.raises(NotFound, match="没有这个区划"):
            await queries.by_code(session, "110101")

    async def test_search_finds_names_and_codes_widest_first(self, session: AsyncSession) -> None:
        found = await queries.search(session, "枫林")
        assert [area.name for area in found] == ["枫林镇"]
        assert [area.level for area in await queries.search(session, "359900101", limit=2)] == [
            Level.TOWNSHIP,
            Level.VILLAGE,
        ]
        assert len(await queries.search(session, "网格", limit=5)) == 5

    @pytest.mark.parametrize("wanted", ["", "  ", "%", "_", "\\"])
    async def test_search_takes_wildcards_literally(self, session: AsyncSession, wanted: str) -> None:
        assert await queries.search(session, wanted) == ()

    async def test_names_are_chained_from_the_county_down(self, session: AsyncSession) -> None:
        village = next(spec for spec in SPECS if spec.parent_code == "359900101")
        path = f"/359900/359900101/{village.code}/"
        assert await queries.name_of(session, path) == f"清溪县 / 枫林镇 / {village.name}"
        assert await queries.names_of(session, ["", "/359900/"]) == {"": "", "/359900/": "清溪县"}
        assert await queries.name_of(session, "") == ""

    async def test_at_point_finds_the_grid(self, session: AsyncSession) -> None:
        grid = SPECS[-1]
        found = await queries.at_point(session, rules.centre(grid.polygon))
        assert found is not None
        assert found.code == grid.code
        assert await queries.at_point(session, (0.0, 0.0)) is None


class TestWithin:
    async def reached(self, session: AsyncSession, path: str) -> set[str]:
        return set(await session.scalars(select(col(Area.code)).where(queries.within(path))))

    async def test_reaches_an_area_and_everything_below(self, session: AsyncSession) -> None:
        expected = {spec.code for spec in SPECS if spec.code.startswith("359900101")}
        assert await self.reached(session, "/359900/359900101/") == expected

    async def test_does_not_take_a_code_for_the_beginning_of_another(self, session: AsyncSession) -> None:
        assert await self.reached(session, "/3599") == set()
        assert await self.reached(session, "/359900/35990010") == set()

    @pytest.mark.parametrize("path", ["", "/", "/%/", "/______/"])
    async def test_an_empty_or_foreign_path_reaches_nothing(self, session: AsyncSession, path: str) -> None:
        assert await self.reached(session, path) == set()

    async def test_is_served_by_the_index(self, session: AsyncSession) -> None:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        query = select(col(Area.code)).where(queries.within("/359900/359900101/"))
        plan = "\n".join(
            await session.scalars(text(f"EXPLAIN {query.compile(compile_kwargs={'literal_binds': True})}"))
        )
        assert "~>=~" in plan
        assert "ix_area_path" in plan


async def test_borders_go_by_name_where_only_one_area_bears_it(session: AsyncSession) -> None:
    administrator = console("测试")
    ring = ((118.0, 25.0), (118.2, 25.0), (118.2, 25.2))
    twin = next(spec for spec in SPECS if spec.level is Level.VILLAGE and spec.parent_code != "359900101")
    await operations.add(session, AreaSpec("359900101299", twin.name, Level.VILLAGE, "359900101"))
    given = [
        Drawn(place, code, name, ((ring,),))
        for place, (code, name) in enumerate([("", "枫林镇"), ("", "无名镇"), ("", twin.name), ("359900101", "")], 1)
    ]

    judged = await queries.drawn(session, administrator, given, Datum.WGS84)

    assert [one.code for one in judged] == ["359900101", "", "", "359900101"]
    assert [one.faults.get("code", "") for one in judged] == [
        "", "没有名称为“无名镇”的区划", f"有 2 个区划都叫“{twin.name}”，请写区划代码", "与第 1 个图形的代码重复",
    ]  # fmt: skip


async def test_a_border_is_taken_away_and_the_version_of_all_tells(session: AsyncSession) -> None:
    async def known() -> tuple[list[str], str]:
        shown = [area.code for area in await queries.bordered(session, Level.TOWNSHIP)]
        assert [area.code for area, shape in await queries.borders(session, Level.TOWNSHIP) if shape] == shown
        return shown, await queries.version_of_borders(session, Level.TOWNSHIP)

    shown, version = await known()
    assert await known() == (shown, version)
    (ring,) = (await queries.shape_of(session, "359900101"))[0]

    await operations.undraw(session, console("测试"), "359900101", since=MORNING.date(), at=MORNING)
    await session.flush()

    left, later = await known()
    assert (sorted({*shown} - {*left}), version == later) == (["359900101"], False)
    assert await session.scalar(select(col(AreaChange.shape)).where(col(AreaChange.kind) == Change.DRAW)) == kept(
        ((ring,),)
    )
    with pytest.raises(ActionNotAllowed, match="没有边界"):
        await operations.undraw(session, console("测试"), "359900101", since=MORNING.date(), at=MORNING)
