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
    """This function will name a step by what it would do now: a switch that is on is switched off."""
    switches = {
        Action.TOGGLE_URGENT.value: "取消加急" if case.urgent else "加急",
        Action.TOGGLE_LEGACY.value: "取消历史遗留" if case.legacy else "列为历史遗留",
        Action.TOGGLE_TYPICAL.value: "取消典型案例" if case.typical else "设为典型案例",
    }
    return switches.get(view.action, view.label)


def buttons(views: tuple[ActionView, ...], case: CaseShown) -> tuple[list[Button], list[Button], list[Why]]:
    """This function will part the actions into the primary one, the others, and the refused with their reasons."""
    first = [Button(v.action, called(v, case)) for v in views if v.primary]
    others = [Button(v.action, called(v, case)) for v in views if v.allowed and not v.primary]
    refused = [Why(called(v, case), v.reason) for v in views if not v.allowed]
    return first, others, refused
