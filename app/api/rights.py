"""What every address asks for: one table, beside the routes it speaks of.

The table decides nothing: each operation checks for itself, on data read afresh. It says what is meant, and the tests
hold both to it: a route that is not named here fails the build (tests/architecture), and whoever lacks what is named
is refused at the running interface (tests/leaks).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.kernel.labels import Labelled
from domain.kernel.permissions import Permission as P


class Door(Labelled):
    """What stands in place of a permission."""

    ANYBODY = "anybody", "无需登录"
    SIGNED_IN = "signed_in", "任何已登录人员，只涉及本人"
    LIST = "list", "各清单自身的权限"
    HERE = "here", "本机，或系统管理员"
    LINK = "link", "一事一码和短信验证码"
    DESK = "desk", "窗口读卡程序的令牌"


Need = P | Door | tuple[P, ...]
"""A permission, several of which one is enough, or another kind of door."""
_IMPORT: Need = (P.UNIT_MANAGE, P.ACCOUNT_MANAGE, P.AREA_MANAGE)
_CASE, _STEP = "/api/v1/cases/{number}", "/api/v1/cases/{number}/actions/{action}"

NEEDS: Mapping[tuple[str, str], Need] = MappingProxyType(
    {
        ("GET", "/api/v1/openapi.json"): Door.ANYBODY,
        ("GET", "/api/docs"): Door.ANYBODY,
        ("GET", "/api/docs/start.js"): Door.ANYBODY,
        ("GET", "/api/docs/{name}"): Door.ANYBODY,
        ("GET", "/healthz"): Door.ANYBODY,
        ("GET", "/readyz"): Door.ANYBODY,
        ("GET", "/metrics"): Door.HERE,
        ("GET", "/login"): Door.ANYBODY,
        ("GET", "/auth/login"): Door.ANYBODY,
        ("GET", "/auth/logout"): Door.ANYBODY,
        ("GET", "/auth/renew"): Door.ANYBODY,
        ("POST", "/auth/login"): Door.ANYBODY,
        ("GET", "/auth/code"): Door.ANYBODY,
        ("POST", "/auth/code"): Door.ANYBODY,
        ("POST", "/auth/renew"): Door.ANYBODY,
        ("POST", "/auth/logout"): Door.ANYBODY,
        ("GET", "/auth/sign-on/{name}"): Door.ANYBODY,
        ("GET", "/auth/sign-on/{name}/back"): Door.ANYBODY,
        ("POST", "/auth/sign-on/{name}/back"): Door.ANYBODY,
        ("POST", "/api/v1/auth/token"): Door.ANYBODY,
        ("DELETE", "/api/v1/auth/token"): Door.SIGNED_IN,
        ("POST", "/api/v1/auth/password"): Door.SIGNED_IN,
        ("POST", "/api/v1/auth/second-factor"): Door.SIGNED_IN,
        ("POST", "/api/v1/auth/second-factor/confirm"): Door.SIGNED_IN,
        ("POST", "/api/v1/visits"): P.VISIT_REGISTER,
        ("GET", "/api/v1/visits"): P.VISIT_VIEW,
        ("POST", "/api/v1/visits/{visit_id}/hand-over"): P.VISIT_REGISTER,
        ("POST", "/api/v1/visits/{visit_id}/leave"): P.VISIT_REGISTER,
        ("POST", "/api/v1/cases"): P.CASE_CREATE,
        ("GET", "/api/v1/cases"): P.CASE_VIEW,
        ("POST", "/api/v1/cases/search"): P.CASE_VIEW,
        ("POST", "/api/v1/cases/export"): P.CASE_EXPORT,
        ("POST", "/api/v1/exports/{export_id}/file"): P.CASE_EXPORT,
        ("POST", "/api/v1/journal/export"): P.JOURNAL_EXPORT,
        ("GET", _CASE): P.CASE_VIEW,
        ("GET", f"{_CASE}/journal"): P.CASE_VIEW,
        ("GET", f"{_CASE}/actions"): P.CASE_VIEW,
        ("GET", f"{_STEP}/departments"): P.CASE_VIEW,
        ("POST", _STEP): P.CASE_VIEW,  # and the workflow's own table
        ("GET", f"{_CASE}/slip"): P.SLIP_PRINT,
        ("GET", f"{_CASE}/slip.png"): P.SLIP_PRINT,
        ("GET", f"{_CASE}/qr.svg"): P.SLIP_PRINT,
        ("POST", f"{_CASE}/merge"): P.CASE_WORK,
        ("POST", f"{_CASE}/unmerge"): P.CASE_WORK,
        ("POST", f"{_CASE}/parent"): P.CASE_WORK,
        ("DELETE", f"{_CASE}/parent"): P.CASE_WORK,
        ("POST", f"{_CASE}/waive"): P.CASE_WORK,
        ("POST", f"{_CASE}/agree-to-return"): P.CASE_WORK,
        ("POST", f"{_CASE}/receipt"): P.CASE_VIEW,
        ("POST", "/api/v1/attachments"): P.CASE_WORK,
        ("GET", "/api/v1/attachments/{file_id}"): P.CASE_VIEW,
        ("GET", "/api/v1/attachments/{file_id}/thumb"): P.CASE_VIEW,
        ("GET", "/api/v1/attachments/{file_id}/original"): P.CASE_VIEW,
        ("POST", "/api/v1/persons/{person_id}/reveal"): P.PERSON_REVEAL,
        ("GET", "/api/v1/statistics/departments"): P.STATISTICS_VIEW,
        ("GET", "/api/v1/statistics/departments/{code}/{measure}/cases"): P.STATISTICS_VIEW,
        ("POST", "/api/v1/risk-labels"): P.RISK_REPORT,
        ("POST", "/api/v1/briefs/export"): P.CASE_EXPORT,  # and the rights of who reads it
        ("GET", "/api/v1/reports/{report}"): P.STATISTICS_VIEW,
        ("POST", "/api/v1/reports/export"): P.CASE_EXPORT,  # and the right of who reads it
        ("GET", "/api/v1/lists"): Door.SIGNED_IN,  # names what the person may open
        ("GET", "/api/v1/lists/{listing}"): Door.LIST,
        ("POST", "/api/v1/lists/{listing}/search"): Door.LIST,
        ("POST", "/api/v1/lists/{listing}/export"): Door.LIST,
        ("GET", "/api/v1/vocabularies"): Door.SIGNED_IN,
        ("GET", "/api/v1/categories"): Door.SIGNED_IN,
        ("GET", "/api/v1/areas"): Door.SIGNED_IN,
        ("GET", "/api/v1/areas/borders"): Door.SIGNED_IN,
        ("GET", "/api/v1/areas/{code}"): Door.SIGNED_IN,
        ("GET", "/api/v1/departments"): Door.SIGNED_IN,
        ("GET", "/api/v1/imports/{which}/template"): _IMPORT,
        ("POST", "/api/v1/imports/shapes"): P.AREA_MANAGE,
        ("POST", "/api/v1/imports/{which}"): _IMPORT,
        ("POST", "/api/v1/imports/{which}/confirm"): _IMPORT,
        ("SOCKET", "/api/v1/desk/{desk}"): Door.DESK,
        ("GET", "/t/{token}"): Door.LINK,
        ("GET", "/t/{token}/{form}"): Door.LINK,
        ("POST", "/t/{token}/code"): Door.LINK,
        ("POST", "/t/{token}/enter"): Door.LINK,
        ("POST", "/t/{token}/rate"): Door.LINK,
        ("POST", "/t/{token}/respond"): Door.LINK,
        ("POST", "/t/{token}/leave"): Door.LINK,
        ("GET", "/t/{token}/pictures/{file_id}"): Door.LINK,
        ("GET", "/t/{token}/pictures/{file_id}/thumb"): Door.LINK,
        **{(method, "/api/{_path:path}"): Door.ANYBODY for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
        ("GET", "/demo/sms"): Door.ANYBODY,  # in demo mode alone
    }
)


def permissions_of(need: Need) -> frozenset[P]:
    """Give the permissions of which one is needed; none where another kind of door stands."""
    if isinstance(need, Door):
        return frozenset()
    return frozenset(need) if isinstance(need, tuple) else frozenset({need})
