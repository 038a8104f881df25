"""What can be taken from one account or role: rights, steps of a case, pages; as boxes and as words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from domain.cases.vocabulary import Action
from domain.cases.workflow import STEPS
from domain.kernel.permissions import DUTIES, PEOPLE_ROLES, Duty, Permission
from domain.orgs.schemas import AccountDetail
from state.inputs import flag_in
from state.places import PLACES


@dataclass
class Box:
    """One box to tick: `name` is the control's, `group` the heading it stands under."""

    value: str = ""
    name: str = ""
    label: str = ""
    group: str = ""
    on: bool = False


def permission_boxes(on: Collection[str] = (), duties: Collection[Duty] = tuple(Duty)) -> list[Box]:
    """Give the permissions of some duties as boxes."""
    return [
        Box(one.value, f"right_{place}", one.label, next(d.label for d in Duty if d in DUTIES[one]), one.value in on)
        for place, one in enumerate(Permission)
        if not DUTIES[one].isdisjoint(duties)
    ]


def action_boxes(on: Collection[str] = ()) -> list[Box]:
    """Give the steps of a case that people take as boxes."""
    return [
        Box(one.value, f"step_{place}", one.label, "", one.value in on)
        for place, one in enumerate(Action)
        if one in _TAKEN
    ]


def place_boxes(on: Collection[str] = ()) -> list[Box]:
    """Give the places of the navigation as boxes."""
    return [Box(one.href, f"place_{place}", one.label, one.group, one.href in on) for place, one in enumerate(PLACES)]


def ticked(form: Mapping[str, object], boxes: Iterable[Box]) -> tuple[str, ...]:
    """Read which boxes were ticked."""
    return tuple(box.value for box in boxes if flag_in(form, box.name))


def limits_in_words(shown: AccountDetail) -> list[str]:
    """Word what was taken from one account."""
    found = ["只读：不能登记和办理"] if shown.read_only else []
    if shown.denied:
        found.append(f"不授予：{'、'.join(Permission(word).label for word in shown.denied)}")
    if shown.barred_actions:
        found.append(f"不能办理：{'、'.join(action_label(word) for word in shown.barred_actions)}")
    if shown.barred_places:
        found.append(f"不能打开：{'、'.join(place_label(word) for word in shown.barred_places)}")
    return found


def action_label(word: str) -> str:
    """Give the label of a step; an unknown one stays as it is."""
    return next((one.label for one in Action if one.value == word), word)


def place_label(href: str) -> str:
    """Give the label of a place; an unknown one stays as it is."""
    return next((one.label for one in PLACES if one.href == href), href)


_TAKEN = frozenset(step.action for step in STEPS if any(who.role in PEOPLE_ROLES for who in step.who))
