"""Decisions about passwords, failures and session life, without a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from zxcvbn import zxcvbn

from domain.kernel.bounds import Bounds
from domain.kernel.labels import Labelled
from domain.kernel.permissions import DEFAULT_REACH, GRANTS, Duty, Permission, Reach, Role, duty_of


class SecondFactorFor(Labelled):
    NONE = "none", "不要求"
    ADMINISTRATORS = "administrators", "系统、安全、审计管理员"
    EVERYONE = "everyone", "所有人"


@dataclass(frozen=True, slots=True)
class SecurityValues:
    """The security values in force; hours are hours of the day in Asia/Shanghai."""

    password_length: int = 10
    password_kinds: int = 3
    password_history: int = 5
    password_days: int = 90
    """Days after which a password must be changed; 0: never."""
    lock_after: int = 5
    lock_minutes: int = 15
    """Minutes of the first lock; each further one without a success between doubles, at most a day."""
    idle_minutes: int = 120
    absolute_hours: int = 12
    sessions_per_account: int = 10
    second_factor_for: SecondFactorFor = SecondFactorFor.ADMINISTRATORS
    reveal_per_day: int = 50
    reveal_per_hour: int = 20
    reveal_seconds: int = 60
    """Seconds for which a revealed value stays on the screen."""
    night_from: int = 22
    night_until: int = 6
    refusals_alarm: int = 20
    """Refusals of one account within an hour that make an alarm."""
    cases_alarm: int = 100
    """Different cases opened by one account within an hour that make an alarm."""


DEFAULTS = SecurityValues()
BOUNDS: Mapping[str, tuple[int, int]] = {
    "password_length": (8, 64),
    "password_kinds": (3, 4),
    "password_history": (1, 24),
    "password_days": (0, 180),
    "lock_after": (3, 10),
    "lock_minutes": (5, 1440),
    "idle_minutes": (5, 240),
    "absolute_hours": (1, 24),
    "sessions_per_account": (1, 50),
    "reveal_per_day": (1, 500),
    "reveal_per_hour": (1, 200),
    "reveal_seconds": (10, 300),
    "night_from": (0, 23),
    "night_until": (0, 23),
    "refusals_alarm": (3, 200),
    "cases_alarm": (10, 2000),
}
"""Least and most of each number: no value switches a protection of 等保 8.1.4 off."""
POSITION = Bounds(0, 9999)
"""Where a unit stands among the others."""
LONGEST_LOCK = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written at most this often, to spare the database."""
STEP_LIFE = timedelta(minutes=5)
"""How long a sign-in may stand half done: between password and code, or at another provider."""
UNPROVEN: Mapping[str, str] = {
    "password": "请先修改密码：密码是初始密码或已超过有效期，修改后才能使用系统",
    "second_factor": "请先设置动态口令：按安全策略，您的账号须启用第二种验证方式后才能使用系统",
    "renew": "设置已完成，请点“继续”换用新的登录凭证",
}
"""What somebody is told who must do something before having any rights."""
WIDTH = (Reach.NONE, Reach.OWN, Reach.DEPARTMENT, Reach.AREA, Reach.ALL)


GUESSES = 10**8
"""Whoever needs fewer guesses knows the password from a list: what zxcvbn calls somewhat guessable and worse."""
PRODUCT_WORDS = ("fengqiao", "枫桥", "综治")
_TRIED_FIRST = ("admin", "administrator", "root", "system", "zongzhi", "guanli", "mima", "zhongguo", "huawei", "lenovo")
_LOOKED_AT = 40
"""Signs of a password whose guesses are estimated; the work grows with their square."""
_SHORTEST_NAME = 4
"""Latin letters of a unit's code below which it stands in a password by chance."""


def password_fault(
    password: str, login: str, values: SecurityValues = DEFAULTS, *, unit_names: Collection[str] = ()
) -> str:
    """Say in one sentence why a password is too weak; empty when it is fine.

    Length and kinds of characters (等保 8.1.4.1 a; the deviation from ASVS V6.2.5 is decision 0012), no name of the
    account, its units or the product inside (V6.2.11), and none of the commonest passwords, nor what grows out of
    them by capitals, digits and look-alike signs (V6.2.4, V6.2.12).

    :param unit_names: names, short names and codes of the account's units
    """
    if len(password) < values.password_length:
        return f"密码至少 {values.password_length} 位"
    small, names = password.lower(), [name.lower() for name in unit_names if _is_telling(name)]
    if login and login.lower() in small:
        return "密码不能包含账号"
    if any(word in small for word in (*PRODUCT_WORDS, *names)):
        return "密码不能包含单位名称或“枫桥”等系统名称"
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    if sum(any(kind(c) for c in password) for kind in kinds) < values.password_kinds:
        return f"密码须包含大写、小写、数字、符号中的{'三' if values.password_kinds == 3 else '四'}种"
    if _guesses(password, (login, *names)) < GUESSES:
        return "这个密码太常见，容易被猜到；请换成几个互不相关的词，中间加上数字和符号"
    return ""


