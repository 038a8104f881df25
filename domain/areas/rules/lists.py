"""A list of areas against the base and against itself: what each of its rows comes to. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.areas.models import Level
from domain.areas.rules import codes
from domain.areas.schemas import AreaView, Effect, ListRow, Plan, Planned
from domain.kernel.bounds import narrow

_SIGNS = re.compile(r"[\s,，、;；/|]+")
_LEVELS = "县区、乡镇街道、村社区、网格"


@dataclass(frozen=True, slots=True)
class _Base:
    """What the database holds: every area by code, and the parent's code of each."""

    areas: Mapping[str, AreaView]
    parents: Mapping[str, str]

    @classmethod
    def of(cls, areas: Iterable[AreaView]) -> _Base:
        every = list(areas)
        by_id = {one.id: one.code for one in every}
        parents = {one.code: by_id[one.parent_id] if one.parent_id else "" for one in every}
        return cls({one.code: one for one in every}, parents)

    def live(self, code: str) -> AreaView | None:
        found = self.areas.get(code)
        return found if found and found.ended_on is None else None


def plan(rows: Sequence[ListRow], areas: Iterable[AreaView]) -> Plan:
    """Say of each row what it does and what is wrong with it.

    Rows may stand in any order; a parent may be in the list or in the base.
    """
    base = _Base.of(areas)
    read = [_read(row, base) for row in rows]
    later = {code: one.code for one in read for code in one.absorbs if not _former_fault(code, one, base)}
    judged = _against_each_other([_against_base(one, base, later) for one in read], base)
    return Plan(judged, _missing(judged, base))


def _read(row: ListRow, base: _Base) -> Planned:
    """Bring a row to codes as they are kept."""
    faults: dict[str, str] = {}
    level: Level | None = None
    above = not row.level.strip() and codes.stands_above(row.code)
    if row.level.strip():
        try:
            level = codes.level_named(row.level)
            above = level is None
        except KeyError:
            faults["level"] = f"没有这个级别，只能是{_LEVELS}"
    if above:
        said = "本系统从县区开始，省、市两级不导入"
        return Planned(row.number, narrow(row.code), row.name.strip(), None, "", Effect.SKIPPED, said)
    code = codes.plain_code(row.code, level)
    level = level or codes.level_of(code)
    if not faults:
        faults["code"] = codes.code_fault(code, level) if level else "区划代码须为 6、9、12 或 15 位数字"
    faults["name"] = codes.name_fault(row.name)
    read = Planned(row.number, code, row.name.strip(), level, "", Effect.NEW, faults=faults)
    former = tuple(dict.fromkeys(codes.plain_code(one, level) for one in _SIGNS.split(row.former.strip()) if one))
    return _placed(replace(read, absorbs=tuple(one for one in former if one != code)), row, base)


def _placed(read: Planned, row: ListRow, base: _Base) -> Planned:
    """Find the parent: as written, else where the area lies now, else as its code says."""
    above = codes.level_above(read.level) if read.level else None
    if above is None:
        return read
    written = codes.plain_code(row.parent, above)
    known = base.parents.get(read.code, "") if base.live(read.code) else ""
    return replace(read, parent_code=written or known or codes.parent_in(read.code))


def _against_base(read: Planned, base: _Base, later: Mapping[str, str]) -> Planned:
    """Find out whether the row goes on with an area of the base, and which others it takes in.

    `later`: the codes that take the place of others in this list.
    """
    if read.effect is Effect.SKIPPED:
        return read
    read = replace(read, parent_code=later.get(read.parent_code, read.parent_code))
    known, faults = base.areas.get(read.code), dict(read.faults)
    if known and known.ended_on:
        faults["code"] = f"这个代码属于已停用的“{known.name}”，不能再用"
    for code in read.absorbs:
        faults["former"] = faults.get("former") or _former_fault(code, read, base)
    faults = {name: text for name, text in faults.items() if text}
    if known:
        found = replace(read, continues=known.code, faults=faults)
    elif len(read.absorbs) == 1:
        found = replace(read, continues=read.absorbs[0], absorbs=(), faults=faults)
    else:
        found = replace(read, faults=faults)
    return _worded(found, base, later)


