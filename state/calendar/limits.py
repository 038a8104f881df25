"""The limits in force with their history, and the form that sets one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries
from domain.calendar.models import LimitUnit, Link
from domain.calendar.rules import Limit
from domain.calendar.rules.limits import FIGURES
from domain.calendar.schemas import LimitView
from domain.cases import categories
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from domain.orgs import queries as orgs
from domain.supervision import operations
from state.clock import now
from state.inputs import Choice, as_form, as_text, flag_in, number_in, text_in, word_in
from state.session import SignedInState


@dataclass
class RuleShown:
    """This class will hold one limit rule as text."""

    id: str = ""
    link: str = ""
    scope: str = ""
    yellow: str = ""
    red: str = ""
    unit: str = ""
    period: str = ""
    by: str = ""
    note: str = ""
    category: str = ""
    unit_id: str = ""
    severe: bool = False
    link_code: str = ""
    unit_code: str = ""


class LimitsState(SignedInState):
    """One browser's page of limits."""

    loaded: bool = False
    rules: list[RuleShown] = []
    past: list[RuleShown] = []
    units: list[Choice] = []
    setting: bool = False
    asked: RuleShown = RuleShown()
    ending: RuleShown = RuleShown()
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """This function will open the limits."""
        async with self._opening() as (session, actor):
            self.here = "/limits"
            self._shut()
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        require_arranger(actor)
        self.units = [Choice(str(unit.id), unit.name) for unit in await orgs.departments(session)]
        unit_names = {choice.value: choice.label for choice in self.units}
        in_force = await queries.limits_in_force(session, now())
        past = [one for one in await queries.limit_history(session) if one.valid_until]
        names = await orgs.staff_names(session, {one.set_by for one in [*in_force, *past] if one.set_by})
        self.rules = [_shown(one, unit_names, names) for one in in_force]
        self.past = [_shown(one, unit_names, names) for one in past]

    def _shut(self) -> None:
        self.setting, self.asked, self.ending, self.faults = False, RuleShown(), RuleShown(), {}

    @rx.event
    async def close(self):
        """This function will close the open dialog."""
        async with self._acting():
            self._shut()

    @rx.event
    async def ask(self, place: int):
        """This function will open the dialog that sets a limit, filled from a rule of the list; -1 leaves it empty."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            self._shut()
            if isinstance(place, int) and 0 <= place < len(self.rules):
                self.asked = self.rules[place]
            self.setting = True

    @rx.event
    async def send(self, form: dict):
        """This function will set the limit from now on."""
        given = as_form(form)
        try:
            async with self._acting() as (session, actor):
                if not (yellow := number_in(given, "yellow", 0, label="黄牌", within=FIGURES)):
                    raise Invalid.of({"yellow": "黄牌须为正整数"})
                if (red := number_in(given, "red", 0, label="红牌", within=FIGURES)) < yellow:
                    raise Invalid.of({"red": "红牌须为整数，且不早于黄牌"})
                category = text_in(given, "category", most=10)
                if category and not any(code.startswith(category) for code in categories.CATEGORIES):
                    raise Invalid.of({"category": "请从列表中选择"})
                await operations.set_limit(
                    session,
                    actor,
                    link=word_in(given, "link", Link, Link.ACCEPT),
                    limit=Limit(yellow, red, word_in(given, "unit", LimitUnit, LimitUnit.WORKDAYS)),
                    category=category,
                    unit_id=self._unit(given),
                    severe=flag_in(given, "severe"),
                    note=text_in(given, "note", most=500),
                    recompute=flag_in(given, "recompute"),
                    at=now(),
                )
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"yellow": refusal.message}
            return None
        self._shut()
        return rx.toast.success("时限已设置，从现在起生效")

    def _unit(self, given: Mapping[str, object]) -> UUID | None:
        chosen = text_in(given, "unit_id", most=40)
        if not chosen:
            return None
        if chosen not in {choice.value for choice in self.units}:
            raise Invalid.of({"unit_id": "请从列表中选择"})
        return UUID(chosen)

    @rx.event
    async def ask_end(self, rule_id: str):
        """This function will ask once before a rule is ended."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            found = next((one for one in self.rules if one.id and one.id == as_text(rule_id)), None)
            if found is None:
                raise NotFound("没有找到这条时限规则")
            self._shut()
            self.ending = found

    @rx.event
    async def end(self, form: dict):
        """This function will end the rule, so that the next less particular one holds."""
        async with self._acting() as (session, actor):
            require_arranger(actor)
            if not self.ending.id:
                raise NotFound("没有找到这条时限规则")
            recompute = flag_in(as_form(form), "recompute")
            await operations.end_limit(session, actor, rule_id=UUID(self.ending.id), at=now(), recompute=recompute)
            await self._read(session, actor)
        self._shut()
        return rx.toast.success("时限规则已停用")


def require_arranger(actor: Actor) -> None:
    """This function will refuse who may not see how limits and working days are arranged.

    :raises NotPermitted: neither the centre's nor the system's administrator
    """
    if not actor.may(Permission.ARRANGE):
        raise NotPermitted("时限和工作日由系统管理员或区综治中心管理员查看和设置")


def category_choices() -> list[tuple[str, str]]:
    """This function will give the groups of categories and the categories, for a type-ahead list."""
    found: dict[str, str] = {}
    for one in categories.CATEGORIES.values():
        found.setdefault(one.code[:2], f"{one.group}（整组）")
        found[one.code] = one.full
    return list(found.items())


_CATEGORY_NAMES = dict(category_choices())


def _shown(one: LimitView, units: Mapping[str, str], names: Mapping[UUID, str]) -> RuleShown:
    parts = [
        _CATEGORY_NAMES.get(one.category, one.category) if one.category else "",
        units.get(str(one.unit_id), "已撤销的单位") if one.unit_id else "",
        "重大且紧急" if one.severe else "",
    ]
    since = f"{stamp(one.valid_from)} 起" if one.valid_from else "默认"
    return RuleShown(
        id=str(one.id or ""),
        link=one.link.label,
        scope=" · ".join(part for part in parts if part) or "所有案件",
        yellow=str(one.limit.yellow),
        red=str(one.limit.red),
        unit=one.limit.unit.label,
        period=f"{stamp(one.valid_from)} 至 {stamp(one.valid_until)}" if one.valid_until else since,
        by=names.get(one.set_by, "") if one.set_by else "",
        note=one.note if one.id else "",
        category=one.category,
        unit_id=str(one.unit_id or ""),
        severe=one.severe,
        link_code=one.link.value,
        unit_code=one.limit.unit.value,
    )
