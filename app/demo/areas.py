"""The fictional county of 清溪县: townships, villages and grids whose borders fit together.

The county is cut again and again by straight lines, so that every piece is convex and
none overlaps another. All corners are then set into the borders they touch, and one
smooth bend is laid over the whole map: neighbours bend alike, because they share every
point of their common border. Neither the names nor the codes belong to a real place.
"""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, pi, sin
from random import Random

from domain.areas.models import Level
from domain.areas.rules import centre, size
from domain.areas.schemas import AreaSpec, Point, Polygon

COUNTY_CODE = "359900"
COUNTY_NAME = "清溪县"
TOWNSHIPS: tuple[tuple[str, str], ...] = (
    ("清溪街道", "001"),
    ("枫林镇", "101"),
    ("云溪镇", "102"),
    ("石桥镇", "103"),
    ("白鹭镇", "104"),
    ("月湖镇", "105"),
    ("龙潭镇", "106"),
    ("竹岭镇", "107"),
    ("松涧乡", "201"),
    ("梅坞乡", "202"),
    ("茶洋乡", "203"),
    ("雁山乡", "204"),
)
_FIRST = "上下东西南北前后大新"
_SECOND = ("洋", "坑", "林", "坂", "厝", "塘", "溪", "坪", "岭", "湖")
_NUMERALS = "一二三四"
_ORIGIN = (118.02, 25.62)
_RADIUS = (0.30, 0.22)
_CORNERS = 14
_STEP = 0.02
"""Borders get a point about every 0.02 degrees (2 km), so that the bend shows."""
_NEAR = 1e-9


def county(seed: int = 20) -> list[AreaSpec]:
    """Make the whole county, parents before children, alike for equal seeds."""
    rng = Random(seed)  # noqa: S311 — a picture to look at, not a secret
    straight = _cut_county(rng)
    corners = {point for spec in straight for point in spec.polygon}
    return [
        AreaSpec(spec.code, spec.name, spec.level, spec.parent_code, _bent(spec.polygon, corners)) for spec in straight
    ]


def _cut_county(rng: Random) -> list[AreaSpec]:
    """Cut the county into its areas, with straight borders still."""
    outline = _outline(rng)
    specs = [AreaSpec(COUNTY_CODE, COUNTY_NAME, Level.COUNTY, None, outline)]
    names = [first + second for first in _FIRST for second in _SECOND]
    rng.shuffle(names)
    for (name, suffix), polygon in zip(TOWNSHIPS, _seat_first(_split(outline, len(TOWNSHIPS), rng)), strict=True):
        township = AreaSpec(COUNTY_CODE + suffix, name, Level.TOWNSHIP, COUNTY_CODE, polygon)
        specs.append(township)
        for village in _villages(township, names, rng):
            specs += [village, *_grids(village, rng)]
    return specs


def _seat_first(polygons: list[Polygon]) -> list[Polygon]:
    """Put the piece nearest to the middle first: the county's seat lies there."""
    x, y = _ORIGIN
    seat = min(polygons, key=lambda one: hypot(centre(one)[0] - x, centre(one)[1] - y))
    return [seat, *(one for one in polygons if one is not seat)]


def _villages(township: AreaSpec, names: list[str], rng: Random) -> list[AreaSpec]:
    """Cut a township into 4 to 6 villages, taking their names off the list."""
    urban = township.name.endswith("街道")
    first, ending = (1, "社区") if urban else (201, "村")
    pieces = _split(township.polygon, rng.randint(4, 6), rng)
    return [
        AreaSpec(f"{township.code}{first + i:03}", names.pop() + ending, Level.VILLAGE, township.code, piece)
        for i, piece in enumerate(pieces)
    ]


def _grids(village: AreaSpec, rng: Random) -> list[AreaSpec]:
    """Cut a village into 2 or 3 grids."""
    pieces = _split(village.polygon, rng.randint(2, 3), rng)
    return [
        AreaSpec(f"{village.code}{i + 1:03}", f"{village.name}第{_NUMERALS[i]}网格", Level.GRID, village.code, piece)
        for i, piece in enumerate(pieces)
    ]


def _outline(rng: Random) -> Polygon:
    """Draw the county: a convex polygon on an ellipse, its corners unevenly spaced."""
    turns = [(i + rng.uniform(-0.3, 0.3)) * 2 * pi / _CORNERS for i in range(_CORNERS)]
    return tuple((_ORIGIN[0] + _RADIUS[0] * cos(t), _ORIGIN[1] + _RADIUS[1] * sin(t)) for t in turns)


