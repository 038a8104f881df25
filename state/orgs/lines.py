"""Rows of an import: what a sheet of units or of accounts holds, read into what the domain takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.kernel import bounds
from domain.kernel.actor import Actor
from domain.kernel.clock import day_bounds
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.orgs import operations, queries
from domain.orgs.models import UnitKind
from domain.orgs.operations.initial import initial_password
from domain.orgs.rules import POSITION
from domain.orgs.schemas import NewAccount, UnitInput
from state.kit.importing import Content, Kind, Read, Staged, staged_in

_UNIT_HEADS = ("单位代码", "单位名称", "类型", "简称", "上级单位代码", "办公电话", "排序")
_ACCOUNT_HEADS = ("账号", "姓名", "单位", "角色", "兼属单位", "辖区代码", "有效期至")


@dataclass(frozen=True, slots=True)
class _Known:
    units: Mapping[str, str]
    shared: frozenset[str]
    """Names that several units bear."""
    roles: Mapping[str, str]
    areas: Mapping[str, str]


async def read_units(session: AsyncSession, actor: Actor, content: Content) -> tuple[Read, ...]:
    """Read the rows of an import of units and say of each what cannot be taken.

    :raises NotPermitted: the actor may not import these
    """
    staged = staged_in(content)
    rows = [_unit(dict(zip(_UNIT_HEADS, values, strict=False))) for _, values, _ in staged]
    found = await operations.check_units(session, actor, [unit for unit, _ in rows])
    names = {
        "code": "单位代码", "name": "单位名称", "parent_code": "上级单位代码", "short_name": "简称", "phone": "办公电话",
    }  # fmt: skip
    return _together("units", staged, rows, found, names)


async def read_accounts(session: AsyncSession, actor: Actor, content: Content) -> tuple[Read, ...]:
    """Read the rows of an import of accounts; each gets an initial password of its own, which nobody has seen yet.

    :raises NotPermitted: the actor may not import these
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    staged = staged_in(content)
    known = await _what_is_known(session, actor)
    rows = [_account(dict(zip(_ACCOUNT_HEADS, values, strict=False)), known) for _, values, _ in staged]
    found = await operations.check_accounts(session, actor, [account for account, _ in rows])
    names = {"login": "账号", "name": "姓名", "unit": "单位", "roles": "角色", "area": "辖区代码"}
    return _together("accounts", staged, rows, found, names)


def _together(
    kind: str,
    staged: Staged,
    rows: Iterable[tuple[UnitInput | NewAccount, Mapping[str, str]]],
    found: Iterable[Mapping[str, str]],
    names: Mapping[str, str],
) -> tuple[Read, ...]:
    # What could not be read comes before what the domain says of it.
    read: list[Read] = []
    for (number, values, unread), (given, own), faults in zip(staged, rows, found, strict=True):
        said = {names.get(name, name): sentence for name, sentence in faults.items()}
        if tuple(values) == KINDS[kind].example:
            said[KINDS[kind].heads[0]] = "这是模板里的示例行，请删除"
        read.append(Read(number, tuple(values), given, {**said, **own, **unread}))
    return tuple(read)


def _unit(values: Mapping[str, str]) -> tuple[UnitInput, dict[str, str]]:
    faults: dict[str, str] = {}
    kinds = {kind.label: kind for kind in UnitKind}
    kind = kinds.get(values.get("类型", "") or UnitKind.DEPARTMENT.label)
    if kind is None:
        faults["类型"] = f"只能是{'、'.join(kinds)}"
    try:
        position = bounds.whole(values.get("排序", "") or "0", label="排序", within=POSITION, field="排序")
    except Invalid as refusal:
        position = 0
        faults |= refusal.fields
    unit = UnitInput(
        code=values.get("单位代码", ""),
        name=values.get("单位名称", ""),
        kind=kind or UnitKind.DEPARTMENT,
        short_name=values.get("简称", ""),
        phone=values.get("办公电话", ""),
        parent_code=values.get("上级单位代码", ""),
        position=position,
    )
    return unit, faults


