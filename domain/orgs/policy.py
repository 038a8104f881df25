"""What roles and restrictions come to, and which of them go together (三员分立)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.kernel.permissions import (
    DEFAULT_LEVEL,
    DEFAULT_REACH,
    DUTIES,
    GRANTS,
    LEVELS,
    PEOPLE_ROLES,
    READ_ONLY_ROLES,
    Duty,
    FieldLevel,
    Permission,
    Reach,
    Role,
    duty_of,
)
from domain.orgs.models import Account, CustomRole
from domain.orgs.rules import WIDTH, widest_reach

_WRITING = frozenset({Permission.VISIT_REGISTER, Permission.CASE_CREATE, Permission.CASE_WORK})
SEPARATED = "系统管理、安全管理、审计管理和业务角色不能由同一账号兼任（三员分立）"


@dataclass(frozen=True, slots=True)
class Settled:
    """What the roles of one account come to, before its own restrictions."""

    roles: tuple[Role, ...]
    codes: tuple[str, ...]
    rights: tuple[Permission, ...] | None
    reach: Reach
    field_level: FieldLevel | None
    barred_actions: frozenset[str]
    barred_places: frozenset[str]
    read_only: bool


def built_in(codes: Iterable[str]) -> tuple[Role, ...]:
    """Pick the built-in roles out of role codes."""
    known = {role.value: role for role in PEOPLE_ROLES}
    return tuple(known[code] for code in dict.fromkeys(codes) if code in known)


def settle(codes: Iterable[str], custom: Mapping[str, CustomRole]) -> Settled:
    """Settle what some roles come to together.

    Rights add up. What a custom role bars stays barred only where every other role bars it too:
    a restriction of one role must not take what another one gives.
    """
    wanted = tuple(dict.fromkeys(codes))
    plain, made = built_in(wanted), [custom[code] for code in wanted if code in custom]
    rights = {p for role in plain for p in GRANTS[role]} | {
        Permission(word) for one in made for word in one.permissions
    }
    levels = [*(DEFAULT_LEVEL[role] for role in plain), *(one.field_level for one in made)]
    reaches = [*([widest_reach(frozenset(plain))] if plain else []), *(one.reach for one in made)]
    only_made = bool(made) and not plain
    return Settled(
        roles=tuple(sorted({*plain, *(one.acts_as for one in made)})),
        codes=tuple(code for code in wanted if code in custom or built_in((code,))),
        rights=tuple(sorted(rights)) if made else None,
        reach=max(reaches, key=WIDTH.index, default=Reach.NONE),
        field_level=max(levels, key=LEVELS.index) if made else None,
        barred_actions=_common(one.barred_actions for one in made) if only_made else frozenset(),
        barred_places=_common(one.barred_places for one in made) if only_made else frozenset(),
        read_only=only_made and all(one.read_only for one in made),
    )


def place_faults(codes: Iterable[str], custom: Mapping[str, CustomRole], *, unit: bool, area: bool) -> dict[str, str]:
    """Name what an account lacks to see anything in some roles: a unit, or an area."""
    wanted = tuple(codes)
    named = [*((role.label, DEFAULT_REACH[role]) for role in built_in(wanted))]
    named += [(custom[code].name, custom[code].reach) for code in wanted if code in custom]
    by_unit, by_area = ([name for name, reach in named if reach is kind] for kind in (Reach.DEPARTMENT, Reach.AREA))
    faults = {
        "unit": f"“{'、'.join(by_unit)}”按单位查看和办理，请填写单位" if by_unit and not unit else "",
        "area": f"“{'、'.join(by_area)}”按辖区查看，请填写辖区" if by_area and not area else "",
    }
    return {name: sentence for name, sentence in faults.items() if sentence}


def _common(words: Iterable[Iterable[str]]) -> frozenset[str]:
    sets = [frozenset(some) for some in words]
    return frozenset.intersection(*sets) if sets else frozenset()


def put_on(account: Account, settled: Settled) -> None:
    """Write onto an account what its roles and its own restrictions come to."""
    account.roles = [role.value for role in settled.roles]
    account.role_codes = list(settled.codes)
    account.rights = None if settled.rights is None else [right.value for right in settled.rights]
    account.reach, account.field_level = settled.reach, settled.field_level
    account.barred_actions = sorted(settled.barred_actions | set(account.own_barred_actions))
    account.barred_places = sorted(settled.barred_places | set(account.own_barred_places))
    account.read_only = settled.read_only or account.own_read_only


def duties_of(codes: Iterable[str], custom: Mapping[str, CustomRole]) -> frozenset[Duty]:
    """Tell whose work some roles belong to."""
    codes = tuple(codes)
    return frozenset(
        {duty_of(role) for role in built_in(codes)} | {duty_of(custom[c].acts_as) for c in codes if c in custom}
    )


def role_faults(
    name: str, acts_as: Role, permissions: Iterable[str], reach: Reach, level: FieldLevel, *, read_only: bool
) -> dict[str, str]:
    """Name what a custom role may not be, each with its sentence."""
    known = {permission.value for permission in Permission}
    wanted = set(permissions)
    held = {Permission(word) for word in wanted & known}
    duty = duty_of(acts_as) if acts_as in PEOPLE_ROLES else None
    foreign = sorted(p.label for p in held if duty not in DUTIES[p])
    read_only = read_only or acts_as in READ_ONLY_ROLES
    faults = {
        "name": "请填写角色名称，最长 20 个字" if not 1 <= len(name.strip()) <= 20 else "",
        "acts_as": "请选择办理身份" if duty is None else "",
        "permissions": _permissions_fault(wanted - known, foreign, duty),
        "reach": "管理员角色不能查看业务数据" if duty is not Duty.BUSINESS and reach is not Reach.NONE else "",
        "field_level": _level_fault(held, level, duty),
        "read_only": "只读角色不能有登记和办理权限" if read_only and held & _WRITING else "",
    }
    return {field: sentence for field, sentence in faults.items() if sentence}


def _permissions_fault(unknown: set[str], foreign: list[str], duty: Duty | None) -> str:
    if unknown:
        return "有不认识的权限，请重新选择"
    if foreign and duty is not None:
        return f"“{'、'.join(foreign)}”不属于{duty.label}的职责（三员分立）"
    return ""


def _level_fault(held: set[Permission], level: FieldLevel, duty: Duty | None) -> str:
    if duty is not Duty.BUSINESS and level is not FieldLevel.HIDDEN:
        return "管理员角色不能查看个人信息"
    if Permission.PERSON_REVEAL in held and LEVELS.index(level) < LEVELS.index(FieldLevel.REVEAL):
        return "有“查看明文”权限的角色，字段级别至少为“可申请查看明文”"
    return ""