def _split(polygon: Polygon, parts: int, rng: Random) -> list[Polygon]:
    """Cut a convex polygon into so many convex parts of about equal size."""
    if parts == 1:
        return [polygon]
    fewer = parts // 2
    turn = _long_axis(polygon) + rng.uniform(-0.3, 0.3)
    share = fewer / parts * rng.uniform(0.92, 1.08)
    one, other = _cut(polygon, (cos(turn), sin(turn)), share)
    return _split(one, fewer, rng) + _split(other, parts - fewer, rng)


def _long_axis(polygon: Polygon) -> float:
    """Give the direction (radians, of 18 tried) in which a polygon is longest."""

    def length(turn: float) -> float:
        reach = [x * cos(turn) + y * sin(turn) for x, y in polygon]
        return max(reach) - min(reach)

    return max((i * pi / 18 for i in range(18)), key=length)


def _cut(polygon: Polygon, across: Point, share: float) -> tuple[Polygon, Polygon]:
    """Cut a convex polygon across a direction, so that the first part has that share of its size."""
    reach = [x * across[0] + y * across[1] for x, y in polygon]
    low, high = min(reach), max(reach)
    wanted = abs(size(polygon)) * share
    for _ in range(40):
        middle = (low + high) / 2
        if abs(size(_side(polygon, across, middle, below=True))) < wanted:
            low = middle
        else:
            high = middle
    at = (low + high) / 2
    return _side(polygon, across, at, below=True), _side(polygon, across, at, below=False)


def _side(polygon: Polygon, across: Point, at: float, *, below: bool) -> Polygon:
    """Keep the part of a convex polygon on one side of a line (Sutherland and Hodgman)."""
    kept: list[Point] = []
    for here, there in pairwise((*polygon, polygon[0])):
        d1 = here[0] * across[0] + here[1] * across[1] - at
        d2 = there[0] * across[0] + there[1] * across[1] - at
        if (d1 <= 0) == below:
            kept.append(here)
        if (d1 <= 0) != (d2 <= 0):
            kept.append(_crossing(here, there, d1, d2))
    return tuple(kept) if kept else (polygon[0],)


def _crossing(here: Point, there: Point, d1: float, d2: float) -> Point:
    """Give the point where an edge meets the line, the same from either end."""
    if there < here:
        here, there, d1, d2 = there, here, d2, d1
    part = d1 / (d1 - d2)
    return here[0] + (there[0] - here[0]) * part, here[1] + (there[1] - here[1]) * part


def _bent(polygon: Polygon, corners: set[Point]) -> Polygon:
    """Lay the common bend over a border, through every corner that touches it."""
    points: list[Point] = []
    for here, there in pairwise((*polygon, polygon[0])):
        stops = [here, *_between(here, there, corners), there]
        for one, other in pairwise(stops):
            points.append(one)
            points += _filled(one, other)
    rounded = [_bend(point) for point in points]
    return tuple(point for point, after in pairwise((*rounded, rounded[0])) if point != after)


def _between(here: Point, there: Point, corners: set[Point]) -> list[Point]:
    """List the corners strictly inside an edge, in its direction."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    length = hypot(dx, dy)
    if length < _NEAR:
        return []
    found: list[tuple[float, Point]] = []
    for x, y in corners:
        along = ((x - here[0]) * dx + (y - here[1]) * dy) / length
        aside = abs((x - here[0]) * dy - (y - here[1]) * dx) / length
        if aside < _NEAR < along < length - _NEAR:
            found.append((along, (x, y)))
    return [point for _, point in sorted(found)]


def _filled(one: Point, other: Point) -> list[Point]:
    """Space points along a stretch, the same ones from either end."""
    first, last = min(one, other), max(one, other)
    count = int(hypot(last[0] - first[0], last[1] - first[1]) / _STEP)
    parts = [(i + 1) / (count + 1) for i in range(count)]
    points = [(first[0] + (last[0] - first[0]) * p, first[1] + (last[1] - first[1]) * p) for p in parts]
    return points if one == first else points[::-1]


def _bend(point: Point) -> Point:
    """Move a point by waves small enough never to fold the map, rounded to 0.1 m."""
    x, y = point
    east = 0.010 * sin(31 * y + 1.3) + 0.004 * sin(83 * y + 47 * x)
    north = 0.009 * sin(29 * x + 0.4) + 0.004 * sin(79 * x - 53 * y)
    return round(x + east, 6), round(y + north, 6)
