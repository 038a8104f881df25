"""What a demo case is about: a template with its slots filled, a place, and the facts of the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from app.demo import people, texts
from domain.areas.models import Level
from domain.areas.schemas import AreaView
from domain.cases.categories import Kind
from domain.cases.inputs import CaseInput, PartyInput
from domain.cases.models import PartyKind, RiskLevel, Scale, Source
from domain.kernel.clock import local_date
from domain.people.schemas import PersonInput

_ESTATES = ("枫林雅苑", "清溪花园", "云溪新村", "翠竹苑", "石桥安置小区", "月湖佳园", "和顺里", "锦绣家园", "龙潭小区")
_ROADS = ("解放路", "文昌街", "滨溪路", "枫林大道", "建设路", "南门街", "迎宾路", "环城北路")
_SITES = ("城东安置房工地", "滨溪路改造工地", "月湖学校扩建工地", "工业集中区厂房工地", "枫林桥加固工地")
_SHOPS = ("一家服装加工厂", "一家家具城", "一家超市", "一家电器店", "一家餐饮店", "一家五金加工厂", "一家二手车行")
_RECENTLY = ("上月", "上月初", "上月中旬", "上月底", "前月", "前月底")
_REPEAT = 0.08
"""The share of petitioners who were here before."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter as the desk learns it."""

    template: texts.Template
    title: str
    content: str
    area: AreaView
    petitioner: PersonInput = field(repr=False)
    respondent: str = field(repr=False)
    headcount: int
    amount: Decimal | None
    risk: RiskLevel
    scale: Scale
    source: Source
    major: bool
    urgent: bool

    @property
    def kind(self) -> Kind:
        return self.template.kind

    @property
    def parties(self) -> tuple[PartyInput, ...]:
        """The petitioner and, where there is one, the other side."""
        person = self.petitioner
        first = PartyInput(
            name=person.name,
            id_number=person.id_number,
            phone=person.phone,
            nation=person.nation,
            address=person.address,
        )
        return (first, *self.others)

    @property
    def others(self) -> tuple[PartyInput, ...]:
        """The other side alone, for a case that cites a visit."""
        return (PartyInput(kind=PartyKind.RESPONDENT, name=self.respondent),) if self.respondent else ()

    def form(self, at: datetime, rng: Random) -> CaseInput:
        """Fill in the form at a moment; the parties are given by the caller."""
        return CaseInput(
            title=self.title,
            content=self.content,
            category=self.template.category,
            source=self.source,
            occurred_at=at - timedelta(days=rng.randrange(1, 45), minutes=rng.randrange(600)),
            area=self.area.code,
            risk_level=self.risk,
            scale=self.scale,
            headcount=self.headcount,
            amount=self.amount,
            major=self.major,
            urgent=self.urgent,
        )


class Teller:
    """Makes matters out of chance; some petitioners come again."""

    def __init__(self, rng: Random, areas: tuple[AreaView, ...], at: datetime) -> None:
        self._rng = rng
        self._at = at
        self._villages = [area for area in areas if area.level in {Level.VILLAGE, Level.GRID}]
        self._weights = [3 if area.path.startswith(areas[1].path) else 1 for area in self._villages]
        self._names = {area.code: area.name for area in areas}
        self._known: list[PersonInput] = []

    def matter(self) -> Matter:
        rng = self._rng
        template = texts.template(rng)
        area = rng.choices(self._villages, self._weights)[0]
        slots = self._slots(area)
        crowd = int(slots["people"]) if "{people}" in template.title + template.facts else rng.choice((1, 1, 1, 2, 3))
        amount = Decimal(slots["money"]) if "{money}" in template.facts else None
        facts = template.facts.format(**slots)
        place = f"{self._names[area.code[:9]]}{slots['village']}"
        return Matter(
            template=template,
            title=template.title.format(**slots)[:60],
            content=f"{facts}地点：{place}。{texts.say(rng, 'demand', template.kind)}",
            area=area,
            petitioner=self.petitioner(area),
            respondent=people.name(rng) if template.kind is Kind.DISPUTE and rng.random() < 0.4 else "",
            headcount=crowd,
            amount=amount,
            risk=self._risk(crowd),
            scale=Scale.MAJOR_GROUP if crowd > 40 else Scale.GROUP if crowd > 10 else Scale.INDIVIDUAL,
            source=rng.choices(
                (Source.WALK_IN, Source.PHONE, Source.ONLINE, Source.GRID, Source.SUPERIOR), (62, 12, 8, 14, 4)
            )[0],
            major=crowd > 30 and rng.random() < 0.5,
            urgent=rng.random() < 0.08,
        )

    def petitioner(self, area: AreaView | None = None) -> PersonInput:
        """Give somebody who was here before, or somebody new."""
        rng = self._rng
        if self._known and rng.random() < _REPEAT:
            return rng.choice(self._known)
        lives = area or rng.choice(self._villages)
        village = self._names[lives.code[:12]]
        address = f"清溪县{self._names[lives.code[:9]]}{village}{rng.randrange(1, 200)} 号"
        made = people.person(rng, local_date(self._at), address)
        self._known.append(made)
        return made

    def _slots(self, area: AreaView) -> dict[str, str]:
        rng = self._rng
        return {
            "site": rng.choice(_SITES),
            "shop": rng.choice(_SHOPS),
            "road": rng.choice(_ROADS),
            "estate": rng.choice(_ESTATES),
            "village": self._names[area.code[:12]],
            "month": rng.choice(_RECENTLY),
            "people": str(
                rng.choices((rng.randrange(3, 11), rng.randrange(11, 40), rng.randrange(41, 80)), (75, 20, 5))[0]
            ),
            "money": str(rng.choice((rng.randrange(8, 99) * 100, rng.randrange(10, 180) * 1000))),
            "days": str(rng.randrange(5, 60)),
            "few": str(rng.randrange(2, 8)),
        }

    def _risk(self, crowd: int) -> RiskLevel:
        high = 0.25 if crowd > 10 else 0.05
        return self._rng.choices(tuple(RiskLevel), (high, 0.28, 0.72 - high))[0]