def _former_fault(code: str, read: Planned, base: _Base) -> str:
    area = base.live(code)
    if area is None:
        return f"原代码 {code} 不是现有的区划"
    return "" if area.level is read.level else f"原代码 {code} 是{area.level.label}，级别不同"


def _worded(row: Planned, base: _Base, later: Mapping[str, str]) -> Planned:
    """Name the effect."""
    merged = [base.areas[code].name for code in row.absorbs if code in base.areas]
    joined = f"并入：{'、'.join(merged)}" if merged else ""
    was = base.areas.get(row.continues)
    if was is None:
        return replace(row, effect=Effect.NEW, said=joined)
    renamed = f"原名“{was.name}”" if was.name != row.name else ""
    recoded = f"原代码 {was.code}" if was.code != row.code else ""
    above = base.parents.get(was.code, "")
    moved = f"原上级 {base.areas[above].name}" if above and later.get(above, above) != row.parent_code else ""
    said = "，".join(filter(None, (renamed, recoded, moved, joined)))
    effect = Effect.MOVED if recoded or moved else Effect.RENAMED if renamed else Effect.SAME
    return replace(row, effect=Effect.MERGED if joined and effect is Effect.SAME else effect, said=said)


def _against_each_other(rows: list[Planned], base: _Base) -> tuple[Planned, ...]:
    """Hold the rows against each other: doubles, parents, and areas that two rows lay claim to."""
    kept = [row for row in rows if row.effect is not Effect.SKIPPED]
    first: dict[str, int] = {}
    for row in kept:
        first.setdefault(row.code, row.number)
    named: dict[tuple[str, str], int] = {}
    for row in kept:
        named.setdefault((row.parent_code, row.name), row.number)
    claims = Counter(code for row in kept for code in {row.continues, *row.absorbs} if code)
    levels = {row.code: row.level for row in reversed(kept)}
    gone = {code for row in kept for code in row.absorbs} | {r.continues for r in kept if r.continues != r.code}
    found: list[Planned] = []
    for row in rows:
        if row.effect is Effect.SKIPPED:
            found.append(row)
            continue
        faults = {
            "code": _double(row.number, first[row.code]),
            "name": _double(row.number, named[row.parent_code, row.name], "与第 {} 行同名，上级也相同"),
            "parent": _parent_fault(row, levels, gone, base),
            "former": _claim_fault(row, claims, levels),
        }
        found.append(replace(row, faults={**{k: v for k, v in faults.items() if v}, **row.faults}))
    return tuple(found)


def _double(number: int, other: int, words: str = "代码与第 {} 行重复") -> str:
    return "" if number == other else words.format(other)


def _parent_fault(row: Planned, levels: Mapping[str, Level | None], gone: set[str], base: _Base) -> str:
    if row.level is None or codes.level_above(row.level) is None or row.faults.get("code"):
        return ""
    code, inside = row.parent_code, row.parent_code in levels
    there = base.live(code)
    if not inside and (there is None or code in gone):
        return f"没有上级区划 {code}：表中没有，库中也没有"
    level = levels[code] if inside else there.level if there else None
    if fault := codes.parent_fault(row.level, level):
        return fault
    return "" if row.continues == row.code or row.code.startswith(code) else f"代码应以上级的代码 {code} 开头"


def _claim_fault(row: Planned, claims: Counter[str], levels: Mapping[str, Level | None]) -> str:
    for code in (row.continues, *row.absorbs):
        if code and code != row.code and (claims[code] > 1 or code in levels):
            return f"原代码 {code} 在表中另有一行，只能写一次"
    return ""


def _missing(rows: Sequence[Planned], base: _Base) -> tuple[AreaView, ...]:
    # The live areas that lie in an area of the list and are named by no row of it.
    parents = {code for row in rows for code in (row.continues, row.parent_code) if code}
    named = {code for row in rows for code in (row.code, row.continues, *row.absorbs)}
    return tuple(
        one
        for one in base.areas.values()
        if one.ended_on is None and base.parents[one.code] in parents and one.code not in named
    )
