"""Borders that come in as GeoJSON (RFC 7946): a FeatureCollection whose features name an area by its code, or by its name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from domain.areas.rules.borders import PLACES
from domain.areas.schemas import AreaView, Drawn, Polygon, Shape
from domain.kernel.refusals import Invalid, TooLarge, UnsupportedMedia
from state.inputs import MAX_BORDERS as MAX_BYTES

MAX_FEATURES = 5_000
MAX_POINTS = 300_000
"""Points of a whole file."""
_DRAWN = 4
"""Decimal places of a degree on a map: ten metres."""
CODES = ("code", "区划代码", "统计用区划代码", "行政区划代码", "adcode", "XZQDM", "xzqdm", "dm")
"""What properties call the code; the first one that is there counts."""
NAMES = ("name", "名称", "区划名称", "XZQMC", "xzqmc", "mc")
_DEGREES = ("CRS84", "4326", "4490")
"""Reference systems in degrees that a file may name."""
_NOT_GEOJSON = "请上传 GeoJSON 文件（FeatureCollection，每个图形的属性中有区划代码 code 或名称 name）"


class _Unfit(ValueError):
    """A geometry that is none of ours; the message is the sentence."""


def borders_of(body: bytes) -> tuple[Drawn, ...]:
    """Read the borders of a file; what is wrong with one of them stands on it.

    :raises TooLarge: more than 8 MB, 5,000 features or 300,000 points
    :raises UnsupportedMedia: no GeoJSON
    :raises Invalid: there is no feature, or the file names a reference system that is not in degrees
    """
    if len(body) > MAX_BYTES:
        raise TooLarge(f"文件最大 {MAX_BYTES >> 20} MB，请先简化边界或分批导入")
    try:
        read = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnsupportedMedia(_NOT_GEOJSON) from None
    features = read.get("features") if isinstance(read, dict) and read.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise UnsupportedMedia(_NOT_GEOJSON)
    _require_degrees(read.get("crs"))
    if not features:
        raise Invalid.of({"file": "文件里没有图形"})
    if len(features) > MAX_FEATURES:
        raise TooLarge(f"一次最多 {MAX_FEATURES} 个图形，请分批导入")
    found = tuple(_drawn(number, feature) for number, feature in enumerate(features, 1))
    if sum(len(ring) for one in found for polygon in one.shape for ring in polygon) > MAX_POINTS:
        raise TooLarge(f"一个文件最多 {MAX_POINTS} 个点，请先简化边界或分批导入")
    return found


def geometry(shape: Shape) -> dict[str, Any]:
    """Write a shape as a GeoJSON geometry, its rings closed."""
    polygons = [[[list(point) for point in (*ring, ring[0])] for ring in polygon] for polygon in shape]
    return {"type": "MultiPolygon", "coordinates": polygons}


def collection(found: Iterable[tuple[AreaView, Shape]]) -> bytes:
    """Write areas with their borders as GeoJSON for a map, with the points that a screen can tell apart.

    What neighbours share stays shared, since every point is rounded by itself.
    """
    features = [
        {
            "type": "Feature",
            "properties": {"code": area.code, "name": area.name, "center": area.center},
            "geometry": geometry(_coarse(shape)),
        }
        for area, shape in found
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _coarse(shape: Shape) -> Shape:
    def ring(points: Polygon) -> Polygon:
        rounded = [(round(lng, _DRAWN), round(lat, _DRAWN)) for lng, lat in points]
        return tuple(one for one, after in pairwise((*rounded, rounded[0])) if one != after)

    found = ([ring(points) for points in polygon] for polygon in shape)
    return tuple((outer, *filter(None, holes)) for outer, *holes in found if outer)


def _require_degrees(crs: Any) -> None:
    if crs is None:
        return
    named = str(crs.get("properties", {}).get("name", "")) if isinstance(crs, dict) else ""
    if not named.upper().endswith(_DEGREES):
        raise Invalid.of({"file": "文件的坐标须为经纬度（度），请先把投影坐标转换为 CGCS2000 或 WGS-84 经纬度"})


def _drawn(number: int, feature: Any) -> Drawn:
    given = feature if isinstance(feature, Mapping) else {}
    properties = given.get("properties")
    code, name = _first(properties, CODES), _first(properties, NAMES)
    faults = {} if code or name else {"code": "属性中没有区划代码（code），也没有名称（name）"}
    try:
        shape = _shape(given.get("geometry"))
    except _Unfit as unfit:
        shape, faults = (), {**faults, "shape": str(unfit)}
    return Drawn(number, code, name, shape, faults)


def _first(properties: Any, words: Sequence[str]) -> str:
    if not isinstance(properties, Mapping):
        return ""
    found = next((properties[word] for word in words if properties.get(word)), "")
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    text = str(found) if isinstance(found, str | int) else ""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:60]


def _shape(given: Any) -> Shape:
    kind = given.get("type") if isinstance(given, Mapping) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise _Unfit("图形须为 Polygon 或 MultiPolygon")
    coordinates = given.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    return tuple(tuple(_ring(ring) for ring in _list(polygon)) for polygon in _list(polygons))


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise _Unfit("坐标的层次不对，应为 GeoJSON 的多边形")
    return given


def _ring(given: Any) -> Polygon:
    points = tuple(_points(_list(given)))
    if len(points) < 4 or points[0] != points[-1]:
        raise _Unfit("环没有闭合：最后一个点应与第一个点相同，且至少四个点")
    return points[:-1]


def _points(given: list[Any]) -> Iterator[tuple[float, float]]:
    for one in given:
        if not isinstance(one, list) or len(one) < 2 or not all(_is_number(value) for value in one[:2]):
            raise _Unfit("坐标应为一对数字：经度、纬度")
        yield round(float(one[0]), PLACES), round(float(one[1]), PLACES)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
