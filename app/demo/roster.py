"""Units, accounts and desks of the demo county."""

from __future__ import annotations

from dataclasses import dataclass

from domain.kernel.permissions import Role
from domain.orgs.models import UnitKind

AREA_OF_STATION = "/359900/359900001/"
"""The township that the police station sees."""

UNITS: tuple[tuple[str, str, UnitKind], ...] = (
    ("county", "清溪县", UnitKind.COUNTY),
    ("centre", "清溪县综治中心", UnitKind.CENTRE),
    ("rsj", "人力资源和社会保障局", UnitKind.DEPARTMENT),
    ("zjj", "住房和城乡建设局", UnitKind.DEPARTMENT),
    ("mzj", "民政局", UnitKind.DEPARTMENT),
    ("gaj", "公安局", UnitKind.DEPARTMENT),
    ("sfj", "司法局", UnitKind.DEPARTMENT),
    ("zrj", "自然资源局", UnitKind.DEPARTMENT),
    ("nyj", "农业农村局", UnitKind.DEPARTMENT),
    ("wjj", "卫生健康局", UnitKind.DEPARTMENT),
    ("jyj", "教育局", UnitKind.DEPARTMENT),
    ("scj", "市场监督管理局", UnitKind.DEPARTMENT),
    ("cgj", "城市管理局", UnitKind.DEPARTMENT),
    ("jtj", "交通运输局", UnitKind.DEPARTMENT),
    ("sthj", "生态环境局", UnitKind.DEPARTMENT),
    ("yjj", "应急管理局", UnitKind.DEPARTMENT),
    ("xfj", "信访局", UnitKind.DEPARTMENT),
    ("station", "清溪派出所", UnitKind.STATION),
)
CONTACT = {
    "phone": "0595-22000000",
    "address": "清溪县政通路 1 号一楼大厅",
    "hours": "工作日 8:30 至 12:00，14:30 至 17:30",
}
"""How the public reaches the centre."""
DESKS: tuple[tuple[str, str], ...] = (
    ("guide-1", "导引台"),
    ("window-1", "1 号登记窗口"),
    ("window-2", "2 号登记窗口"),
)


MACHINE, MACHINE_NAME, MACHINE_ROLE = "model", "基层基础管控平台", "risk_model"
"""The account of the outside model that sends risk labels; nobody works with it, so it is shown at no sign-in."""


@dataclass(frozen=True, slots=True)
class Post:
    """One account: who signs in as `login`, in which role, for which unit."""

    login: str
    name: str
    role: Role
    unit: str
    area_path: str = ""


_NAMED = (
    Post("guide", "周晓棠", Role.GUIDE, "centre"),
    Post("registrar", "林若溪", Role.REGISTRAR, "centre"),
    Post("registrar2", "陈亦舟", Role.REGISTRAR, "centre"),
    Post("center", "何景澄", Role.CENTER_ADMIN, "centre"),
    Post("rsj", "许望舒", Role.OFFICER, "rsj"),
    Post("rsj_head", "郑怀远", Role.DEPARTMENT_HEAD, "rsj"),
    Post("zjj", "叶知秋", Role.OFFICER, "zjj"),
    Post("zjj_head", "高砚之", Role.DEPARTMENT_HEAD, "zjj"),
    Post("leader", "苏明衡", Role.LEADER, "county"),
    Post("station", "梁承安", Role.STATION, "station", AREA_OF_STATION),
    Post("viewer", "曾望川", Role.VIEWER, "county"),
    Post("sysadmin", "吴启序", Role.SYSADMIN, "county"),
    Post("secadmin", "宋守一", Role.SECADMIN, "county"),
    Post("auditor", "韩正鉴", Role.AUDITOR, "county"),
)
_OFFICERS = (
    Post("mzj", "罗采薇", Role.OFFICER, "mzj"),
    Post("gaj", "谢长风", Role.OFFICER, "gaj"),
    Post("sfj", "沈思齐", Role.OFFICER, "sfj"),
    Post("zrj", "江牧野", Role.OFFICER, "zrj"),
    Post("nyj", "田丰禾", Role.OFFICER, "nyj"),
    Post("wjj", "方济宁", Role.OFFICER, "wjj"),
    Post("jyj", "陆书航", Role.OFFICER, "jyj"),
    Post("scj", "范衡之", Role.OFFICER, "scj"),
    Post("cgj", "石街清", Role.OFFICER, "cgj"),
    Post("jtj", "唐远途", Role.OFFICER, "jtj"),
    Post("sthj", "蓝沐清", Role.OFFICER, "sthj"),
    Post("yjj", "章备之", Role.OFFICER, "yjj"),
    Post("xfj", "汪听澜", Role.OFFICER, "xfj"),
)
POSTS: tuple[Post, ...] = (*_NAMED, *_OFFICERS)


def title(post: Post) -> str:
    """Say what an account is, as printed beside its login."""
    unit = next(name for code, name, _ in UNITS if code == post.unit)
    return f"{post.role.label} · {unit}"
