"""Borders: pure geometry, and what may be taken for a border at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from math import isqrt

from domain.areas.schemas import Point, Polygon, Shape

CHINA = ((73.0, 136.0), (3.0, 54.5))
"""Least and greatest longitude and latitude that a border may have."""
MOST_POINTS = 20_000
"""Points of one border; a county drawn at ten metres has about as many."""
WIDEST = 8.0
"""Degrees that one border may reach; the largest county of the country reaches less."""
PLACES = 6
"""Decimal places of a degree that are kept: a tenth of a metre."""
_CORNERS = 3
_LOOKS = 60
"""Pairs of stretches that are looked at for each point of a ring; a border as it is surveyed needs some ten."""
_Stretch = tuple[Point, Point]


def size(polygon: Polygon) -> float:
    """Give the signed area of a border in square degrees, positive anticlockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise((*polygon, polygon[0]))) / 2


def centre(polygon: Polygon) -> Point:
    """Give the centroid of a border, measured from its first point for precision."""
    x0, y0 = polygon[0]
    shifted = tuple((x - x0, y - y0) for x, y in polygon)
    doubled, sum_x, sum_y = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in pairwise((*shifted, shifted[0])):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        sum_x += (x1 + x2) * cross
        sum_y += (y1 + y2) * cross
    if not doubled:
        count = len(polygon)
        return sum(x for x, _ in polygon) / count, sum(y for _, y in polygon) / count
    return round(x0 + sum_x / (3 * doubled), 6), round(y0 + sum_y / (3 * doubled), 6)


def shape_of(polygon: Polygon) -> Shape:
    """Give the shape of one ring; none where there is no ring."""
    return ((polygon,),) if polygon else ()


def middle(shape: Shape) -> Point | None:
    """Give the centroid of the largest polygon of a shape; none where there is none."""
    outer = [polygon[0] for polygon in shape]
    return centre(max(outer, key=lambda ring: abs(size(ring)))) if outer else None


def within_shape(shape: Shape, point: Point) -> bool:
    """Tell whether a point lies inside a shape, and in none of its holes."""
    return any(contains(outer, point) and not any(contains(hole, point) for hole in holes) for outer, *holes in shape)


def contains(polygon: Polygon, point: Point) -> bool:
    """Tell whether a point lies inside a border (even-odd rule)."""
    lng, lat = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise((*polygon, polygon[0])):
        if (y1 > lat) != (y2 > lat) and lng < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def shape_fault(shape: Iterable[Iterable[Polygon]]) -> str:
    """Say why a shape cannot be a border: bounds of coordinates, number of points, extent; empty when it can be one."""
    rings = [ring for polygon in shape for ring in polygon]
    points = [point for ring in rings for point in ring]
    if not points or any(len(set(ring)) < _CORNERS for ring in rings):
        return "每个环至少需要三个不同的点"
    if len(points) > MOST_POINTS:
        return f"边界最多 {MOST_POINTS} 个点，现为 {len(points)} 个，请先简化"
    lngs, lats = [lng for lng, _ in points], [lat for _, lat in points]
    if not _in_china(lngs, lats):
        turned = "，经度和纬度可能写反了" if _in_china(lats, lngs) else ""
        return f"坐标不在中国范围内：应为经度 {CHINA[0][0]:g} 至 {CHINA[0][1]:g}、纬度 {CHINA[1][0]:g} 至 {CHINA[1][1]:g} 的度数{turned}"
    if max(max(lngs) - min(lngs), max(lats) - min(lats)) > WIDEST:
        return f"边界跨度超过 {WIDEST:g} 度，不会是一个县区或其下级"
    if any(not size(ring) for ring in rings):
        return "边界没有面积，请检查各点"
    return next((fault for ring in rings if (fault := _crossing_fault(ring))), "")


def _crossing_fault(ring: Polygon) -> str:
    """Say where a ring crosses itself; to touch itself is no fault.

    Only stretches that share a cell of a grid are held against each other, and of these no more than a bounded number.
    """
    for looked, (one, other) in enumerate(_beside(ring)):
        if looked > _LOOKS * (len(ring) + 100):
            return "边界过于曲折，无法检查是否自相交，请先简化"
        if _cross(one, other):
            lng, lat = one[0]
            return f"边界自相交：在经度 {lng:g}、纬度 {lat:g} 附近"
    return ""


def _beside(ring: Polygon) -> Iterator[tuple[_Stretch, _Stretch]]:
    """Give pairs of stretches that lie near each other."""
    lngs, lats = [lng for lng, _ in ring], [lat for _, lat in ring]
    west, south, across = min(lngs), min(lats), isqrt(len(ring)) + 1
    wide, high = (max(lngs) - west) / across, (max(lats) - south) / across
    cells: dict[tuple[int, int], list[_Stretch]] = defaultdict(list)
    for one in pairwise((*ring, ring[0])):
        (x1, y1), (x2, y2) = one
        columns = range(int((min(x1, x2) - west) / wide), int((max(x1, x2) - west) / wide) + 1)
        lines = range(int((min(y1, y2) - south) / high), int((max(y1, y2) - south) / high) + 1)
        for cell in product(columns, lines):
            yield from ((other, one) for other in cells[cell])
            cells[cell].append(one)


def _cross(one: _Stretch, other: _Stretch) -> bool:
    """Tell whether two stretches cross inside of both."""

    def side(line: _Stretch, point: Point) -> float:
        (x1, y1), (x2, y2) = line
        return (x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1)

    return all(side(a, b[0]) * side(a, b[1]) < 0 for a, b in ((one, other), (other, one)))


def _in_china(lngs: list[float], lats: list[float]) -> bool:
    (west, east), (south, north) = CHINA
    return west <= min(lngs) and max(lngs) <= east and south <= min(lats) and max(lats) <= north
