"""Decisions about passwords, failures and session life, without a database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from domain.kernel.permissions import DEFAULT_REACH, GRANTS, Permission, Reach, Role

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
IDLE = timedelta(hours=2)
"""A session unused for this long is over (等保 8.1.4.1 b)."""
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written at most this often, to spare the database."""
MIN_PASSWORD = 10
WIDTH = (Reach.NONE, Reach.OWN, Reach.DEPARTMENT, Reach.AREA, Reach.ALL)


def password_fault(password: str, login: str) -> str:
    """This function will say in one sentence why a password is too weak; empty when it is fine.

    Length and three of four kinds of characters (等保 8.1.4.1 a; deviation from
    ASVS V6.2.5 is noted in docs/security.md).
    """
    if len(password) < MIN_PASSWORD:
        return f"密码至少 {MIN_PASSWORD} 位"
    if login.lower() in password.lower():
        return "密码不能包含账号"
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    if sum(any(kind(c) for c in password) for kind in kinds) < 3:
        return "密码须包含大写、小写、数字、符号中的三种"
    return ""


def lock_after_failure(failures: int, at: datetime) -> datetime | None:
    """This function will tell until when the account is locked after so many failures in a row."""
    return at + LOCK if failures >= MAX_FAILURES else None


def is_over(seen_at: datetime, expires_at: datetime, at: datetime) -> bool:
    """This function will tell whether a session has ended by itself."""
    return at >= expires_at or at - seen_at >= IDLE


def widest_reach(roles: frozenset[Role]) -> Reach:
    """This function will give the reach that the roles have by default."""
    return max((DEFAULT_REACH[role] for role in roles), key=WIDTH.index, default=Reach.NONE)


def rights_of(
    roles: frozenset[Role], own: Collection[str] | None, denied: frozenset[Permission]
) -> frozenset[Permission] | None:
    """This function will settle what an account may do; none means exactly what its roles grant.

    `own` replaces the grants of the roles where custom roles settled them; `denied` is taken away at last.
    """
    if own is None and not denied:
        return None
    granted = {Permission(word) for word in own} if own is not None else {p for role in roles for p in GRANTS[role]}
    return frozenset(granted - denied)
