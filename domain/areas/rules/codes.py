"""Codes, paths and borders: pure decisions without a database."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType

from domain.areas.models import Level
from domain.areas.schemas import AreaSpec, Point, Polygon

CODE_LENGTH: MappingProxyType[Level, int] = MappingProxyType(
    {Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12, Level.GRID: 15}
)
_ORDER = tuple(Level)
_CORNERS = 3


def faults(spec: AreaSpec, parent: Level | None) -> dict[str, str]:
    """This function will name what is wrong with an area to add, by field; empty when nothing is."""
    place = _ORDER.index(spec.level)
    above = _ORDER[place - 1] if place else None
    length = CODE_LENGTH[spec.level]
    found = {
        "code": ""
        if spec.code.isdecimal() and len(spec.code) == length
        else f"{spec.level.label}代码须为 {length} 位数字",
        "name": "" if spec.name.strip() else "请填写名称",
        "parent": "" if parent is above else f"{spec.level.label}的上级须为{above.label if above else '空'}",
        "polygon": "" if len(spec.polygon) >= _CORNERS else "边界至少需要三个点",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def path_under(parent_path: str, code: str) -> str:
    """This function will give the path of a code under its parent's path (empty for a county)."""
    return f"{parent_path or '/'}{code}/"


def codes_in(path: str) -> tuple[str, ...]:
    """This function will list the codes of a path from the county down."""
    return tuple(code for code in path.split("/") if code)


def prefix_pattern(path: str) -> str:
    """This function will make the LIKE pattern of everything at or below a path, its wildcards escaped."""
    whole = path if path.endswith("/") else f"{path}/"
    return f"{escaped(whole)}%"


def escaped(text: str) -> str:
    """This function will escape the wildcards of LIKE with PostgreSQL's default backslash."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def size(polygon: Polygon) -> float:
    """This function will give the signed area of a border in square degrees, positive anticlockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise((*polygon, polygon[0]))) / 2


def centre(polygon: Polygon) -> Point:
    """This function will give the centroid of a border, measured from its first point for precision."""
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


def contains(polygon: Polygon, point: Point) -> bool:
    """This function will tell whether a point lies inside a border (even-odd rule)."""
    lng, lat = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise((*polygon, polygon[0])):
        if (y1 > lat) != (y2 > lat) and lng < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside
