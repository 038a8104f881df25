"""The permission vocabulary: roles, reach and rights.

Source: requirement 1 (权限管理, 账号管理) and the roles of the workflow ruling.
What a role may do to a *case* is decided by the workflow table alone; the
rights below are for everything else.
"""

from __future__ import annotations

from types import MappingProxyType

from domain.kernel.labels import Labelled


class Role(Labelled):
    GUIDE = "guide", "导引员"
    REGISTRAR = "registrar", "登记员"
    CENTER_ADMIN = "center_admin", "综治中心管理员"
    OFFICER = "officer", "部门经办"
    DEPARTMENT_HEAD = "department_head", "部门领导"
    LEADER = "leader", "领导"
    STATION = "station", "派出所（只读）"
    VIEWER = "viewer", "本级（只读）"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDITOR = "auditor", "审计管理员"
    PETITIONER = "petitioner", "诉求人"
    CITY = "city", "市平台"
    CLOCK = "clock", "系统时钟"


PEOPLE_ROLES: tuple[Role, ...] = tuple(role for role in Role if role not in {Role.PETITIONER, Role.CITY, Role.CLOCK})
"""The roles an account may hold; the other three act without an account."""


class Reach(Labelled):
    """How far an account sees: the data scope of its queries."""

    NONE = "none", "无业务数据"
    OWN = "own", "本人登记"
    DEPARTMENT = "department", "本部门"
    AREA = "area", "本辖区"
    ALL = "all", "全部"


class FieldLevel(Labelled):
    """How much of a person's data an account may come to see; each level holds the ones before it."""

    HIDDEN = "hidden", "不可见"
    MASKED = "masked", "掩码"
    REVEAL = "reveal", "可申请查看明文"
    SPECIAL = "special", "含特殊人群明文"


class Duty(Labelled):
    """The four kinds of work that one account never mixes (三员分立, GB/T 22239 8.1.4.2 d)."""

    BUSINESS = "business", "业务"
    SYSTEM = "system", "系统管理"
    SECURITY = "security", "安全管理"
    AUDIT = "audit", "审计管理"


class Permission(Labelled):
    VISIT_REGISTER = "visit.register", "来访登记"
    VISIT_VIEW = "visit.view", "查看来访"
    CASE_CREATE = "case.create", "登记诉求"
    CASE_VIEW = "case.view", "查看案件"
    CASE_WORK = "case.work", "办理案件"
    CASE_EXPORT = "case.export", "导出台账"
    SLIP_PRINT = "slip.print", "打印受理通知单"
    PERSON_REVEAL = "person.reveal", "查看明文"
    STATISTICS_VIEW = "statistics.view", "查看统计"
    REPORT_WRITE = "report.write", "编写统计报告"
    WORK_HAND_OVER = "work.hand_over", "移交在办工作"
    ACCOUNT_PROPOSE = "account.propose", "申请账号"
    RISK_REPORT = "risk.report", "报送风险标签"
    ARRANGE = "arrange", "流程、时限和日历"
    UNIT_MANAGE = "unit.manage", "单位管理"
    AREA_MANAGE = "area.manage", "区划管理"
    ACCOUNT_MANAGE = "account.manage", "账号管理"
    ROLE_GRANT = "role.grant", "角色与授权"
    POLICY_MANAGE = "policy.manage", "安全策略"
    RETENTION_MANAGE = "retention.manage", "保存期限"
    JOURNAL_AUDIT = "journal.audit", "审计日志"
    JOURNAL_EXPORT = "journal.export", "导出审计日志"


_P = Permission
GRANTS: MappingProxyType[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.GUIDE: frozenset({_P.VISIT_REGISTER, _P.VISIT_VIEW, _P.CASE_CREATE, _P.CASE_VIEW}),
        Role.REGISTRAR: frozenset(
            {
                _P.VISIT_REGISTER,
                _P.VISIT_VIEW,
                _P.CASE_CREATE,
                _P.CASE_VIEW,
                _P.CASE_WORK,
                _P.SLIP_PRINT,
                _P.PERSON_REVEAL,
            }
        ),
        Role.CENTER_ADMIN: frozenset(
            {
                _P.VISIT_VIEW,
                _P.CASE_CREATE,
                _P.CASE_VIEW,
                _P.CASE_WORK,
                _P.CASE_EXPORT,
                _P.SLIP_PRINT,
                _P.PERSON_REVEAL,
                _P.STATISTICS_VIEW,
                _P.REPORT_WRITE,
                _P.WORK_HAND_OVER,
                _P.ACCOUNT_PROPOSE,
                _P.ARRANGE,
            }
        ),
        Role.OFFICER: frozenset({_P.CASE_VIEW, _P.CASE_WORK, _P.PERSON_REVEAL}),
        Role.DEPARTMENT_HEAD: frozenset(
            {
                _P.CASE_VIEW,
                _P.CASE_WORK,
                _P.CASE_EXPORT,
                _P.PERSON_REVEAL,
                _P.STATISTICS_VIEW,
                _P.WORK_HAND_OVER,
            }
        ),
        Role.LEADER: frozenset({_P.CASE_VIEW, _P.CASE_WORK, _P.CASE_EXPORT, _P.STATISTICS_VIEW}),
        Role.STATION: frozenset({_P.CASE_VIEW}),
        Role.VIEWER: frozenset({_P.CASE_VIEW, _P.STATISTICS_VIEW}),
        Role.SYSADMIN: frozenset({_P.UNIT_MANAGE, _P.AREA_MANAGE, _P.ACCOUNT_MANAGE, _P.ARRANGE}),
        Role.SECADMIN: frozenset({_P.ROLE_GRANT, _P.POLICY_MANAGE, _P.RETENTION_MANAGE}),
        Role.AUDITOR: frozenset({_P.JOURNAL_AUDIT, _P.JOURNAL_EXPORT}),
        Role.PETITIONER: frozenset(),
        Role.CITY: frozenset(),
        Role.CLOCK: frozenset(),
    }
)

