"""What a journal line of a case says besides its opinion, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.cases.models import Method, RiskLevel, Satisfaction, Scale, Source, Supervision

_FIELDS = {
    "title": "标题",
    "content": "内容",
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
}
_WORDS = {"source": Source, "risk_level": RiskLevel, "scale": Scale}


def of(detail: Mapping[str, Any], units: Mapping[str, str]) -> tuple[str, ...]:
    """This function will word the details of a step; `units` gives unit names by code."""
    found: list[str] = []
    if lead := detail.get("lead"):
        found.append(f"主办:{units.get(lead, lead)}")
    if assists := detail.get("assists"):
        found.append("协办:" + "、".join(units.get(code, code) for code in assists))
    if copied := detail.get("copied_to"):
        found.append(f"抄告:{units.get(copied, copied)}")
    if method := detail.get("method"):
        found.append(f"化解方式:{Method(method).label}")
    if days := detail.get("days"):
        found.append(f"延期:{days} 个工作日")
    if level := detail.get("level"):
        found.append(Supervision(level).label)
    if rating := detail.get("satisfaction"):
        found.append(f"满意度:{Satisfaction(rating).label}")
    if reason := detail.get("watch_reason"):
        found.append(f"纳入持续关注:{reason}")
    if "on" in detail:
        found.append("设置" if detail["on"] else "取消")
    return (*found, *(_change(name, pair) for name, pair in detail.get("changes", {}).items()))


def _change(name: str, pair: Any) -> str:
    label = _FIELDS.get(name, name)
    if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 — [before, after]
        return f"{label}已修改"
    before, after = (_said(name, value) for value in pair)
    return f"{label}:{before or '空'} → {after or '空'}"


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    kind = _WORDS.get(name)
    return kind(value).label if kind and value else str(value or "")
