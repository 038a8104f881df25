"""The buttons of a case page, and why the others are not there."""

from __future__ import annotations

from dataclasses import dataclass

from domain.cases.schemas import ActionView
from domain.cases.vocabulary import Action
from state.cases.shapes import CaseShown


@dataclass
class Button:
    action: str = ""
    label: str = ""


@dataclass
class Why:
    label: str = ""
    reason: str = ""


def called(view: ActionView, case: CaseShown) -> str:
    """Name a step by what it would do now: a switch that is on is switched off."""
    switches = {
        Action.TOGGLE_URGENT: (case.urgent, "取消加急", "加急"),
        Action.TOGGLE_LEGACY: (case.legacy, "取消历史遗留", "列为历史遗留"),
        Action.TOGGLE_TYPICAL: (case.typical, "取消典型案例", "设为典型案例"),
    }
    action = Action(view.action)
    if action not in switches:
        return view.label
    on, off_words, on_words = switches[action]
    if view.label != action.label:
        return f"取消{view.label}" if on else view.label
    return off_words if on else on_words


def buttons(views: tuple[ActionView, ...], case: CaseShown) -> tuple[list[Button], list[Button], list[Why]]:
    """Part the actions into the primary one, the others, and the refused with their reasons."""
    first = [Button(v.action, called(v, case)) for v in views if v.primary]
    others = [Button(v.action, called(v, case)) for v in views if v.allowed and not v.primary]
    refused = [Why(called(v, case), v.reason) for v in views if not v.allowed]
    return first, others, refused
