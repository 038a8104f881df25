"""The vocabularies that other systems need: categories, areas, departments, and the words of the workflow."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel, Field

from app.api.answers import answers
from app.api.doors import Acting, GuardedRoute
from app.documents.borders import collection, geometry
from domain.areas import queries as areas
from domain.areas.models import Level
from domain.cases import categories
from domain.cases.models import Method, PartyKind, RiskLevel, Satisfaction, Scale, Source, Supervision
from domain.cases.queries import receiving, saying
from domain.cases.vocabulary import Action, Status
from domain.kernel.labels import Labelled
from domain.orgs import queries as orgs
from domain.people.models import IdType, Sex
from domain.people.schemas import Revealable

router = APIRouter(prefix="/api/v1", tags=["词表"], route_class=GuardedRoute)
_AREA: dict[str, Any] = {
    "code": "359900101", "name": "枫林镇", "level": "township", "full_name": "清溪县 / 枫林镇", "parent_code": "359900",
    "in_use": True, "ended_on": None, "successor_code": "", "center": [118.07, 25.03], "datum": "wgs84",
    "geometry": {"type": "MultiPolygon", "coordinates": [[[[118.0, 25.0], [118.1, 25.0], [118.1, 25.1], [118.0, 25.0]]]]},
    "history": [
        {"change": "rename", "valid_from": "2026-11-01", "code": "359900101", "name": "枫林乡", "parent": "清溪县", "into": ""},
    ],
}  # fmt: skip
_BORDERS: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "359900101", "name": "枫林镇", "center": [118.07, 25.03]},
            "geometry": _AREA["geometry"],
        }
    ],
}
_VOCABULARIES: dict[str, type[Labelled]] = {
    "status": Status,
    "action": Action,
    "kind": categories.Kind,
    "source": Source,
    "risk_level": RiskLevel,
    "scale": Scale,
    "party_kind": PartyKind,
    "id_type": IdType,
    "sex": Sex,
    "resolution_method": Method,
    "satisfaction": Satisfaction,
    "supervision_level": Supervision,
    "revealable": Revealable,
}


class Word(BaseModel):
    """一个取值和它的中文。"""

    value: str
    label: str


class CategoryOut(BaseModel):
    """一个类别。"""

    code: str
    label: str
    group: str
    kind: str


class AreaOut(BaseModel):
    """一个区划或网格。"""

    code: str
    name: str
    level: str
    full_name: str


class AreaChangeOut(BaseModel):
    """区划的一次变更，以及变更前的代码、名称和上级。"""

    change: str = Field(description="rename 改名，recode 更换代码，move 调整上级，merge 并入，end 撤销，draw 修改边界")
    valid_from: date = Field(description="从哪一天起")
    code: str
    name: str
    parent: str
    into: str = Field(description="并入的区划的名称")


class AreaWhole(AreaOut):
    """一个区划：上级、是否在用、边界和变更历史。"""

    parent_code: str
    in_use: bool
    ended_on: date | None
    successor_code: str = Field(description="已并入的，并入后的区划；再次并入的，直到在用的一个")
    center: list[float] | None = Field(description="经度、纬度")
    datum: str | None = Field(description="边界的坐标系：wgs84 或 gcj02")
    geometry: dict[str, Any] | None = Field(description="GeoJSON 的 MultiPolygon；没有边界则为空")
    history: list[AreaChangeOut] = Field(description="最近的在前")


class DepartmentOut(BaseModel):
    """一个可以承办的单位。"""

    code: str
    name: str
    attendance: str = Field(
        description="派给它时由谁接收：present 有人，deputy 由代理人，nobody 现在无人接收（会被拒绝）"
    )


@router.get(
    "/vocabularies",
    summary="各项取值",
    responses=answers({"risk_level": [{"value": "high", "label": "高风险"}]}),
)
async def list_vocabularies(_call: Acting) -> dict[str, list[Word]]:
    """请求和回答中各项的全部取值，连同中文。"""
    return {
        name: [Word(value=member.value, label=member.label) for member in kind] for name, kind in _VOCABULARIES.items()
    }


@router.get(
    "/categories",
    summary="类别",
    responses=answers([{"code": "0701", "label": "劳动合同、劳务派遣", "group": "劳动人事", "kind": "dispute"}]),
)
async def list_categories(
    call: Acting,
    q: Annotated[str, Query(max_length=40, description="日常用语、名称或代码，如：工资；不填为全部")] = "",
) -> list[CategoryOut]:
    """诉求的两级类别；按日常用语查找时，最可能的在前。"""
    usual = await saying.usual(call.session) if q else categories.NO_USUAL
    return [CategoryOut(**asdict(category)) for category in categories.search(q, usual)]


@router.get(
    "/areas",
    summary="查找辖区",
    responses=answers(
        [{"code": "359900101", "name": "枫林镇", "level": "township", "full_name": "清溪县 / 枫林镇"}], "invalid"
    ),
)
async def search_areas(
    call: Acting, q: Annotated[str, Query(min_length=1, max_length=40, description="名称的一部分，或代码的开头")]
) -> list[AreaOut]:
    """按名称或代码查找区划和网格，最多 20 个，范围大的在前。"""
    found = await areas.search(call.session, q)
    names = await areas.names_of(call.session, [area.path for area in found])
    return [
        AreaOut(code=area.code, name=area.name, level=area.level.value, full_name=names[area.path]) for area in found
    ]


@router.get(
    "/areas/borders",
    summary="乡镇街道的边界",
    response_class=Response,
    responses=answers(_BORDERS, media="application/geo+json") | {304: {"description": "与 If-None-Match 所给的相同"}},
)
async def list_borders(
    call: Acting,
    known: Annotated[str, Header(alias="If-None-Match", max_length=400, description="已有的 ETag")] = "",
) -> Response:
    """在用的乡镇街道中有边界的，GeoJSON，坐标约 10 米一档，供画图；没有变化时回答 304。"""
    version = f'"{await areas.version_of_borders(call.session, Level.TOWNSHIP)}"'
    headers = {"ETag": version, "Cache-Control": "private, no-cache"}
    if version in known:
        return Response(status_code=304, headers=headers)
    found = await areas.borders(call.session, Level.TOWNSHIP)
    return Response(collection(found), media_type="application/geo+json", headers=headers)


@router.get(
    "/areas/{code}",
    summary="一个辖区",
    responses=answers(_AREA, "not_found"),
)
async def get_area(
    call: Acting, code: Annotated[str, Path(max_length=15, description="区划代码", examples=["359900101"])]
) -> AreaWhole:
    """已停用的也能查到，连同它并入了哪一个。"""
    area = await areas.by_code(call.session, code)
    shape = await areas.shape_of(call.session, area.code)
    history = await areas.changes_of(call.session, area.id)
    return AreaWhole(
        code=area.code,
        name=area.name,
        level=area.level.value,
        full_name=await areas.name_of(call.session, area.path),
        parent_code=await areas.parent_code(call.session, area),
        in_use=area.ended_on is None,
        ended_on=area.ended_on,
        successor_code=await areas.code_now(call.session, area.path) if area.successor_id else "",
        center=list(area.center) if area.center else None,
        datum=area.datum.value if area.datum else None,
        geometry=geometry(shape) if shape else None,
        history=[
            AreaChangeOut(
                change=one.kind.value,
                valid_from=one.valid_from,
                code=one.code,
                name=one.name,
                parent=one.parent,
                into=one.into,
            )
            for one in history
        ],
    )


@router.get(
    "/departments",
    summary="承办单位",
    responses=answers([{"code": "rsj", "name": "人力资源和社会保障局", "attendance": "present"}]),
)
async def list_departments(call: Acting) -> list[DepartmentOut]:
    """可以承办诉求的单位。"""
    known = await receiving.attendance(call.session, Action.DISPATCH, at=call.at)
    units = await orgs.departments(call.session)
    return [DepartmentOut(code=unit.code, name=unit.name, attendance=known[unit.code].value) for unit in units]
