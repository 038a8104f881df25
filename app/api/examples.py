"""What the description of the interface shows: invented matters, and nobody's data."""

from __future__ import annotations

from typing import Any

_AT = "2026-11-18T01:00:00Z"
_ID = "0199aa00-0000-7000-8000-00000000000"
NEW_CASE: dict[str, Any] = {
    "title": "某工地拖欠工资",
    "content": "在某工地务工三个月，工资一直未结清，请求协调支付。",
    "category": "0701",
    "source": "online",
    "occurred_at": "2026-11-10T10:00:00+08:00",
    "area": "359900101",
    "risk_level": "medium",
    "scale": "individual",
    "headcount": 3,
    "amount": "42000.00",
    "parties": [{"kind": "petitioner", "name": "某某", "phone": "0595-22000000", "no_id_reason": "网络来件未留证件"}],
}
DRAFT: dict[str, Any] = {"number": "QX2026000001", "status": "draft", "version": 1}
STEP: dict[str, Any] = {"lead_department": "rsj", "assist_departments": ["zjj"], "opinion": "请按规定办理"}
STEPPED: dict[str, Any] = {"number": "QX2026000001", "status": "to_accept", "version": 3}
ITEM: dict[str, Any] = {
    "id": f"{_ID}1", "number": "QX2026000001", "version": 3, "status": "to_accept", "shown_status": "to_accept",
    "status_label": "待接收", "title": "某工地拖欠工资", "category": "劳动合同、劳务派遣", "area": "枫林镇", "party": "某*",
    "risk_level": "medium", "department": "人力资源和社会保障局", "handler": "", "due": "最后 1 个工作日，周四 09:00 前",
    "due_at": "2026-11-19T01:00:00Z", "ends_at": "2026-11-19T01:00:00Z",
    "urgent": False, "leader_order": False, "supervision": "", "watch": False,
    "created_at": _AT, "submitted_at": _AT,
}  # fmt: skip
CASE: dict[str, Any] = ITEM | {
    "content": "在某工地务工三个月，工资一直未结清，请求协调支付。", "category_code": "0701", "kind": "矛盾纠纷",
    "source": "online", "source_label": "网络", "occurred_at": _AT, "area_code": "359900101",
    "area_full": "清溪县 / 枫林镇", "scale": "individual", "scale_label": "个体性", "headcount": 3, "amount": "42000.00",
    "major": False, "registered_by": "某某", "registered_unit": "县综治中心", "result": "", "method": "", "outcome": "",
    "answer": {"text": "", "published_at": None, "object_until": None, "show_pictures": False, "agrees": None,
               "responded_at": None, "response": ""},
    "ratings": [], "satisfaction": "", "rated_at": None, "rating_comment": "", "watch_reason": "", "legacy": False, "typical": False,
    "dispatched_at": _AT, "closed_at": None, "promised_at": None, "visit_id": None,
    "parties": [{"id": f"{_ID}2", "person_id": f"{_ID}3", "kind": "petitioner", "kind_label": "诉求人", "name": "某*",
                 "id_type": "未出示证件", "id_number": "", "phone": "0595******0000", "sex": "未知", "nation": "",
                 "address": "", "no_id_reason": "网络来件未留证件"}],
    "assignments": [{"id": f"{_ID}4", "unit_code": "rsj", "unit": "人力资源和社会保障局", "part": "lead",
                     "part_label": "主办", "state": "waiting", "state_label": "待接收", "dispatched_at": _AT,
                     "accepted_at": None, "reported_at": None, "ended_at": None, "in_charge": "", "in_charge_phone": ""}],
    "pictures": [],
    "deadlines": [{"id": f"{_ID}5", "link": "accept", "label": "接收", "holder_id": None,
                   "yellow_at": "2026-11-19T01:00:00Z", "red_at": "2026-11-20T01:00:00Z",
                   "ends_at": "2026-11-19T01:00:00Z", "paused": False, "stopped": False, "provisional": False, "explanation": "自 11-18 09:00 起 1 个工作日，至 11-19 09:00"}],
}  # fmt: skip
JOURNAL: dict[str, Any] = {
    "seq": 12, "at": _AT, "action": "dispatch", "label": "转派", "who": "某某", "unit": "县综治中心",
    "role": "综治中心管理员", "from_label": "待转派", "to_label": "待接收", "opinion": "请按规定办理",
    "notes": ["主办：人力资源和社会保障局"], "pictures": [],
}  # fmt: skip
