"""What a line of the journal says, in Chinese: one table of words for every action there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from domain.audit.schemas import Group
from domain.cases import notes as cases
from domain.cases.vocabulary import Action
from domain.kernel.clock import stamp
from domain.people.schemas import Unrevealed

_G = Group
RESTORE = "backup.restore"
WORDS: MappingProxyType[str, tuple[Group, str]] = MappingProxyType(
    {
        "account.sign_in": (_G.SIGN_IN, "登录"),
        "account.sign_in_failed": (_G.SIGN_IN, "登录失败"),
        "account.second_factor_failed": (_G.SIGN_IN, "动态口令错误"),
        "account.sign_in_refused": (_G.SIGN_IN, "登录被拒绝"),
        "account.sign_out": (_G.SIGN_IN, "退出登录"),
        "account.end_sessions": (_G.SIGN_IN, "结束登录"),
        "account.password": (_G.ADMIN, "修改本人密码"),
        "account.second_factor_set": (_G.ADMIN, "绑定动态口令"),
        "account.second_factor_removed": (_G.ADMIN, "解除本人动态口令"),
        "account.second_factor_reset": (_G.ADMIN, "重置动态口令"),
        "account.recovery_codes": (_G.ADMIN, "更换备用码"),
        "account.link": (_G.ADMIN, "绑定单点登录"),
        "account.unlink": (_G.ADMIN, "解除单点登录"),
        "account.add": (_G.ADMIN, "新增账号"),
        "account.change": (_G.ADMIN, "修改账号"),
        "account.disable": (_G.ADMIN, "停用账号"),
        "account.enable": (_G.ADMIN, "启用账号"),
        "account.unlock": (_G.ADMIN, "解除锁定"),
        "account.reset": (_G.ADMIN, "重置密码"),
        "account.grant": (_G.ADMIN, "授权角色"),
        "account.restrict": (_G.ADMIN, "限制账号"),
        "role.set": (_G.ADMIN, "设置自定义角色"),
        "role.end": (_G.ADMIN, "停用自定义角色"),
        "unit.add": (_G.ADMIN, "新增单位"),
        "unit.change": (_G.ADMIN, "修改单位"),
        "unit.disable": (_G.ADMIN, "停用单位"),
        "unit.enable": (_G.ADMIN, "启用单位"),
        "orgs.import": (_G.ADMIN, "批量导入"),
        "area.add": (_G.ADMIN, "新增区划"),
        "area.rename": (_G.ADMIN, "区划改名"),
        "area.move": (_G.ADMIN, "调整区划"),
        "area.merge": (_G.ADMIN, "区划并入"),
        "area.end": (_G.ADMIN, "撤销区划"),
        "area.draw": (_G.ADMIN, "导入区划边界"),
        "area.undraw": (_G.ADMIN, "删除区划边界"),
        "delegation.make": (_G.ADMIN, "设置代理"),
        "delegation.end": (_G.ADMIN, "结束代理"),
        "delegation.wear": (_G.ADMIN, "切换代理身份"),
        "desk.add": (_G.ADMIN, "新增窗口"),
        "desk.pair": (_G.ADMIN, "配对读卡窗口"),
        "person.reveal": (_G.CLEAR, "查看明文"),
        "person.reveal_refused": (_G.REFUSED, "查看明文被拒绝"),
        "person.search": (_G.SEARCH, "按个人信息检索"),
        "access.refused": (_G.REFUSED, "操作被拒绝"),
        "export.ask": (_G.EXPORT, "申请导出台账"),
        "case.export": (_G.EXPORT, "导出台账"),
        "journal.export": (_G.EXPORT, "导出审计日志"),
        "list.export": (_G.EXPORT, "导出清单"),
        "brief.export": (_G.EXPORT, "导出每日晨报"),
        "report.export": (_G.EXPORT, "导出统计报告"),
        "report.make": (_G.REPORT, "生成统计报告"),
        "report.count": (_G.REPORT, "重新计算统计报告"),
        "report.write": (_G.REPORT, "编写统计报告"),
        "report.publish": (_G.REPORT, "发布统计报告"),
        "report.withdraw": (_G.REPORT, "撤回统计报告"),
        "case.slip": (_G.EXPORT, "打印受理通知单"),
        "case.original": (_G.EXPORT, "下载原图"),
        "audit.verify": (_G.POLICY, "核对审计日志"),
        "audit.alarm_closed": (_G.POLICY, "处理告警"),
        "policy.set": (_G.POLICY, "修改安全策略"),
        "field_policy.set": (_G.POLICY, "修改字段策略"),
        "retention.set": (_G.POLICY, "设置保存期限"),
        "retention.hold": (_G.POLICY, "暂不处理（保全）"),
        "retention.release": (_G.POLICY, "解除保全"),
        RESTORE: (_G.SYSTEM, "从备份恢复数据"),
        "clock.confirm": (_G.SYSTEM, "确认系统时间"),
        "retention.run": (_G.SYSTEM, "到期资料处理"),
        "retention.reapply": (_G.SYSTEM, "恢复后重新处理到期资料"),
        "limit.set": (_G.POLICY, "设置时限"),
        "limit.end": (_G.POLICY, "停用时限"),
        "category_word.add": (_G.POLICY, "添加类别用词"),
        "category_word.remove": (_G.POLICY, "删除类别用词"),
        "list.arrange": (_G.POLICY, "调整列表排序"),
        "process.copy": (_G.POLICY, "复制流程"),
        "process.save": (_G.POLICY, "修改流程"),
        "process.enable": (_G.POLICY, "启用流程"),
        "process.retire": (_G.POLICY, "停用流程"),
        "keys.rotate": (_G.SYSTEM, "轮换密钥"),
        "keys.resealed": (_G.SYSTEM, "密钥轮换完成"),
        "keys.retire": (_G.SYSTEM, "停用旧密钥"),
        "outbox.replay": (_G.SYSTEM, "重新投递消息"),
        "deadline.recompute": (_G.SYSTEM, "重算时限"),
        "tracking.enter": (_G.SIGN_IN, "诉求人查询进度"),
        "visit.register": (_G.VISIT, "来访登记"),
        "visit.registered": (_G.VISIT, "来访已登记为案件"),
        "visit.hand_over": (_G.VISIT, "转登记员"),
        "visit.leave": (_G.VISIT, "来访人员离开"),
        "case.hand_over": (_G.CASE, "移交在办工作"),
        "case.receive_copy": (_G.CASE, "签收抄告"),
        "case.waive": (_G.CASE, "免除协办反馈"),
        "case.agree_to_return": (_G.CASE, "同意退回"),
        "case.merge": (_G.CASE, "并案"),
        "case.unmerge": (_G.CASE, "撤销并案"),
        "case.adopt": (_G.CASE, "设为子案件"),
        "case.release": (_G.CASE, "解除主子关系"),
        "case.edit": (_G.CASE, "编辑"),
        "case.auto_card": (_G.CASE, "自动亮牌"),
        "case.breach": (_G.CASE, "超时"),
        "case.breach_void": (_G.CASE, "撤销超时登记"),
        "case.risk_label": (_G.CASE, "收到风险标签"),
        "case.risk_answer": (_G.CASE, "风险预警反馈"),
        **{f"case.{action.value}": (_G.CASE, action.label) for action in Action},
    }
)


def words_of(action: str) -> tuple[Group, str]:
    """Give group and words of an action; one that is not known shows as it is written."""
    return WORDS.get(action, (Group.SYSTEM, action))


def actions_of(group: Group) -> tuple[str, ...]:
    return tuple(action for action, (owner, _) in WORDS.items() if owner is group)


_FIELDS = {"name": "姓名", "id_number": "证件号码", "phone": "联系电话", "address": "住址", "birth_date": "出生日期"}
_WHY = {word.value: word.label for word in Unrevealed}
_TEXTS = ("reason", "opinion", "where", "why", "what", "login", "code")


def said(action: str, detail: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """Word what a line holds besides its action."""
    if action == RESTORE:
        return restore_said(detail)
    parts = list(cases.of(detail, units)) if action.startswith("case.") else []
    if "field" in detail:
        parts.append(_FIELDS.get(str(detail["field"]), str(detail["field"])))
    if kinds := detail.get("fields"):
        parts.append("、".join(_FIELDS.get(str(kind), str(kind)) for kind in kinds))
    texts = [str(detail[name]) for name in _TEXTS if isinstance(detail.get(name), str) and detail[name]]
    parts += [_WHY.get(text, text) for text in texts]
    parts += [f"{detail['rows']} 条"] if isinstance(detail.get("rows"), int) else []
    parts += ["账号因此锁定"] if detail.get("locked") is True else []
    parts += [f"另有 {detail['more']} 次未逐条记录"] if detail.get("more") else []
    return "；".join(dict.fromkeys(parts))


def restore_said(detail: Mapping[str, Any]) -> str:
    """Word a restore: from which backup, up to which line, and what it took away."""
    kept, was = int(detail.get("kept", 0)), int(detail.get("was", 0))
    source = (
        f"备份（摘要 {str(detail['backup'])[:12]}，{_moment_said(detail)}）" if detail.get("backup") else "其他途径"
    )
    lost = f"，其后到第 {was} 条的记录随之被替换" if was > kept else ""
    reason = f"；说明：{detail['reason']}" if detail.get("reason") else ""
    return f"数据由{source}恢复，日志恢复到第 {kept} 条{lost}{reason}"


def _moment_said(detail: Mapping[str, Any]) -> str:
    """Word the moment of the backup that a restore names."""
    try:
        return f"{stamp(datetime.fromisoformat(str(detail.get('made_at', ''))))} 备份"
    except ValueError:
        return "备份时间不详"
