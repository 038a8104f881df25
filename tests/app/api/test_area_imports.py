"""Areas and their borders from files: what is taken, what is refused, and how borders go out again."""

from __future__ import annotations

import json

import pytest

from domain.areas import queries as area_queries
from domain.areas.models import Datum
from domain.kernel import drafts
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries
from state.orgs.importing import KINDS
from tests.app.api.conftest import Api
from tests.app.api.test_imports import book, confirm, send

GEOMETRY = {"type": "Polygon", "coordinates": [[[118.0, 25.0], [118.1, 25.0], [118.1, 25.1], [118.0, 25.0]]]}


CROSSED = [[118, 25], [118.2, 25.1], [118.2, 25], [118, 25.2], [118, 25]]


def geojson(*features: object, **more: object) -> bytes:
    """Write a collection of features."""
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def feature(code: object, geometry: object = GEOMETRY) -> dict[str, object]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


async def area_names() -> list[str]:
    async with unit_of_work() as session:
        return [one.name for one in await area_queries.all_areas(session)]


class TestAreas:
    @pytest.mark.parametrize(
        "body",
        [
            book(["统计用区划代码", "名称"], [359901001201, "上洋1村"]),
            "\ufeff统计用区划代码,名称,城乡分类代码\r\n359901001202,上洋2村,220\r\n".encode(),
            "区划代码\t区划名称\n359901001203\t上洋3村\n".encode("gb18030"),
            "code;name;level\n359901001204;上洋4村;村社区\n".encode(),
        ],
        ids=["xlsx", "csv", "tabs in GBK", "semicolons"],
    )
    async def test_come_as_a_workbook_or_as_csv(self, api: Api, body: bytes) -> None:
        before = await area_names()
        assert (await send(api, "areas", body)).json() == {"rows": 1}
        assert await area_names() == before
        assert (await confirm(api, "areas")).json() == {"rows": 1}
        (added,) = set(await area_names()) - set(before)
        assert added.startswith("上洋")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 415),
            (b"\x00\x01,\n", 415),
            (b"\xff\xfe\xff", 415),
            (b"a,b\n1,2\n", 422),
            ("区划代码,名称\n".encode(), 422),
        ],
        ids=["empty", "nothing printable", "no text", "other headings", "no row"],
    )
    async def test_refuse_what_is_no_list(self, api: Api, body: bytes, status: int) -> None:
        answer = await send(api, "areas", body)
        assert answer.status_code == status
        assert answer.json()["detail"]

    @pytest.mark.parametrize("login", ["secadmin", "auditor", "center", "rsj"])
    async def test_are_the_administrator_s_alone(self, api: Api, login: str) -> None:
        assert (await send(api, "areas", book(["区划代码", "名称"], ["359902", "某县"]), login)).status_code == 403
        assert (await send(api, "shapes?datum=wgs84", geojson(feature("359901001")), login)).status_code == 403
        for which in ("areas", "shapes"):
            assert (await confirm(api, which, login)).status_code == 403

    async def test_one_bad_row_stops_all(self, api: Api) -> None:
        before = await area_names()
        body = book(["区划代码", "名称"], ["359901002", "云溪镇"], ["359901002001", ""])
        assert (await send(api, "areas", body)).status_code == 201
        answer = await confirm(api, "areas")
        assert answer.status_code == 422
        assert "1 行有问题（第 3 行起）" in answer.json()["detail"]
        assert await area_names() == before

    async def test_get_borders_from_geojson(self, api: Api) -> None:
        holed = {"type": "MultiPolygon", "coordinates": [GEOMETRY["coordinates"], GEOMETRY["coordinates"]]}
        body = geojson(feature("359901001000", holed), feature(359901.0))
        assert (await send(api, "shapes?datum=wgs84", body)).json() == {"rows": 2}
        assert (await confirm(api, "shapes")).json() == {"rows": 2}
        async with unit_of_work() as session:
            assert len(await area_queries.shape_of(session, "359901001")) == 2
            assert (await area_queries.by_code(session, "359901")).datum is Datum.WGS84

    async def test_borders_go_out_with_a_version_that_spares_the_second_time(self, api: Api) -> None:
        path, body = "/api/v1/areas/borders", geojson(feature("359901001"))
        before = await api.get("viewer", path)
        await send(api, "shapes?datum=wgs84", body)
        assert (await confirm(api, "shapes")).status_code == 200

        whole = await api.get("viewer", path)

        (drawn,) = whole.json()["features"]
        assert (drawn["properties"]["name"], drawn["geometry"]["coordinates"]) == ("枫林镇", [GEOMETRY["coordinates"]])
        assert whole.headers["content-type"] == "application/geo+json"
        known = {"If-None-Match": whole.headers["etag"]} | await api.bearer("viewer")
        again = await api.client.get(path, headers=known)
        assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "private, no-cache")
        assert before.headers["etag"] != whole.headers["etag"]
        assert (await api.client.get(path)).status_code == 401

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (feature("359901", {"type": "Polygon", "coordinates": [CROSSED]}), "自相交"),
            ({"properties": {"name": "枫林镇镇"}, "geometry": GEOMETRY}, "没有名称为“枫林镇镇”的区划"),
            (feature("359901009"), "没有代码为 359901009 的区划"),
            (feature(""), "没有区划代码"),
            (feature("359901", {"type": "Point", "coordinates": [118, 25]}), "Polygon"),
            (feature("359901", None), "Polygon"),
            (
                feature("359901", {"type": "Polygon", "coordinates": [[[118, 25], [118.1, 25], [118.1, 25.1]]]}),
                "没有闭合",
            ),
            (feature("359901", {"type": "Polygon", "coordinates": [118, 25]}), "层次"),
            (feature("359901", {"type": "Polygon", "coordinates": []}), "层次"),
            (feature("359901", {"type": "Polygon", "coordinates": [[["a", 1]] * 4]}), "一对数字"),
            (
                feature(
                    "359901", {"type": "Polygon", "coordinates": [[[25, 118], [25, 118.1], [25.1, 118], [25, 118]]]}
                ),
                "写反",
            ),
            ("x", "没有区划代码"),
        ],
    )
    async def test_tell_what_is_wrong_with_a_border(self, api: Api, wrong: object, said: str) -> None:
        assert (await send(api, "shapes?datum=wgs84", geojson(wrong))).status_code == 201
        answer = await confirm(api, "shapes")
        assert answer.status_code == 422
        async with unit_of_work() as session:
            actor = await queries.actor_of_login(session, "sysadmin")
            assert actor is not None
            content = await drafts.load(session, actor, "import.shapes")
            (row,) = await KINDS["shapes"].read(session, actor, content)
        assert said in "".join(row.faults.values())

    @pytest.mark.parametrize(
        ("query", "body", "status"),
        [
            ("", geojson(feature("359901")), 422),
            ("datum=bd09", geojson(feature("359901")), 422),
            ("datum=wgs84&since=gestern", geojson(feature("359901")), 422),
            ("datum=wgs84", geojson(), 422),
            ("datum=wgs84", b"[]", 415),
            ("datum=wgs84", b"{", 415),
            ("datum=wgs84", b"[" * 100_000, 415),
            ("datum=wgs84", b"\xff", 415),
            ("datum=wgs84", geojson(feature("359901"), crs={"properties": {"name": "EPSG:3857"}}), 422),
            ("datum=wgs84", b" " * (8 * 1024 * 1024 + 100_000), 413),
        ],
    )
    async def test_refuse_a_file_of_borders_as_a_whole(self, api: Api, query: str, body: bytes, status: int) -> None:
        answer = await send(api, f"shapes?{query}", body)
        assert answer.status_code == status
        assert answer.json()["detail"]
