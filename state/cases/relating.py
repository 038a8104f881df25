"""Acts around a case that move no status: merging, families, assistants, agreeing to a return."""

from __future__ import annotations

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.operations import assists, family, merge
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from state.cases.working import CaseState
from state.clock import now
from state.inputs import Reading, as_form, as_text, text_in

TITLES = {
    "merge": "并入另一件",
    "unmerge": "撤销并案",
    "adopt": "设为子案件",
    "release": "解除主子案件",
    "waive": "免除协办反馈",
    "agree": "同意退回",
}
"""The acts and the titles of their dialogs."""
_OTHERS = {"merge": "kept", "adopt": "parent"}
"""Acts that name another case, and what the room calls it."""


class RelatingState(CaseState):
    """The dialogs of a case page beside those of its workflow."""

    act: str = ""
    act_title: str = ""
    act_unit: str = ""
    act_unit_name: str = ""
    act_faults: dict[str, str] = {}
    act_refused: str = ""
    act_round: int = 0

    @rx.event
    async def begin(self, act: str, unit: str = ""):
        """Open the dialog of an act; `unit` names the assistant that is waived."""
        async with self._acting():
            act, unit = as_text(act), as_text(unit)
            if act in TITLES:
                self.act, self.act_title, self.act_faults, self.act_refused = act, TITLES[act], {}, ""
                self.act_unit = unit
                self.act_unit_name = next((hand.unit for hand in self.hands if hand.code == unit), "")
                self.act_round += 1

    @rx.event
    async def end(self):
        """Close the dialog."""
        self.act, self.act_faults, self.act_refused = "", {}, ""

    @rx.event
    async def do(self, form: dict):
        """Do what the open dialog asks."""
        act, given = self.act, as_form(form)
        reading = Reading(given)
        if act not in TITLES:
            return
        other, reason = text_in(given, "other", most=40).strip().upper(), text_in(given, "reason", most=600)
        self.act_faults, self.act_refused = {}, ""
        if act in _OTHERS and not other:
            reading.refuse(_OTHERS[act], "请填写编号")
        try:
            async with self._acting() as (session, actor):
                with reading.joined():
                    await self._act(session, actor, act, other, reason)
                await self._frame(session, actor)
                await self._read_if_visible(session, actor)
        except Invalid as refusal:
            self.act_faults = refusal.fields
            return
        except NotFound as refusal:
            if act not in _OTHERS:
                raise
            self.act_faults = {_OTHERS[act]: refusal.message}
            return
        except (ActionNotAllowed, NotPermitted) as refusal:
            # told inside the dialog, which lies above the page's messages
            self.act_refused = refusal.message
            return
        self.act = ""
        yield rx.toast.success(f"{TITLES[act]}成功")

    async def _act(self, session: AsyncSession, actor: Actor, act: str, other: str, reason: str) -> None:
        number, at = self._number, now()
        match act:
            case "merge":
                await merge.merge(session, actor, kept=other, merged=number, reason=reason, at=at)
            case "unmerge":
                await merge.undo(session, actor, number=number, reason=reason, at=at)
            case "adopt":
                await family.adopt(session, actor, child=number, parent=other, at=at)
            case "release":
                await family.release(session, actor, child=number, at=at)
            case "waive":
                await assists.waive(session, actor, number=number, unit=self.act_unit, reason=reason, at=at)
            case _:
                await assists.agree_to_return(session, actor, number=number, at=at)
