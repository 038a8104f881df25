"""What a journal line of a case says besides its opinion, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.calendar.models import Link
from domain.cases.models import CallOutcome, Method, RiskLevel, Ruling, Satisfaction, Scale, Source, Supervision
from domain.cases.vocabulary import OpenWork
from domain.kernel.clock import stamp

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_FIELDS = {
    "title": "标题",
    "content": "内容",
    "answer": "公开答复",
    "category": "类别",
    "source": "来源",
    "occurred_at": "发生时间",
    "area": "所属辖区",
    "risk_level": "风险等级",
    "scale": "规模",
    "headcount": "涉及人数",
    "amount": "涉及金额",
    "major": "是否重大",
    "urgent": "是否紧急",
    "parties": "当事人",
    "yellow": "黄牌时限",
    "red": "红牌时限",
    "leader_order": "领导交办",
    "supervision": "督办",
    "watch": "持续关注",
}
_WORDS = {"source": Source, "risk_level": RiskLevel, "scale": Scale}


PEOPLE = ("giver", "taker", "stands_for")
"""Keys of a detail that hold an account."""


def people_in(details: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """List the accounts that details name."""
    return {UUID(detail[key]) for detail in details for key in PEOPLE if detail.get(key)}


def of(detail: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    """Word the details of a step; `names` gives names of units by code and of accounts by id."""

    def named(code: str) -> str:
        return names.get(code, "" if _ID.fullmatch(code) else code)

    said = [word(detail[key], named) for key, word in _SAYINGS.items() if detail.get(key)]
    if "pictures_shown" in detail:
        said.append(f"图片{'给' if detail['pictures_shown'] else '不给'}诉求人看")
    if "on" in detail:
        said.append("设置" if detail["on"] else "取消")
    return tuple(said)


def changes(detail: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Give what an edit changed: field, before, after; long texts say only that they changed."""
    return tuple(_change(name, pair) for name, pair in detail.get("changes", {}).items())


_SAYINGS: dict[str, Callable[[Any, Callable[[str], str]], str]] = {
    "lead": lambda code, named: f"主办：{named(code)}",
    "assists": lambda codes, named: "协办：" + "、".join(named(code) for code in codes),
    "copied_to": lambda code, named: f"抄告：{named(code)}",
    "method": lambda method, _: f"化解方式：{Method(method).label}",
    "objection": lambda how, _: _OBJECTIONS[how],
    "days": lambda days, _: f"延期：{days} 个工作日",
    "level": lambda level, _: Supervision(level).label,
    "risk": lambda word, _: f"风险标签：{word}",
    "verdict": lambda word, _: f"反馈结论：{word}",
    "satisfaction": lambda grade, _: f"满意度：{Satisfaction(grade).label}",
    "found_at": lambda moment, _: f"登记于 {stamp(datetime.fromisoformat(moment))}",
    "lowered": lambda _, __: "自动督办随之变动",
    "called_at": lambda moment, _: f"回访时间：{stamp(datetime.fromisoformat(moment))}",
    "called_by": lambda who, _: f"回访人：{who}",
    "call_outcome": lambda outcome, _: f"回访结果：{CallOutcome(outcome).label}",
    "watch_reason": lambda reason, _: f"纳入持续关注：{reason}",
    "link": lambda link, _: f"环节：{Link(link).label}",
    "rule": lambda rule, _: f"依据：{rule}",
    "supervision_ended": lambda link, _: f"{Link(link).label}环节已完成，督办自动取消",
    "ruling": lambda ruling, _: f"裁定：{Ruling(ruling).label}",
    "target_area": lambda area, _: f"目标县区：{area}",
    "consent": lambda text, _: f"诉求人同意说明：{text}",
    "handed": lambda kinds, _: "移交在办工作：" + "、".join(OpenWork(kind).label for kind in kinds),
    "giver": lambda giver, named: f"移交人：{named(giver)}",
    "taker": lambda taker, named: f"接手人：{named(taker)}",
    "other": lambda number, _: f"相关案件：{number}",
    "stricter": lambda names, _: "按两件中较严的一方：" + "、".join(_attribute(name) for name in names),
    "given_back": lambda names, _: "恢复为并案前：" + "、".join(_attribute(name) for name in names),
}
"""How each detail of a step is said, in this order."""
_OBJECTIONS = {
    "unseen": "办结时公开答复，诉求人没有机会提出异议",
    "early": "诉求人未答复，异议期未满即办结",
    "objected": "诉求人有异议",
}


def _attribute(name: str) -> str:
    link = name.removeprefix("clock:")
    return f"{Link(link).label}时限" if link != name else _FIELDS.get(name, name)


def _change(name: str, pair: Any) -> tuple[str, str, str]:
    label = _FIELDS.get(name, name)
    if not isinstance(pair, list) or len(pair) != 2:
        return label, "", "已修改"
    before, after = (_said(name, value) for value in pair)
    return label, before or "空", after or "空"


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    kind = _WORDS.get(name)
    return kind(value).label if kind and value else str(value or "")
