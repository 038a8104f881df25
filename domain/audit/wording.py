"""The details of a journal line in words: what each value is called and what it says; no ids, codes or JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from domain.audit.schemas import Changed, Detail
from domain.calendar.models import Link
from domain.cases import notes as cases
from domain.cases.models import Supervision
from domain.cases.vocabulary import Status
from domain.kernel.clock import SHANGHAI, stamp
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Role
from domain.orgs.models import UnitKind
from domain.people.policy import Field, Purpose, Showing
from domain.people.schemas import Unrevealed

LABELS: Mapping[str, str] = {
    "where": "位置", "why": "原因", "reason": "理由", "what": "内容", "rows": "条数", "filters": "筛选条件", "fields": "项目",
    "field": "项目", "login": "账号", "number": "案件编号", "code": "代码", "count": "次数", "more": "另有次数",
    "locked": "账号锁定", "stands_for": "代谁办理", "kind": "种类", "opinion": "意见", "status": "状态", "note": "说明",
    "roles": "角色", "role": "角色", "proposed": "拟授角色", "until": "结束时间", "unit": "单位", "units": "单位",
    "name": "名称", "seq": "序号", "department": "承办单位", "area": "辖区", "purpose": "用途", "person": "人员",
    "sessions": "登录", "places": "菜单", "actions": "步骤", "read_only": "只读", "key": "项目", "value": "值",
    "day": "日期", "days": "天数", "from": "原来", "to": "改为", "link": "环节", "level": "级别", "flagged": "已亮牌",
    "action": "处理方式", "active": "启用", "city_reference": "市平台编号", "ended": "结束的登录", "for": "代谁办理",
    "giver": "移交人", "taker": "接手人", "handed": "移交内容", "granted": "已授权", "id_source": "证件来源",
    "informed": "已告知", "sources": "各项来源", "messages": "消息条数", "more_units": "兼属单位", "moved": "变动的期限", "new_address": "新的地址",
    "open": "未结案件", "order": "排序", "other": "相关案件", "part": "关系", "persons": "人数", "provider": "方式",
    "recompute": "重算", "rule": "依据", "statuses": "状态", "topic": "消息主题", "valid_until": "有效期至", "way": "登录方式",
    "denied": "取消的权限", "barred_actions": "禁用的步骤", "barred_places": "禁用的菜单", "work": "上班日",
    "off": "休息日", "holiday": "放假", "makeup": "调休上班", "reach": "查看范围", "field_level": "个人信息",
    "permissions": "权限", "acts_as": "按何角色办理", "lead": "主办", "assists": "协办", "copied_to": "抄告",
    "method": "化解方式", "satisfaction": "满意度", "watch_reason": "持续关注理由", "supervision_ended": "督办已结束",
    "ruling": "裁定", "target_area": "目标县区", "consent": "诉求人同意说明", "changes": "修改", "on": "设置",
    "promise_days": "承诺天数", "fault": "问题", "limit": "时限", "minutes": "时长", "hours": "小时", "unit_code": "单位",
    "since": "自", "text": "文字", "phone": "联系电话", "origin": "来源", "group": "类别", "own": "只看本人所做",
    "category": "类别", "sort": "排序", "q": "搜索文字", "view": "视图", "risk_level": "风险等级", "urgent": "紧急",
    "title": "标题", "content": "内容", "source": "来源", "scale": "规模", "headcount": "涉及人数", "amount": "涉及金额",
    "major": "重大", "occurred_at": "发生时间", "parties": "当事人", "address": "住址", "position": "排序",
    "short_name": "简称", "parent": "上级单位", "result": "结果", "attempts": "次数", "second_factor": "第二种验证方式",
    "password_length": "密码最短位数", "password_kinds": "密码字符种类", "password_history": "不能与前几次密码相同",
    "password_days": "密码有效天数", "lock_after": "连续输错几次锁定", "lock_minutes": "锁定分钟数",
    "idle_minutes": "不操作多久退出", "absolute_hours": "登录最长小时数", "sessions_per_account": "同时登录数",
    "second_factor_for": "须启用第二种验证方式", "reveal_per_day": "每天查看明文次数", "reveal_per_hour": "每小时查看明文次数",
    "reveal_seconds": "明文显示秒数", "night_from": "夜间开始", "night_until": "夜间结束", "refusals_alarm": "被拒绝几次告警",
    "cases_alarm": "打开不同案件几件告警",
    "found_at": "登记时间", "lowered": "督办随之变动", "backup": "备份摘要", "made_at": "备份时间", "kept": "恢复到第几条", "was": "恢复前最后一条", "place": "恢复到何处",
    "above": "上级区划", "into": "并入", "unit_id": "单位", "severe": "重大紧急", "yellow": "黄牌", "red": "红牌", "case": "案件",
    "risk": "风险标签", "verdict": "反馈结论",
}  # fmt: skip
"""What each key of a detail is called; the settings' keys bear the names of the page that sets them."""
SILENT = frozenset({"version", "row", "digest", "files", "id", "calendar_version", "changed", "before", "after"})
"""Keys that speak to the program alone, or of which `changes_in` tells."""
_TYPED = frozenset({"reason", "opinion", "note", "what", "where", "login", "name", "number", "other", "code", "text",
                    "city_reference", "consent", "target_area", "watch_reason", "origin", "fault", "backup",
                    "place", "above", "into"})  # fmt: skip
