"""The security values, their explanations, and what was changed when by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.orgs import operations, policy_values, queries, rules
from domain.orgs.rules import SecondFactorFor
from state.clock import now
from state.inputs import Reading, as_form, number_in, text_in, word_in, written_in
from state.session import SignedInState

LABELS: Mapping[str, str] = {
    "password_length": "密码最短长度",
    "password_kinds": "字符种类",
    "password_history": "不得重复最近几次",
    "password_days": "更换周期",
    "lock_after": "连续输错几次锁定",
    "lock_minutes": "首次锁定时间",
    "idle_minutes": "闲置多久退出",
    "absolute_hours": "一次登录最长",
    "sessions_per_account": "同一账号同时登录",
    "second_factor_for": "必须启用动态口令",
    "reveal_per_day": "每人每天查看明文",
    "reveal_per_hour": "每人每小时查看明文",
    "reveal_seconds": "明文显示时间",
    "night_from": "夜间开始",
    "night_until": "夜间结束",
    "refusals_alarm": "一小时内被拒绝几次告警",
    "cases_alarm": "一小时内打开多少件不同案件告警",
}


@dataclass
class ChangeShown:
    """One change of one value as text."""

    at: str = ""
    by: str = ""
    what: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""


class SecurityState(SignedInState):
    """One browser's page of the security values."""

    loaded: bool = False
    values: dict[str, str] = {}
    departures: list[str] = []
    past: list[ChangeShown] = []
    faults: dict[str, str] = {}
    version: int = 0
    """Raised when the inputs shall show what is stored."""

    @rx.event
    async def load(self):
        """Open the values."""
        self.loaded = False
        async with self._opening() as (session, actor):
            self.faults = {}
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        actor.require(Permission.POLICY_MANAGE)
        values = await policy_values.of(session)
        changes = await policy_values.history(session, actor)
        names = await queries.staff_names(session, {one.by for one in changes})
        self.values = {key: str(value) for key, value in asdict(values).items()}
        self.departures = list(rules.departures(values).values())
        self.past = [
            ChangeShown(
                stamp(one.at),
                names.get(one.by, ""),
                LABELS.get(one.key, one.key),
                _worded(one.key, one.before),
                _worded(one.key, one.after),
                one.reason,
            )
            for one in changes
        ]
        self.version += 1

    @rx.event
    async def send(self, form: dict):
        """Set the values of the form."""
        reading = Reading(as_form(form))
        try:
            async with self._acting() as (session, actor):
                actor.require(Permission.POLICY_MANAGE)
                wanted = _values_in(reading, await policy_values.of(session))
                reason = reading(written_in, "reason", label="原因", most=200)
                with reading.joined():
                    await operations.set_values(session, actor, wanted, at=now(), reason=reason)
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields
            return rx.toast.error("有几项需要修改，请看标红的说明")
        self.faults = {}
        return rx.toast.success("已保存，从下一次登录或查看起生效")


def _values_in(reading: Reading, before: rules.SecurityValues) -> dict[str, object]:
    figures = {key: reading(number_in, key, getattr(before, key), label=LABELS[key]) for key in rules.BOUNDS}
    for key in rules.BOUNDS:
        if not text_in(reading.form, key).strip():
            reading.refuse(key, f"请填写{LABELS[key]}")
    who = reading(word_in, "second_factor_for", SecondFactorFor, before.second_factor_for)
    return {"second_factor_for": who, **figures}


def _worded(key: str, value: str) -> str:
    return SecondFactorFor(value).label if key == "second_factor_for" else value
