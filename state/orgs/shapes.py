"""Accounts and roles as they are shown, and what a form says of an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.areas.schemas import AreaView
from domain.kernel.clock import day_bounds, local_date, stamp
from domain.kernel.permissions import Duty
from domain.kernel.refusals import Invalid
from domain.orgs.schemas import AccountRow, RoleView
from state.inputs import Choice, day_in, flag_in, text_in

TONES: Mapping[str, str] = {
    "enabled": "green",
    "ungranted": "orange",
    "locked": "red",
    "idle": "yellow",
    "expired": "gray",
    "disabled": "gray",
}


@dataclass
class AccountShown:
    """One account as a row."""

    login: str = ""
    name: str = ""
    unit: str = ""
    unit_code: str = ""
    roles: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    state: str = ""
    state_label: str = ""
    tone: str = ""
    seen: str = ""
    seen_day: str = ""
    until: str = ""
    restricted: bool = False
    href: str = ""


@dataclass
class RoleChoice:
    """One role that may be asked for or granted; `name` is that of its box."""

    code: str = ""
    label: str = ""
    name: str = ""
    duty: str = ""
    on: bool = False


@dataclass
class Told:
    """An initial password while it is shown, once."""

    login: str = ""
    name: str = ""
    password: str = ""


def account_shown(row: AccountRow) -> AccountShown:
    """Show an account as a row."""
    return AccountShown(
        login=row.login,
        name=row.name,
        unit=row.unit,
        unit_code=row.unit_code,
        roles=list(row.roles),
        proposed=list(row.proposed),
        state=row.state,
        state_label=row.state_label,
        tone=TONES.get(row.state, "gray"),
        seen=stamp(row.last_seen_at) or "从未登录",
        seen_day=stamp(row.last_seen_at, "%Y-%m-%d") or "从未登录",
        until=last_day(row.valid_until),
        restricted=row.restricted,
        href=f"/account/{row.login}",
    )


def role_choices(roles: Iterable[RoleView], held: Iterable[str] = (), *, only: Duty | None = None) -> list[RoleChoice]:
    """Give the roles as boxes to tick."""
    marked = set(held)
    return [
        RoleChoice(role.code, role.name, f"role_{role.code}", role.duty.label, role.code in marked)
        for role in roles
        if only is None or role.duty is only
    ]


def roles_in(form: Mapping[str, object], choices: Iterable[RoleChoice]) -> tuple[str, ...]:
    """Read which boxes of roles were ticked."""
    return tuple(one.code for one in choices if flag_in(form, one.name))


def until_in(form: Mapping[str, object], name: str = "until") -> datetime | None:
    """Read the last day of a temporary account as the moment from which it is over.

    :raises Invalid: it is not a date, or out of bounds
    """
    last = day_in(form, name, label="有效期至")
    return day_bounds(last)[1].astimezone(UTC) if last else None


def last_day(until: datetime | None) -> str:
    """Write the last day before a moment; empty for none."""
    return (local_date(until - timedelta(seconds=1))).isoformat() if until else ""


def area_choices(areas: Iterable[AreaView]) -> list[Choice]:
    """Give the areas for a type-ahead list, by path, grids left out: nobody administers one."""
    return [
        Choice(one.path, f"{'　' * (one.path.count('/') - 2)}{one.name}") for one in areas if one.path.count("/") <= 4
    ]


def area_in(form: Mapping[str, object], areas: Iterable[Choice]) -> str:
    """Read the path of a chosen area; empty for none.

    :raises Invalid: it is none of the list
    """
    path = text_in(form, "area", most=200)
    if path and path not in {choice.value for choice in areas}:
        raise Invalid.of({"area": "请从列表中选择"})
    return path
