"""What the pictures show beside the demo county: a few visits and cases, each at the step that is explained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from app.demo.pictures import scene
from tests.support.clients import Client, matter
from tests.support.county import id_number, phone

VISITORS = (("周青禾", "工地拖欠三个月工资", 2), ("林晓岚", "楼上漏水，物业不修", 0), ("陈山木", "咨询低保申请", 1))
"""Invented, with what they come for and how many come along."""
PETITIONER = 611
"""Seed of the petitioner whose page is shown."""
WAGES = "云溪大道工地拖欠三个月工资"
SAID = {
    602: "小区 3 号楼旁化粪池多次外溢，气味难闻，向物业反映两个月没有处理，请求协调清掏和维修。",
    603: "楼上住户装修，中午和晚上仍在施工，影响老人休息，请求协调。",
    605: "餐馆歇业，拖欠 5 名员工两个月工资，老板电话不通，请求协调支付。",
    606: "工厂计件工资没有计算夜班加班费，与车间核对工时没有结果，请求协调。",
    PETITIONER: "物流园装卸工 12 人，九月、十月装卸费没有结清，多次讨要无果，请求协调支付。",
}
"""What some of the cases are about, by seed."""


@dataclass
class Stage:
    """A served county, and whoever works in it over the interface."""

    url: str
    password: str
    cases: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients.values():
            client.http.close()

    def set(self) -> dict[str, str]:
        """Bring visits and cases to where the pictures need them; give the numbers of the cases by name."""
        self._visits()
        self._alarm()
        self.cases["waiting"] = self._submitted(WAGES, 601)
        self.cases["draft"] = self._registered("小区化粪池外溢，多次反映无人处理", 602, category="0402")
        self.cases["incomplete"] = self._incomplete()
        self.cases["assigned"] = self._dispatched("云溪大道工地拖欠农民工工资（二标段）", 604)
        self.cases["working"] = self._working("餐馆歇业拖欠员工工资", 605)
        self.cases["told"] = self._told()
        self.cases["asked"] = self._asked()
        return self.cases

    def _client(self, login: str) -> Client:
        if login not in self.clients:
            self.clients[login] = Client(self.url, login, self.password)
        return self.clients[login]

    def _visits(self) -> None:
        for place, (name, reason, companions) in enumerate(VISITORS):
            given = {"name": name, "id_number": id_number(700 + place), "phone": phone(700 + place)}
            more = {"reason": reason, "companions": companions, "desk": "guide-1", "informed": True}
            _done(self._client("guide").post("/visits", given | more))

    def _alarm(self) -> None:
        """Let somebody forget a password so often that the account is locked and an alarm is raised."""
        for _ in range(5):
            given = {"account": "xfj", "password": "forgotten"}
            self._client("guide").http.post("/api/v1/auth/token", json=given)

    def _registered(self, title: str, seed: int, **more: object) -> str:
        given = matter(seed, title=title, **more)
        given["content"] = SAID.get(seed, given["content"])
        return str(_done(self._client("registrar").post("/cases", given))["number"])

    def _act(self, login: str, number: str, action: str, **given: object) -> None:
        _done(self._client(login).act(number, action, given))

    def _picture(self, login: str, place: int) -> str:
        file = {"file": ("site.jpg", scene(place), "image/jpeg")}
        return str(_done(self._client(login).http.post("/api/v1/attachments", files=file))["id"])

    def _submitted(self, title: str, seed: int, **more: object) -> str:
        number = self._registered(title, seed, **more)
        self._act("registrar", number, "submit")
        return number

    def _incomplete(self) -> str:
        number = self._submitted("装修噪声扰民", 603, category="0203")
        self._act("center", number, "send_back", opinion="请补充楼栋号、施工时段，并核对诉求人电话。")
        return number

    def _dispatched(self, title: str, seed: int, **more: object) -> str:
        number = self._submitted(title, seed, **more)
        self._act("center", number, "dispatch", lead_department="rsj", opinion="请尽快核实并联系诉求人。")
        return number

    def _working(self, title: str, seed: int, **more: object) -> str:
        number = self._dispatched(title, seed, **more)
        self._act("rsj", number, "accept", person_in_charge="许望舒", person_phone="0595-22000012")
        said = "已到现场核实，用人单位承认拖欠，约定三日内提交支付方案。"
        self._act("rsj", number, "report_progress", opinion=said, attachments=[self._picture("rsj", 0)])
        return number

    def _told(self) -> str:
        number = self._working("物流园拖欠装卸工工资", PETITIONER)
        self._act(
            "rsj", number, "submit_result", resolution_method="people_mediation",
            result="经调解，园区与 12 名装卸工签订支付协议，拖欠的工资已于当日全部付清。",
            attachments=[self._picture("rsj", 4)], show_pictures=True,
        )  # fmt: skip
        return number

    def _asked(self) -> str:
        number = self._working("电子厂加班工资争议", 606)
        self._act("rsj", number, "request_extension", days=5, opinion="需等待第三方核算工时，预计五个工作日完成。")
        return number


def _done(answer: Any) -> Any:
    if answer.status_code >= 300:
        raise RuntimeError(answer.text)
    return answer.json()