"""Keys whose values people typed, or are numbers and names as they stand."""
_KINDS: Mapping[str, type[Labelled]] = {
    "link": Link, "level": Supervision, "field": Field, "fields": Field, "why": Unrevealed,
    "supervision_ended": Link, "status": Status, "statuses": Status,
}  # fmt: skip
_WAYS = {"password": "密码", "second_factor": "动态口令", "recovery": "备用码", "sign_on": "单点登录", "certificate": "数字证书",
         "oidc": "统一身份认证", "sm2": "数字证书", "units": "单位", "accounts": "账号", "areas": "区划",
         "shapes": "区划边界", "sm": "国密", "aes": "AES"}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_CODE = re.compile(r"[a-z][a-z0-9_.]*")
_AREA = re.compile(r"(/\w+)+/")
Names = Mapping[str, str]
"""Names of persons and units by id, of units, areas and roles by code."""


def references(detail: Any) -> Iterator[str]:
    """Give the ids and the paths of areas inside a detail, for whoever looks up their names."""
    if isinstance(detail, Mapping):
        for value in detail.values():
            yield from references(value)
    elif isinstance(detail, list | tuple):
        for value in detail:
            yield from references(value)
    elif isinstance(detail, str) and (_ID.fullmatch(detail) or _AREA.fullmatch(detail)):
        yield detail


def details(action: str, detail: Mapping[str, Any], names: Names) -> tuple[Detail, ...]:
    """Word the details of a line, each with what it is called; what is empty or the program's own is left out."""
    steps = action.startswith("case.")
    said = (
        Detail(LABELS[key], _word(key, value, names, steps=steps))
        for key, value in detail.items()
        if key in LABELS and key != "changes"
    )
    return tuple(one for one in said if one.value)


def changes_in(detail: Mapping[str, Any], names: Names) -> tuple[Changed, ...]:
    """Read before and after out of a line's detail, however the act wrote them down.

    Either `changed` or `changes` holds a pair for each key, or `before` and `after` stand beside each other: two sets
    of values, or two values.
    """
    edited = _mapping(detail.get("changes"))
    found = [Changed(*one) for one in cases.changes({"changes": {k: v for k, v in edited.items() if "." not in k}})]
    cells = {key: pair for key, pair in edited.items() if "." in key}
    for key, pair in {**cells, **_mapping(detail.get("changed"))}.items():
        paired = isinstance(pair, list | tuple) and len(pair) == 2
        before, after = pair if paired else ("", pair)
        found.append(Changed(_label(key), _shown(key, before, names), _shown(key, after, names)))
    if "before" not in detail and "after" not in detail:
        return tuple(found)
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(before, Mapping) and not isinstance(after, Mapping):
        return (*found, Changed("", _shown("", before, names), _shown("", after, names)))
    old, new = _mapping(before), _mapping(after)
    keys = [key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)]
    told = (Changed(_label(key), _shown(key, old.get(key), names), _shown(key, new.get(key), names)) for key in keys)
    return (*found, *told)


def in_one(said: Iterable[Detail], changes: Iterable[Changed]) -> str:
    """Write details and changes as one text, for a cell."""
    texts = [f"{one.label}：{one.value}" for one in said]
    texts += [f"{one.what}：{one.before} 改为 {one.after}".removeprefix("：") for one in changes]
    return "；".join(texts)


def _label(key: str) -> str:
    # A cell of the field policy is called by its role, its field and its purpose.
    if "." in key:
        return " ".join(filter(None, (_of_a_list(part) for part in key.split("."))))
    return LABELS.get(key, "其他项目")


def _shown(key: str, value: object, names: Names) -> str:
    return _word(key, value, names, steps=False) or "—"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(key: str, value: object, names: Names, *, steps: bool) -> str:
    """One value in words; empty when it says nothing to people."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(filter(None, (_word(key, one, names, steps=steps) for one in value)))
    if isinstance(value, Mapping):
        pairs = ((_label(str(name)), _word(str(name), one, names, steps=steps)) for name, one in value.items())
        return "，".join(f"{label} {text}" for label, text in pairs if text)
    return _text(key, str(value), names, steps=steps)


def _text(key: str, text: str, names: Names, *, steps: bool) -> str:
    kind = Status if steps and key in {"from", "to"} else _KINDS.get(key)
    if label := next((one.label for one in kind or () if one.value == text), ""):
        return label
    if found := names.get(text):
        return found
    if key in _TYPED:
        return "" if _ID.fullmatch(text) else text
    if _MOMENT.fullmatch(text):
        return stamp(datetime.fromisoformat(text).astimezone(SHANGHAI))
    if _ID.search(text) or _AREA.fullmatch(text):
        return ""
    return (_of_a_list(text) or LABELS.get(text, "")) if _CODE.fullmatch(text) else text


def _of_a_list(text: str) -> str:
    # A word of one of the product's lists, whichever; those of the field policy and of accounts come first.
    lists = (UnitKind, Field, Purpose, Showing, Role, *Labelled.__subclasses__())
    return _WAYS.get(text) or next((one.label for kind in lists for one in kind if one.value == text), "")
