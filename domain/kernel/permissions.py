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
    CENTER_ADMIN = "center_admin", "区综治中心管理员"
    OFFICER = "officer", "部门经办"
    DEPARTMENT_HEAD = "department_head", "部门领导"
    LEADER = "leader", "领导"
    STATION = "station", "派出所(只读)"
    VIEWER = "viewer", "区级(只读)"
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


class Permission(Labelled):
    VISIT_REGISTER = "visit.register", "来访登记"
    VISIT_VIEW = "visit.view", "查看来访"
    CASE_CREATE = "case.create", "登记诉求"
    CASE_VIEW = "case.view", "查看案件"
    CASE_WORK = "case.work", "办理案件"
    SLIP_PRINT = "slip.print", "打印受理通知单"
    PERSON_REVEAL = "person.reveal", "查看明文"
    STATISTICS_VIEW = "statistics.view", "查看统计"
    ACCOUNT_MANAGE = "account.manage", "账号管理"
    POLICY_MANAGE = "policy.manage", "安全策略管理"
    JOURNAL_AUDIT = "journal.audit", "审计日志"


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
                _P.SLIP_PRINT,
                _P.PERSON_REVEAL,
                _P.STATISTICS_VIEW,
            }
        ),
        Role.OFFICER: frozenset({_P.CASE_VIEW, _P.CASE_WORK, _P.PERSON_REVEAL}),
        Role.DEPARTMENT_HEAD: frozenset({_P.CASE_VIEW, _P.CASE_WORK, _P.PERSON_REVEAL, _P.STATISTICS_VIEW}),
        Role.LEADER: frozenset({_P.CASE_VIEW, _P.CASE_WORK, _P.STATISTICS_VIEW}),
        Role.STATION: frozenset({_P.CASE_VIEW}),
        Role.VIEWER: frozenset({_P.CASE_VIEW, _P.STATISTICS_VIEW}),
        Role.SYSADMIN: frozenset({_P.ACCOUNT_MANAGE}),
        Role.SECADMIN: frozenset({_P.POLICY_MANAGE}),
        Role.AUDITOR: frozenset({_P.JOURNAL_AUDIT}),
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
