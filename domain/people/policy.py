"""What is shown of a person: field × role × purpose → clear, masked or hidden. Pure; the table is data.

Source: issue 4 (personal data), PIPL 6, 28, 51 and security.md 7.4. The defaults stand here; rows of `field_rule`
override them cell by cell. Three things hold whatever the table says: the field level of whoever asks is a
ceiling, what is special is never clear without the level for it, and what `fault_of` names cannot be set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from domain.kernel.actor import Actor
from domain.kernel.labels import Labelled
from domain.kernel.permissions import DEFAULT_LEVEL, LEVELS, FieldLevel, Role
from domain.people import rules


class Field(Labelled):
    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "联系电话"
    ADDRESS = "address", "住址"
    BIRTH_DATE = "birth_date", "出生日期"
    SEX = "sex", "性别"
    NATION = "nation", "民族"
    STAFF_NAME = "staff_name", "经办人姓名"
    STAFF_PHONE = "staff_phone", "经办人电话"


class Purpose(Labelled):
    SCREEN = "screen", "页面"
    API = "api", "接口"
    EXPORT = "export", "导出"
    DOCUMENT = "document", "文书"
    NOTICE = "notice", "站内消息"
    SMS = "sms", "短信"
    SEARCH = "search", "检索命中"
    PUBLIC = "public", "诉求人页面"
    LOG = "log", "日志"
    ERROR = "error", "错误提示"


class Showing(Labelled):
    """From least to most."""

    HIDDEN = "hidden", "隐藏"
    MASKED = "masked", "掩码"
    CLEAR = "clear", "明文"


Cell = tuple[Role, Field, Purpose]
Overrides = Mapping[Cell, Showing]
SHOWINGS: tuple[Showing, ...] = tuple(Showing)
STAFF = frozenset({Field.STAFF_NAME, Field.STAFF_PHONE})
"""Fields of who works on a case; those who see the case may know whom to ask."""
IDENTIFYING = frozenset({Field.NAME, Field.ID_NUMBER, Field.PHONE, Field.ADDRESS, Field.BIRTH_DATE})
"""Fields that point at one human being; sex and nation alone do not, and have no mask."""
OFFICES = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
"""Administrators, who see no personal data of citizens (三员分立)."""
READERS = frozenset({Role.LEADER, Role.STATION, Role.VIEWER})
"""Roles that read and do not talk to the person: they are shown less (PIPL 6, necessity)."""
OUTSIDE = frozenset({Purpose.NOTICE, Purpose.SMS, Purpose.PUBLIC, Purpose.LOG})
"""Ways out that carry no field of a person at all."""

_H, _M, _C = Showing.HIDDEN, Showing.MASKED, Showing.CLEAR
_BASE: MappingProxyType[Field, tuple[Showing, ...]] = MappingProxyType(
    # SCREEN API EXPORT DOCUMENT NOTICE SMS SEARCH PUBLIC LOG ERROR
    {
        Field.NAME: (_M, _M, _M, _M, _H, _H, _M, _H, _H, _M),
        Field.ID_NUMBER: (_M, _M, _M, _M, _H, _H, _M, _H, _H, _H),
        Field.PHONE: (_M, _M, _M, _M, _H, _H, _M, _H, _H, _H),
        Field.ADDRESS: (_M, _M, _M, _M, _H, _H, _M, _H, _H, _H),
        Field.BIRTH_DATE: (_M, _M, _H, _M, _H, _H, _H, _H, _H, _H),
        Field.SEX: (_C, _C, _C, _C, _H, _H, _C, _H, _H, _H),
        Field.NATION: (_C, _C, _H, _C, _H, _H, _C, _H, _H, _H),
        Field.STAFF_NAME: (_C, _C, _C, _C, _C, _H, _C, _H, _M, _C),
        Field.STAFF_PHONE: (_C, _C, _H, _C, _H, _H, _C, _H, _H, _H),
    }
)
_PURPOSES = tuple(Purpose)
_NEVER_CLEAR_IN: MappingProxyType[Field, frozenset[Purpose]] = MappingProxyType(
    {
        Field.ID_NUMBER: frozenset(_PURPOSES) - {Purpose.DOCUMENT},
        Field.BIRTH_DATE: frozenset({Purpose.EXPORT, Purpose.ERROR}),
        Field.PHONE: frozenset({Purpose.EXPORT, Purpose.ERROR}),
        Field.ADDRESS: frozenset({Purpose.EXPORT, Purpose.ERROR}),
        Field.NAME: frozenset({Purpose.ERROR}),
    }
)


def default_of(role: Role, field: Field, purpose: Purpose) -> Showing:
    """Give what holds for a cell that nobody has set."""
    base = _BASE[field][_PURPOSES.index(purpose)]
    if field in STAFF:
        return base
    if role in OFFICES or DEFAULT_LEVEL[role] is FieldLevel.HIDDEN:
        return Showing.HIDDEN
    if role in READERS and field in {Field.NATION, Field.BIRTH_DATE}:
        return Showing.HIDDEN
    return base


def fault_of(role: Role, field: Field, purpose: Purpose, showing: Showing) -> str:
    """Say why a cell may not be set so; empty when it may."""
    if field in STAFF:
        plain = purpose in {Purpose.PUBLIC, Purpose.SMS} and showing is not Showing.HIDDEN
        return f"{purpose.label}不显示经办人个人信息" if plain else ""
    if purpose is Purpose.PUBLIC and showing is not Showing.HIDDEN:
        return "诉求人页面不显示任何人的个人信息（可能涉及第三人）"
    if purpose in OUTSIDE and showing is not Showing.HIDDEN:
        return f"{purpose.label}不含个人信息，只能隐藏"
    if role in OFFICES and showing is not Showing.HIDDEN:
        return "管理员不接触公民个人信息（三员分立），只能隐藏"
    if showing is Showing.CLEAR and purpose in _NEVER_CLEAR_IN.get(field, frozenset()):
        return f"{field.label}不得在{purpose.label}中以明文出现"
    return ""


def note_of(role: Role, field: Field, showing: Showing) -> str:
    """Say what keeps a setting from having its effect; empty when nothing does."""
    if showing is Showing.CLEAR and field in IDENTIFYING and DEFAULT_LEVEL[role] in {
        FieldLevel.MASKED,
        FieldLevel.HIDDEN,
    }:  # fmt: skip
        return f"{role.label}的字段级别为{DEFAULT_LEVEL[role].label}，实际仍按掩码显示"
    return ""


def faults_of(wanted: Overrides) -> dict[Cell, str]:
    """Name the cells that may not be set as wanted, each with its sentence."""
    found = {cell: fault_of(*cell, showing) for cell, showing in wanted.items()}
    return {cell: sentence for cell, sentence in found.items() if sentence}


def showing_of(
    actor: Actor, field: Field, purposes: Iterable[Purpose], overrides: Overrides, *, special: bool = False
) -> Showing:
    """Decide how much of a field an actor is shown.

    The widest of the actor's roles holds, the narrowest of the purposes, and the actor's field level is a ceiling.
    A row that may not be set any more (it was written by hand, or the rule came later) counts as hidden.
    `special`: the person, or the matter, needs the level for it (a child under 14, a case of a special kind).
    """
    widest = min((_of_roles(actor, field, purpose, overrides) for purpose in purposes), key=SHOWINGS.index)
    return min(widest, _ceiling(actor, field, special=special), key=SHOWINGS.index)


def _of_roles(actor: Actor, field: Field, purpose: Purpose, overrides: Overrides) -> Showing:
    found = (_of_role(role, field, purpose, overrides) for role in actor.roles)
    return max(found, key=SHOWINGS.index, default=Showing.HIDDEN)


def _of_role(role: Role, field: Field, purpose: Purpose, overrides: Overrides) -> Showing:
    showing = overrides.get((role, field, purpose)) or default_of(role, field, purpose)
    return Showing.HIDDEN if fault_of(role, field, purpose, showing) else showing


def _ceiling(actor: Actor, field: Field, *, special: bool) -> Showing:
    if field in STAFF:
        return Showing.CLEAR
    if actor.level is FieldLevel.HIDDEN:
        return Showing.HIDDEN
    if field not in IDENTIFYING:
        return Showing.CLEAR
    if actor.level is FieldLevel.MASKED or (special and not actor.sees(FieldLevel.SPECIAL)):
        return Showing.MASKED
    return Showing.CLEAR


def level_for_reveal(*, special: bool) -> FieldLevel:
    """Tell which field level a reveal needs."""
    return FieldLevel.SPECIAL if special else FieldLevel.REVEAL


def lacks_level(actor: Actor, *, special: bool) -> bool:
    """Tell whether an actor's field level is too low to reveal."""
    return LEVELS.index(actor.level) < LEVELS.index(level_for_reveal(special=special))


