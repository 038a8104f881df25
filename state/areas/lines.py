"""Rows of an import of areas: a list in the form of the national one, and borders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import operations, queries
from domain.areas.models import Datum
from domain.areas.schemas import AreaView, Drawn, Effect, ListRow, Planned, kept, shape_in
from domain.cases.operations import divisions
from domain.kernel import bounds
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from state.kit.importing import Content, Kind, Read, staged_in

LISTED = 8
"""Names told of what a list leaves out; the others are a number."""
_HEADS = ("区划代码", "名称", "级别", "上级代码", "原代码")
_NAMES = {"code": "区划代码", "name": "名称", "level": "级别", "parent": "上级代码", "former": "原代码"}
_BORDER_HEADS = ("区划代码", "名称", "点数")
_BORDER_NAMES = {"code": "区划代码", "shape": "边界", "datum": "坐标系", "name": "名称"}


def rows_in(content: Content) -> list[ListRow]:
    """Give the rows of a list that was kept, as the domain takes them."""
    return [ListRow(number, *values) for number, values, _ in staged_in(content)]


def since_in(content: Content) -> date:
    """Give the day from which the changes of a file count.

    :raises Invalid: none was given
    """
    return bounds.day(str(content.get("since", "")), label="生效日期", field="since")


def datum_in(content: Content) -> Datum:
    """Give what the borders of a file are measured in.

    :raises Invalid: nobody said
    """
    try:
        return Datum(str(content.get("datum", "")))
    except ValueError:
        raise Invalid.of({"datum": "请选择边界的坐标系"}) from None


async def _read(session: AsyncSession, actor: Actor, content: Content) -> tuple[Read, ...]:
    staged = staged_in(content)
    plan = await queries.plan(session, actor, rows_in(content))
    return tuple(_line(row, values, unread) for row, (_, values, unread) in zip(plan.rows, staged, strict=True))


def _line(row: Planned, values: Sequence[str], unread: Mapping[str, str]) -> Read:
    faults = {_NAMES.get(name, name): text for name, text in row.faults.items()}
    if tuple(values) == AREAS.example:
        faults[_HEADS[0]] = "这是模板里的示例行，请删除"
    said = "：".join(filter(None, (row.effect.label, row.said)))
    quiet = row.effect in {Effect.SAME, Effect.SKIPPED}
    code, name, level, parent, former = values
    shown = (code, name, level or (row.level.label if row.level else ""), parent or row.parent_code, former)
    return Read(row.number, shown, row, {**faults, **unread}, said, quiet)


async def _take(session: AsyncSession, actor: Actor, rows: Sequence[Read], content: Content, at: datetime) -> int:
    await divisions.take_list(session, actor, rows_in(content), since=since_in(content), at=at)
    return sum(1 for row in rows if not row.quiet)


async def _told(session: AsyncSession, actor: Actor, content: Content) -> list[str]:
    """How many of each effect, and what the base has and the list has not."""
    plan = await queries.plan(session, actor, rows_in(content))
    counts = "，".join(f"{effect.label} {count}" for effect, count in plan.counts.items())
    return [*([f"{counts}。"] if counts else []), *_left_out(plan.missing)]


def _left_out(missing: Sequence[AreaView]) -> list[str]:
    if not missing:
        return []
    names = "、".join(one.name for one in missing[:LISTED])
    more = " 等" if len(missing) > LISTED else ""
    return [
        f"系统中有、表中没有的区划 {len(missing)} 个：{names}{more}。导入不会改动它们，需要时可在列表中撤销或并入。"
    ]


def kept_borders(drawn: Sequence[Drawn]) -> dict[str, object]:
    """Write the borders of a file as they are kept until somebody confirms them."""
    lines = [
        (
            one.number,
            [one.code, one.name, str(sum(len(ring) for polygon in one.shape for ring in polygon))],
            {_BORDER_NAMES[name]: text for name, text in one.faults.items()},
        )
        for one in drawn
    ]
    return {"lines": lines, "shapes": [kept(one.shape) for one in drawn]}


def drawn_in(content: Content) -> list[Drawn]:
    """Give the borders of a file that was kept."""
    shapes = content.get("shapes")
    staged = zip(staged_in(content), shapes if isinstance(shapes, list) else [], strict=True)
    return [
        Drawn(number, values[0], values[1], shape_in(shape), _by_name(unread))
        for (number, values, unread), shape in staged
    ]


def _by_name(faults: Mapping[str, str]) -> dict[str, str]:
    return {name: faults[head] for name, head in _BORDER_NAMES.items() if head in faults}


async def _read_borders(session: AsyncSession, actor: Actor, content: Content) -> tuple[Read, ...]:
    judged = await queries.drawn(session, actor, drawn_in(content), datum_in(content))
    found: list[Read] = []
    for one, (_, values, _unread) in zip(judged, staged_in(content), strict=True):
        faults = {_BORDER_NAMES.get(name, name): text for name, text in one.faults.items()}
        found.append(Read(one.number, (one.code, one.name, values[2]), one, faults))
    return tuple(found)


async def _take_borders(
    session: AsyncSession, actor: Actor, _rows: Sequence[Read], content: Content, at: datetime
) -> int:
    return await operations.draw(session, actor, drawn_in(content), datum_in(content), since=since_in(content), at=at)


AREAS = Kind(
    "区划", "import.areas", Permission.AREA_MANAGE, _HEADS, _HEADS[:2],
    ("350521100201", "某某村", "村社区", "350521100", ""),
    (
        "带 * 的必须填写；示例行导入前请删除。一次最多 5000 行。",
        "区划代码：统计用区划代码（12 位），或县区 6 位、乡镇街道 9 位、村社区 12 位、网格 15 位。",
        "级别：省、市、县区、乡镇街道、村社区、网格；不填则按代码判断。省、市两级不导入。",
        "上级代码：不填则按代码判断；上级须在表中或系统中。",
        "原代码：代码有变化时填写原来的代码；几个区划合并时，用顿号分隔，填写被并入的代码。",
        "名称与系统中不同的按改名处理；表中没有的区划不会改动。",
    ),
    5000, _read, _take, _told,
    {
        "统计用区划代码": "区划代码", "代码": "区划代码", "行政区划代码": "区划代码", "区划名称": "名称", "层级": "级别", "区划级别": "级别",
        "上级": "上级代码", "上级区划代码": "上级代码", "父级代码": "上级代码", "原区划代码": "原代码",
        "code": "区划代码", "name": "名称", "level": "级别", "parent": "上级代码",
    },
    ("since",), (".xlsx", ".csv"),
)  # fmt: skip
BORDERS = Kind(
    "区划边界", "import.shapes", Permission.AREA_MANAGE, _BORDER_HEADS, _BORDER_HEADS[:1], (), (),
    5000, _read_borders, _take_borders, asks=("since", "datum"), endings=(".geojson", ".json"),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {"areas": AREAS, "shapes": BORDERS}