DEFAULT_REACH: MappingProxyType[Role, Reach] = MappingProxyType(
    {
        Role.GUIDE: Reach.OWN,
        Role.REGISTRAR: Reach.OWN,
        Role.CENTER_ADMIN: Reach.ALL,
        Role.OFFICER: Reach.DEPARTMENT,
        Role.DEPARTMENT_HEAD: Reach.DEPARTMENT,
        Role.LEADER: Reach.ALL,
        Role.STATION: Reach.AREA,
        Role.VIEWER: Reach.ALL,
        Role.SYSADMIN: Reach.NONE,
        Role.SECADMIN: Reach.NONE,
        Role.AUDITOR: Reach.NONE,
    }
)

DEFAULT_LEVEL: MappingProxyType[Role, FieldLevel] = MappingProxyType(
    {
        Role.GUIDE: FieldLevel.MASKED,
        Role.REGISTRAR: FieldLevel.REVEAL,
        Role.CENTER_ADMIN: FieldLevel.SPECIAL,
        Role.OFFICER: FieldLevel.REVEAL,
        Role.DEPARTMENT_HEAD: FieldLevel.REVEAL,
        Role.LEADER: FieldLevel.MASKED,
        Role.STATION: FieldLevel.MASKED,
        Role.VIEWER: FieldLevel.MASKED,
        Role.SYSADMIN: FieldLevel.HIDDEN,
        Role.SECADMIN: FieldLevel.HIDDEN,
        Role.AUDITOR: FieldLevel.HIDDEN,
        Role.PETITIONER: FieldLevel.MASKED,
        Role.CITY: FieldLevel.HIDDEN,
        Role.CLOCK: FieldLevel.HIDDEN,
    }
)
LEVELS: tuple[FieldLevel, ...] = tuple(FieldLevel)
"""From least to most."""

DUTIES: MappingProxyType[Permission, frozenset[Duty]] = MappingProxyType(
    {
        **{
            permission: frozenset({Duty.BUSINESS})
            for permission in (
                _P.VISIT_REGISTER, _P.VISIT_VIEW, _P.CASE_CREATE, _P.CASE_VIEW, _P.CASE_WORK, _P.CASE_EXPORT,
                _P.SLIP_PRINT, _P.PERSON_REVEAL, _P.STATISTICS_VIEW, _P.REPORT_WRITE, _P.WORK_HAND_OVER,
                _P.ACCOUNT_PROPOSE, _P.RISK_REPORT,
            )
        },
        _P.ARRANGE: frozenset({Duty.BUSINESS, Duty.SYSTEM}),
        _P.UNIT_MANAGE: frozenset({Duty.SYSTEM}),
        _P.AREA_MANAGE: frozenset({Duty.SYSTEM}),
        _P.ACCOUNT_MANAGE: frozenset({Duty.SYSTEM}),
        _P.ROLE_GRANT: frozenset({Duty.SECURITY}),
        _P.POLICY_MANAGE: frozenset({Duty.SECURITY}),
        _P.RETENTION_MANAGE: frozenset({Duty.SECURITY}),
        _P.JOURNAL_AUDIT: frozenset({Duty.AUDIT}),
        _P.JOURNAL_EXPORT: frozenset({Duty.AUDIT}),
    }
)  # fmt: skip
"""Whose work a permission belongs to; no role may hold permissions that share no duty."""

_ADMINISTRATORS = {Role.SYSADMIN: Duty.SYSTEM, Role.SECADMIN: Duty.SECURITY, Role.AUDITOR: Duty.AUDIT}


def duty_of(role: Role) -> Duty:
    """Tell which of the four kinds of work a role belongs to."""
    return _ADMINISTRATORS.get(role, Duty.BUSINESS)


READ_ONLY_ROLES = frozenset({Role.STATION, Role.VIEWER})
"""Roles that never take a step (requirement 1, 账号管理)."""

WRITING: frozenset[Permission] = frozenset(Permission) - {
    Permission.VISIT_VIEW,
    Permission.CASE_VIEW,
    Permission.CASE_EXPORT,
    Permission.PERSON_REVEAL,
    Permission.STATISTICS_VIEW,
    Permission.JOURNAL_AUDIT,
    Permission.JOURNAL_EXPORT,
}
"""What an account that only reads never has, whatever its roles grant."""