def put(field: Field, text: str, showing: Showing) -> str:
    """Write a value as it is shown: itself, its mask, or nothing."""
    if showing is Showing.CLEAR or not text:
        return text
    return _MASKS[field](text) if showing is Showing.MASKED else ""


def _stars(text: str) -> str:
    return "*" if text else ""


_MASKS = MappingProxyType(
    {
        Field.NAME: rules.mask_name,
        Field.ID_NUMBER: rules.mask_id,
        Field.PHONE: rules.mask_phone,
        Field.ADDRESS: rules.mask_address,
        Field.BIRTH_DATE: rules.mask_birth_date,
        Field.SEX: _stars,
        Field.NATION: _stars,
        Field.STAFF_NAME: rules.mask_name,
        Field.STAFF_PHONE: rules.mask_phone,
    }
)
EXAMPLES: MappingProxyType[Field, str] = MappingProxyType(
    {
        Field.NAME: "林小溪",
        Field.ID_NUMBER: "350000198203040012",
        Field.PHONE: "13900000000",
        Field.ADDRESS: "某某县某某镇某某村 1 号",
        Field.BIRTH_DATE: "1982-03-04",
        Field.SEX: "女",
        Field.NATION: "汉族",
        Field.STAFF_NAME: "陈经办",
        Field.STAFF_PHONE: "0595-22000000",
    }
)
"""A made-up person, for previews: the number has a wrong check digit and is nobody's."""
