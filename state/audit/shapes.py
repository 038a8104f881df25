"""The journal as text for a page: lines, one line whole, and the state of the chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.audit.schemas import ChainState, Group, JournalLine, RawLine
from domain.calendar.models import Link
from domain.cases.models import Supervision
from domain.cases.vocabulary import Status
from domain.kernel.clock import stamp
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Role
from domain.people.policy import Field
from domain.people.schemas import Unrevealed

SECONDS = "%Y-%m-%d %H:%M:%S"
TONES: Mapping[Group, str] = {
    Group.SIGN_IN: "gray",
    Group.CASE: "blue",
    Group.VISIT: "blue",
    Group.CLEAR: "orange",
    Group.SEARCH: "yellow",
    Group.EXPORT: "yellow",
    Group.REFUSED: "red",
    Group.ADMIN: "green",
    Group.POLICY: "green",
    Group.SYSTEM: "gray",
}
_KEYS: Mapping[str, str] = {
    "where": "位置", "why": "原因", "reason": "理由", "what": "内容", "rows": "条数", "filters": "筛选条件", "fields": "按哪些项目",
    "field": "项目", "login": "账号", "number": "案件编号", "code": "代码", "count": "次数", "more": "另有次数",
    "locked": "账号锁定", "stands_for": "代谁办理", "kind": "种类", "opinion": "意见", "status": "状态", "version": "版本",
    "roles": "角色", "proposed": "拟授角色", "until": "有效期至", "unit": "单位", "units": "单位", "name": "名称", "seq": "序号",
    "department": "承办单位", "area": "辖区", "purpose": "用途", "person": "人员", "sessions": "登录",
    "places": "菜单", "actions": "步骤", "read_only": "只读", "key": "项目", "value": "值", "day": "日期",
    "from": "原状态", "to": "新状态", "link": "环节", "level": "级别", "flagged": "已亮牌", "row": "流程行号",
}  # fmt: skip
_KINDS: Mapping[str, type[Labelled]] = {
    "from": Status, "to": Status, "link": Link, "level": Supervision, "field": Field, "why": Unrevealed,
}  # fmt: skip
"""Keys whose values are words of a list."""
_ROLES = {role.value: role.label for role in Role}


@dataclass
class LineShown:
    """This class will hold one line of the journal as text."""

    seq: int = 0
    at: str = ""
    login: str = ""
    name: str = ""
    unit: str = ""
    words: str = ""
    group: str = ""
    tone: str = ""
    subject: str = ""
    said: str = ""
    origin: str = ""
    refused: bool = False
    person_href: str = ""


@dataclass
class Fact:
    """This class will hold one value of a line's detail."""

    label: str = ""
    value: str = ""


@dataclass
class Changed:
    """This class will hold what became of one value."""

    what: str = ""
    before: str = ""
    after: str = ""


@dataclass
class RawShown:
    """This class will hold one line whole, with its seal."""

    line: LineShown = field(default_factory=LineShown)
    roles: str = ""
    action: str = ""
    seal: str = ""
    previous: str = ""
    holds: bool = True
    facts: list[Fact] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)
    detail: str = ""


@dataclass
class ChainShown:
    """This class will hold the state of the chain in words."""

    lines: str = "0"
    anchor: str = ""
    verified: str = ""
    word: str = ""
    tone: str = "gray"
    fault: str = ""
    anchors: list[Fact] = field(default_factory=list)


def line_shown(line: JournalLine) -> LineShown:
    """This function will show one line."""
    return LineShown(
        seq=line.seq,
        at=stamp(line.at, SECONDS),
        login=line.login,
        name=line.name,
        unit=line.unit,
        words=line.words,
        group=line.group.label,
        tone=TONES[line.group],
        subject=line.subject,
        said=line.said,
        origin=line.origin,
        refused=line.refused,
        person_href=f"/audit-person/{line.login}" if line.login else "",
    )


def raw_shown(raw: RawLine) -> RawShown:
    """This function will show one line whole."""
    detail = raw.line.detail
    return RawShown(
        line=line_shown(raw.line),
        roles=raw.line.roles,
        action=raw.line.action,
        seal=raw.seal,
        previous=raw.previous,
        holds=raw.holds,
        facts=[Fact(_key(key), _named(key, value)) for key, value in detail.items() if key not in _CHANGES],
        changes=changes_in(detail),
        detail=json.dumps(detail, ensure_ascii=False, indent=2, sort_keys=True, default=str) if detail else "",
    )


_CHANGES = frozenset({"before", "after", "changed"})


def changes_in(detail: Mapping[str, Any]) -> list[Changed]:
    """This function will read before and after out of a line's detail, however the act wrote them down.

    Either `changed` holds a pair for each key, or `before` and `after` stand beside each other: two sets of
    values, or two values.
    """
    found = [
        Changed(_key(key), _value(pair[0]), _value(pair[1]))
        for key, pair in _mapping(detail.get("changed")).items()
        if isinstance(pair, list | tuple) and len(pair) == 2
    ]
    if "before" not in detail and "after" not in detail:
        return found
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(before, Mapping) and not isinstance(after, Mapping):
        return [*found, Changed("", _value(before), _value(after))]
    old, new = _mapping(before), _mapping(after)
    keys = [key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)]
    return [*found, *(Changed(_key(key), _value(old.get(key)), _value(new.get(key))) for key in keys)]


def chain_shown(chain: ChainState) -> ChainShown:
    """This function will say how the chain stands."""
    verified = stamp(chain.verified_at)
    word, tone = ("未核对", "orange") if not verified else ("完整", "green")
    if chain.fault:
        word, tone = "不完整", "red"
    last = chain.anchors[0] if chain.anchors else None
    return ChainShown(
        lines=f"{chain.lines:,}",
        anchor=f"{stamp(last.made_at)} 第 {last.seq:,} 条" if last else "还没有锚点",
        verified=f"{verified} 共 {chain.verified_lines:,} 条" if verified else "还没有核对过",
        word=word,
        tone=tone,
        fault=chain.fault,
        anchors=[
            Fact(one.day.isoformat(), f"第 {one.seq:,} 条 {stamp(one.made_at, '%H:%M')}") for one in chain.anchors
        ],
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _key(key: str) -> str:
    return _KEYS.get(key, key)


def _named(key: str, value: object) -> str:
    kind = _KINDS.get(key)
    return next((one.label for one in kind or () if one.value == value), _value(value))


def _value(value: object) -> str:
    """One value in words; nothing reads as a dash."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_value(one) for one in value)
    if isinstance(value, Mapping):
        return "；".join(f"{_key(str(key))}：{_value(one)}" for key, one in value.items())
    return _ROLES.get(str(value), str(value))
