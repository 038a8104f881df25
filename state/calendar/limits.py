"""The limits in force with their history, and the form that sets one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import operations as previews
from domain.calendar import queries
from domain.calendar.models import LimitUnit, Link
from domain.calendar.rules import Limit
from domain.calendar.rules.limits import FIGURES
from domain.calendar.schemas import LimitView, Preview
from domain.cases import categories
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from domain.orgs import queries as orgs
from domain.supervision import operations
from domain.supervision.queries import foreseen
from state.categories import GROUPS, offers_by_group
from state.clock import now
from state.inputs import Choice, Offer, as_form, as_text, flag_in, number_in, text_in
from state.session import SignedInState


@dataclass
class RuleShown:
    """One limit rule as text."""

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
    general: bool = False
    reason: str = ""
    recompute: bool = False


class LimitsState(SignedInState):
    """One browser's page of limits."""

    loaded: bool = False
    rules: list[RuleShown] = []
    past: list[RuleShown] = []
    units: list[Choice] = []
    category_choices: list[Offer] = []
    setting: bool = False
    asked: RuleShown = RuleShown()
    ending: RuleShown = RuleShown()
    faults: dict[str, str] = {}
    usual: str = ""
    """What holds for all cases on the link of the open dialog."""
    sentence: str = ""
    moves: list[str] = []
    _wanted: dict[str, Any] = {}
    """What was previewed and waits to be confirmed."""

    @rx.event
    async def load(self):
        """Open the limits."""
        async with self._opening() as (session, actor):
            self._shut()
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        require_arranger(actor)
        self.category_choices = await offers_by_group(session)
        self.units = [Choice(str(unit.id), unit.name) for unit in await orgs.departments(session)]
        unit_names = {choice.value: choice.label for choice in self.units}
        in_force = await queries.limits_in_force(session, now())
        past = [one for one in await queries.limit_history(session) if one.valid_until]
        names = await orgs.staff_names(session, {one.set_by for one in [*in_force, *past] if one.set_by})
        self.rules = [_shown(one, unit_names, names) for one in in_force]
        self.past = [_shown(one, unit_names, names) for one in past]

    def _shut(self) -> None:
        self.setting, self.asked, self.ending, self.faults = False, RuleShown(), RuleShown(), {}
        self._forget()

    def _forget(self) -> None:
        self.sentence, self.moves, self._wanted = "", [], {}

    async def _foresee(self, session: AsyncSession, actor: Actor, preview: Preview, **wanted: Any) -> None:
        seen = await foreseen(session, actor, preview, at=now())
        self.sentence, self.moves, self._wanted, self.faults = seen.sentence, list(seen.examples), wanted, {}

    @rx.event
    async def revise(self):
        """Go back from the preview to the form."""
        async with self._acting():
            self._forget()

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def ask(self, place: int):
        """Open the dialog that sets a limit, filled from a rule of the list; -1 leaves it empty."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            self._shut()
            if isinstance(place, int) and 0 <= place < len(self.rules):
                self.asked = self.rules[place]
            self._stand_beside(self.asked.link_code or Link.DISPATCH.value, self.asked.unit_code)
            self.setting = True

    def _stand_beside(self, link: str, unit: str = "") -> None:
        # The unit of a new limit is that of the rule in force beside which it stands, until another is chosen.
        general = next((r for r in self.rules if r.link_code == link and r.general), RuleShown())
        self.usual = f"现行：黄牌 {general.yellow}、红牌 {general.red} {general.unit}" if general.yellow else ""
        self.asked = replace(self.asked, link_code=link, unit_code=unit or general.unit_code)

    @rx.event
    async def choose_link(self, link: str):
        """Bring the unit of the rule in force for another link."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            if as_text(link) in {one.value for one in Link}:
                self._stand_beside(as_text(link))

    @rx.event
    async def choose_unit(self, unit: str):
        """Count the limit in another unit."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            if as_text(unit) in {one.value for one in LimitUnit}:
                self.asked = replace(self.asked, unit_code=as_text(unit))

    @rx.event
    async def send(self, form: dict):
        """Set the limit from now on; when open cases are to follow, tell first what that would do to them."""
        given = as_form(form)
        self._keep(given)
        wanted, faults = self._read_form(given)
        try:
            if faults:
                raise Invalid.of(faults)
            async with self._acting() as (session, actor):
                if wanted["recompute"]:
                    rule = {key: one for key, one in wanted.items() if key not in {"note", "recompute"}}
                    found = await previews.preview_limit(session, actor, **rule, at=now())
                    await self._foresee(session, actor, found, **wanted)
                    return None
                await operations.set_limit(session, actor, **wanted, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"yellow": refusal.message}
            return None
        self._shut()
        return rx.toast.success("时限已设置，从现在起生效")

    def _keep(self, given: Mapping[str, object]) -> None:
        # What was typed stands in the form again after the preview.
        texts = {name: text_in(given, name, most=500) for name in ("yellow", "red", "category", "unit_id")}
        marks = {name: flag_in(given, name) for name in ("severe", "recompute")}
        self.asked = replace(self.asked, **texts, **marks, reason=text_in(given, "note", most=500))

    def _read_form(self, given: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, str]]:
        """Read the form; every field that cannot be taken is told, not the first alone."""
        faults: dict[str, str] = {}

        def read(take: Callable[[], Any]) -> Any:
            try:
                return take()
            except Invalid as refusal:
                faults.update(refusal.fields)
                return None

        limit = read(lambda: _limit_in(given))
        category, unit_id = read(lambda: _category_in(given)), read(lambda: self._unit(given))
        link = next((one for one in Link if one.value == text_in(given, "link")), None)
        faults |= {} if link else {"link": "请选择环节"}
        marks = {name: flag_in(given, name) for name in ("severe", "recompute")}
        note = text_in(given, "note", most=500)
        return {"link": link, "limit": limit, "category": category, "unit_id": unit_id, "note": note, **marks}, faults

    @rx.event
    async def confirm(self):
        """Do what was previewed: set a limit or end a rule, and let open cases follow."""
        wanted = dict(self._wanted)
        if not wanted:
            return None
        async with self._acting() as (session, actor):
            act = operations.end_limit if "rule_id" in wanted else operations.set_limit
            await act(session, actor, **wanted, at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success("时限已设置，在办案件的时限已重算")

    def _unit(self, given: Mapping[str, object]) -> UUID | None:
        chosen = text_in(given, "unit_id", most=40)
        if not chosen:
            return None
        if chosen not in {choice.value for choice in self.units}:
            raise Invalid.of({"unit_id": "请从列表中选择"})
        return UUID(chosen)

    @rx.event
    async def ask_end(self, rule_id: str):
        """Ask once before a rule is ended."""
        async with self._acting() as (_, actor):
            require_arranger(actor)
            found = next((one for one in self.rules if one.id and one.id == as_text(rule_id)), None)
            if found is None:
                raise NotFound("没有找到这条时限规则")
            self._shut()
            self.ending = found

    @rx.event
    async def end(self, form: dict):
        """End the rule, so that the next less particular one holds."""
        async with self._acting() as (session, actor):
            require_arranger(actor)
            if not self.ending.id:
                raise NotFound("没有找到这条时限规则")
            rule_id = UUID(self.ending.id)
            if flag_in(as_form(form), "recompute"):
                found = await previews.preview_end(session, actor, rule_id=rule_id, at=now())
                await self._foresee(session, actor, found, rule_id=rule_id, recompute=True)
                return None
            await operations.end_limit(session, actor, rule_id=rule_id, at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success("时限规则已停用")


def _limit_in(given: Mapping[str, object]) -> Limit:
    """Read the figures of a limit, each at its field."""
    faults: dict[str, str] = {}
    figures = {"yellow": 0, "red": 0}
    for name, label in (("yellow", "黄牌"), ("red", "红牌")):
        try:
            figures[name] = number_in(given, name, 0, label=label, within=FIGURES)
        except Invalid as refusal:
            faults |= refusal.fields
        else:
            faults |= {} if figures[name] > 0 else {name: f"{label}须为正整数"}
    if not faults and figures["red"] < figures["yellow"]:
        faults["red"] = "红牌须为整数，且不早于黄牌"
    unit = next((one for one in LimitUnit if one.value == text_in(given, "unit")), None)
    faults |= {} if unit else {"unit": "请选择单位"}
    if faults or unit is None:
        raise Invalid.of(faults)
    try:
        return Limit(figures["yellow"], figures["red"], unit)
    except Invalid as refusal:
        raise Invalid.of({"red": refusal.message}) from refusal


def _category_in(given: Mapping[str, object]) -> str:
    category = text_in(given, "category", most=10)
    if category and not any(code.startswith(category) for code in categories.CATEGORIES):
        raise Invalid.of({"category": "请从列表中选择"})
    return category


def require_arranger(actor: Actor) -> None:
    """Refuse who may not see how limits and working days are arranged.

    :raises NotPermitted: neither the centre's nor the system's administrator
    """
    if not actor.may(Permission.ARRANGE):
        raise NotPermitted("时限和工作日由系统管理员或综治中心管理员查看和设置")


_CATEGORY_NAMES = {**GROUPS, **{one.code: one.full for one in categories.CATEGORIES.values()}}


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
        general=not (one.category or one.unit_id or one.severe),
    )