def _is_telling(name: str) -> bool:
    return len(name) >= (_SHORTEST_NAME if name.isascii() else 2)


def _guesses(password: str, own_words: Collection[str]) -> float:
    return float(zxcvbn(password[:_LOOKED_AT], [*_TRIED_FIRST, *PRODUCT_WORDS, *own_words])["guesses"])


def lock_for(lockouts: int, values: SecurityValues = DEFAULTS) -> timedelta:
    """Tell how long a lock lasts, after so many locks without a success between."""
    first = timedelta(minutes=values.lock_minutes)
    return min(first * 2 ** min(lockouts, 12), LONGEST_LOCK)


def is_over(seen_at: datetime, expires_at: datetime, at: datetime, idle_minutes: int = DEFAULTS.idle_minutes) -> bool:
    """Tell whether a session has ended by itself."""
    return at >= expires_at or at - seen_at >= timedelta(minutes=idle_minutes)


def is_aged(password_at: datetime, at: datetime, values: SecurityValues) -> bool:
    """Tell whether a password is older than it may be."""
    return values.password_days > 0 and at - password_at >= timedelta(days=values.password_days)


def needs_second_factor(roles: Collection[str], values: SecurityValues) -> bool:
    """Tell whether somebody in these roles must have a second factor."""
    if values.second_factor_for is SecondFactorFor.EVERYONE:
        return True
    administrates = any(duty_of(Role(role)) is not Duty.BUSINESS for role in roles)
    return administrates and values.second_factor_for is SecondFactorFor.ADMINISTRATORS


def values_of(stored: Mapping[str, str]) -> SecurityValues:
    """Make the values in force out of those that were set; the others have their defaults."""
    known = asdict(DEFAULTS)
    given = {key: text for key, text in stored.items() if key in known}
    return replace(
        DEFAULTS,
        **{key: SecondFactorFor(text) if key == "second_factor_for" else int(text) for key, text in given.items()},
    )


def value_faults(given: Mapping[str, object], values: SecurityValues) -> dict[str, str]:
    """Name what the given values may not be; `values` are what they would make together."""
    faults: dict[str, str] = {}
    for key, value in given.items():
        if key == "second_factor_for":
            faults |= {} if isinstance(value, SecondFactorFor) else {key: "请从列表中选择"}
            continue
        least, most = BOUNDS.get(key, (0, -1))
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            faults[key] = f"应为 {least} 至 {most} 之间的整数" if most >= 0 else "没有这一项"
    if not faults and values.reveal_per_hour > values.reveal_per_day:
        faults["reveal_per_hour"] = "每小时的次数不能多于每天的次数"
    return faults


def departures(values: SecurityValues) -> dict[str, str]:
    """Name the values that are allowed but stay below 等保 level 3, each with its sentence."""
    said = {
        "password_days": "不定期更换密码低于等保 8.1.4.1 a 的要求" if values.password_days == 0 else "",
        "second_factor_for": "不要求第二种验证方式低于等保 8.1.4.1 d 的要求"
        if values.second_factor_for is SecondFactorFor.NONE
        else "",
    }
    return {key: sentence for key, sentence in said.items() if sentence}


def widest_reach(roles: frozenset[Role]) -> Reach:
    """Give the reach that the roles have by default."""
    return max((DEFAULT_REACH[role] for role in roles), key=WIDTH.index, default=Reach.NONE)


def rights_of(
    roles: frozenset[Role], own: Collection[str] | None, denied: frozenset[Permission]
) -> frozenset[Permission] | None:
    """Settle what an account may do; none means exactly what its roles grant.

    `own` replaces the grants of the roles where custom roles settled them; `denied` is taken away at last.
    """
    if own is None and not denied:
        return None
    granted = {Permission(word) for word in own} if own is not None else {p for role in roles for p in GRANTS[role]}
    return frozenset(granted - denied)