def _account(values: Mapping[str, str], known: _Known) -> tuple[NewAccount, dict[str, str]]:
    faults: dict[str, str] = {}
    unit = values.get("单位", "")
    more, area = _pieces(values.get("兼属单位", "")), values.get("辖区代码", "")
    if wrong := [word for word in more if word not in known.units]:
        faults["兼属单位"] = f"没有这个单位：{'、'.join(wrong)}"
    if unit in known.shared and unit not in known.units:
        faults["单位"] = "有几个单位叫这个名称，请填写单位代码"
    if area and area not in known.areas:
        faults["辖区代码"] = "没有这个区划"
    until = _until(values.get("有效期至", ""), faults)
    account = NewAccount(
        login=values.get("账号", ""),
        name=values.get("姓名", ""),
        password=initial_password(values.get("账号", "")),
        roles=tuple(known.roles.get(word, word) for word in _pieces(values.get("角色", ""))),
        unit_code=known.units.get(unit, unit),
        area_path=known.areas.get(area, ""),
        more_units=tuple(known.units[word] for word in more if word in known.units),
        valid_until=until,
    )
    return account, faults


def _until(text: str, faults: dict[str, str]) -> datetime | None:
    if not text:
        return None
    try:
        return day_bounds(bounds.day(text, label="有效期至", field="有效期至"))[1].astimezone(UTC)
    except Invalid as refusal:
        faults |= refusal.fields
        return None


def _pieces(text: str) -> list[str]:
    for sign in ",,;;/ ":
        text = text.replace(sign, "、")
    return list(dict.fromkeys(piece for piece in text.split("、") if piece))


async def _what_is_known(session: AsyncSession, actor: Actor) -> _Known:
    """Units and roles by code and by name; a name that two share leads nowhere."""
    units = [one for one in await queries.units_of_county(session, actor) if one.disabled_at is None]
    roles = await queries.roles(session, actor)
    return _Known(
        units=_by_word((one.code, one.name) for one in units),
        shared=frozenset(name for name, count in Counter(one.name for one in units).items() if count > 1),
        roles=_by_word((one.code, one.name) for one in roles),
        areas={one.code: one.path for one in await areas.all_areas(session)},
    )


def _by_word(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for code, name in pairs:
        twice |= {name} if name in found else set()
        found[name] = code
        found[code] = code
    return {word: code for word, code in found.items() if word not in twice or word == code}


async def _take_units(
    session: AsyncSession, actor: Actor, rows: Sequence[Read], _content: Content, at: datetime
) -> int:
    return await operations.import_units(session, actor, [row.given for row in rows], at=at)


async def _take_accounts(
    session: AsyncSession, actor: Actor, rows: Sequence[Read], _content: Content, at: datetime
) -> int:
    await operations.import_accounts(session, actor, [row.given for row in rows], at=at)
    return len(rows)


KINDS: Mapping[str, Kind] = {
    "units": Kind(
        "单位", "import.units", Permission.UNIT_MANAGE, _UNIT_HEADS, _UNIT_HEADS[:2],
        ("slj", "水利局", "职能部门", "水利", "county", "", "30"),
        (
            "带 * 的必须填写；示例行导入前请删除。一次最多 1000 行。",
            "单位代码：小写字母、数字、下划线、短横，保存后不能修改。",
            f"类型：{'、'.join(kind.label for kind in UnitKind)}；不填为职能部门。",
            "上级单位代码：已有单位的代码，或本表前面行的代码。",
        ),
        1000, read_units, _take_units,
    ),
    "accounts": Kind(
        "账号", "import.accounts", Permission.ACCOUNT_MANAGE, _ACCOUNT_HEADS, ("账号", "姓名", "角色"),
        ("zhangsan", "张某", "rsj", "部门经办", "", "", "2026-12-31"),
        (
            "带 * 的必须填写；示例行导入前请删除。一次最多 300 行。",
            "单位、兼属单位：单位的代码或全称；兼属多个用顿号分隔。",
            "角色：角色名称或代码，多个用顿号分隔；须由安全管理员授权后生效。部门经办、部门领导须填写单位。",
            "辖区代码：按辖区查看的角色（如派出所）须填写，对其他角色不起作用。",
            "有效期至：临时账号填写，如 2026-12-31。",
            "初始密码由系统随机生成，导入成功后下载一次。",
        ),
        300, read_accounts, _take_accounts,
    ),
}  # fmt: skip
