"""Wrong passwords, besides the lock that an account carries itself.

An unknown account locks after as many failures as a known one and with the same sentence, so
that the answers do not tell which accounts exist. Each process counts, and hears what the others count: else who asks
two of them would be told.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from domain.kernel.refusals import BadCredentials, Locked, Refusal, TooMany
from domain.orgs import rules
from domain.orgs.operations.signing import LOCKED
from domain.orgs.rules import DEFAULTS, SecurityValues

if TYPE_CHECKING:
    from state.peers import Facts, Peers

WINDOW = timedelta(minutes=5)
MOST_BY_ADDRESS_AND_ACCOUNT, MOST_BY_ADDRESS = 20, 200
REMEMBERED = 10_000
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Failures:
    """Count failures by key, the oldest keys forgotten first."""

    moments: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def add(self, key: str, at: datetime) -> None:
        row = self.moments.setdefault(key, deque(maxlen=MOST_BY_ADDRESS))
        row.append(at)
        self.moments.move_to_end(key)
        while len(self.moments) > REMEMBERED:
            self.moments.popitem(last=False)

    def since(self, key: str, start: datetime) -> int:
        return sum(moment > start for moment in self.moments.get(key, ()))


class Throttle:
    """Refuse sign-ins that come too often; times come in as `at`."""

    def __init__(self, peers: Peers | None = None) -> None:
        """Count for this process, and together with its peers."""
        self._peers = peers
        if peers:
            peers.on("sign_in.failed", self._hear_failed)
            peers.on("sign_in.succeeded", self._hear_succeeded)
        self._failures = _Failures()
        self._locked: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        """Until when an account is locked, and how often it was."""

    def check(self, address: str, login: str, *, at: datetime) -> None:
        """Refuse before the password is looked at.

        :raises TooMany: too many failures from this address lately
        """
        start = at - WINDOW
        often = self._failures.since(_pair(address, login), start) >= MOST_BY_ADDRESS_AND_ACCOUNT
        if often or self._failures.since(address, start) >= MOST_BY_ADDRESS:
            raise TooMany("登录尝试过于频繁，请 5 分钟后再试")

    def failed(
        self, address: str, login: str, refusal: Refusal, *, at: datetime, values: SecurityValues = DEFAULTS
    ) -> Refusal:
        """Count a failure and give the refusal to answer with."""
        until, _ = self._locked.get(_name(login), (at, 0))
        locked = until > at
        # not what was typed as the account: people type passwords there
        _log.info("sign_in.refused", address=address, locked=locked, code=refusal.code)
        # who names no account locks none
        name = _name(login) if login and not locked and isinstance(refusal, BadCredentials) else ""
        self._note(address, _pair(address, login), name, at, values)
        if self._peers:
            self._peers.tell(
                "sign_in.failed", address=address, pair=_pair(address, login), name=name,
                at=at.timestamp(), lock_after=values.lock_after, lock_minutes=values.lock_minutes,
            )  # fmt: skip
        return Locked(LOCKED) if locked else refusal

    def succeeded(self, login: str) -> None:
        """Forget the failures of an account."""
        self._forget(_name(login))
        if self._peers:
            self._peers.tell("sign_in.succeeded", name=_name(login))

    def _hear_failed(self, process: str, facts: Facts) -> None:
        if self._peers and process != self._peers.me:
            values = replace(DEFAULTS, lock_after=int(facts["lock_after"]), lock_minutes=int(facts["lock_minutes"]))
            at = datetime.fromtimestamp(facts["at"], UTC)
            self._note(str(facts["address"]), str(facts["pair"]), str(facts["name"]), at, values)

    def _hear_succeeded(self, _process: str, facts: Facts) -> None:
        self._forget(str(facts["name"]))

    def _note(self, address: str, pair: str, name: str, at: datetime, values: SecurityValues) -> None:
        self._failures.add(address, at)
        self._failures.add(pair, at)
        if name:
            self._count(name, at, values)

    def _forget(self, name: str) -> None:
        self._failures.moments.pop(name, None)
        self._locked.pop(name, None)

    def _count(self, name: str, at: datetime, values: SecurityValues) -> None:
        """As the accounts themselves: so many failures in a row lock, each time for twice as long."""
        self._failures.add(name, at)
        if len(self._failures.moments[name]) >= values.lock_after:
            self._failures.moments.pop(name)
            _, lockouts = self._locked.get(name, (at, 0))
            self._locked[name] = (at + rules.lock_for(lockouts, values), lockouts + 1)
            while len(self._locked) > REMEMBERED:
                self._locked.popitem(last=False)


def _name(login: str) -> str:
    return f"account {login.strip()[:100]}"


def _pair(address: str, login: str) -> str:
    return f"{address} {_name(login)}"
