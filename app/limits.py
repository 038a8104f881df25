"""How often something may be done, by address and by account; counted in memory, or in Redis for several processes.

A Redis that is away stops neither the work nor the counting: each process then counts for itself, and asks again
after a while.

The numbers are far above what people do and below what harms; they are no settings, since nobody would know what
to set. Wrong passwords are counted apart (app/throttle.py), and the domain counts what it must whoever asks:
codes by short message, revealed fields.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from app import causes
from domain.kernel.refusals import TooMany


@dataclass(frozen=True, slots=True)
class Kind:
    """Say which requests count together, and how many a minute there may be."""

    name: str
    methods: frozenset[str]
    path: re.Pattern[str]
    by_address: int
    by_account: int

    def fits(self, method: str, path: str) -> bool:
        """Tell whether a request is of this kind."""
        return method in self.methods and self.path.fullmatch(path) is not None


_ANY = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_POST = frozenset({"POST"})
KINDS: tuple[Kind, ...] = (
    Kind("sign_in", _POST, re.compile(r"/auth/(?!logout).*|/api/v1/auth/token"), 240, 240),
    Kind("sms_code", _POST, re.compile(r"/t/[^/]*/(?:code|enter)"), 60, 60),
    Kind("search", _ANY, re.compile(r"/api/v1/(?:persons|visits|cases)/search|/api/v1/.*/times-here"), 600, 120),
    Kind("reveal", _ANY, re.compile(r"/api/v1/.*/reveal(?:/.*)?"), 300, 60),
    Kind("upload", _POST, re.compile(r"/api/v1/attachments"), 1200, 240),
    Kind("export", _ANY, re.compile(r"/api/v1/(?:.*/)?export(?:s|/.*)?|/api/v1/.*/slip"), 300, 60),
)
"""A request counts for the first that fits, and for everything."""
EVERYTHING_BY_ADDRESS, EVERYTHING_BY_ACCOUNT = 120_000, 12_000
EVENTS = 1200
"""Events that pages send a minute, by account: twenty a second is more than fingers do."""
TOO_OFTEN = "操作过于频繁，请稍后再试"
REDIS_SECONDS = 1.0
"""How long a request waits for a Redis that does not answer, once in `AGAIN` seconds."""
AGAIN = 10.0
_log = structlog.get_logger(__name__)


class TooOften(TooMany):
    """More than the limit; says when it is worth trying again."""

    def __init__(self, seconds: int) -> None:
        """Say so in a sentence, with the seconds for the machine."""
        super().__init__(TOO_OFTEN)
        self.retry_after = seconds


class Rates:
    """Count what is done, and refuse what is too much.

    :ivar away: whether a Redis is named and did not answer when it was last asked
    """

    def __init__(self, redis_url: str = "") -> None:
        """Count in this process alone, unless a Redis is named."""
        self.away, self.shared = False, bool(redis_url)
        self._ask_at = 0.0
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._storage = _redis(redis_url) if redis_url else None
        self._redis = SlidingWindowCounterRateLimiter(self._storage) if self._storage else None

    async def close(self) -> None:
        """Let go of the Redis."""
        if self._storage:
            client: Any = self._storage.bridge
            await client.storage.aclose()

    async def of_address(self, address: str, method: str, path: str) -> None:
        """Count a request for the address it comes from, before anything else is done with it.

        :raises TooOften: there were too many
        """
        await self._count("address", "everything", address, EVERYTHING_BY_ADDRESS)
        if kind := kind_of(method, path):
            await self._count("address", kind.name, address, kind.by_address)

    async def of_account(self, account: str, method: str, path: str) -> None:
        """Count a request for the account that sends it, whatever its sessions and addresses.

        :raises TooOften: there were too many
        """
        await self._count("account", "everything", account, EVERYTHING_BY_ACCOUNT)
        if kind := kind_of(method, path):
            await self._count("account", kind.name, account, kind.by_account)

    async def of_events(self, account: str) -> None:
        """Count an event of a page.

        :raises TooOften: there were too many
        """
        await self._count("account", "events", account, EVENTS)

    async def _count(self, whose: str, what: str, key: str, most: int) -> None:
        item = RateLimitItemPerMinute(most, namespace="fengqiao")
        seconds = await self._asked(item, whose, what, key)
        if seconds:
            raise TooOften(seconds)

    async def _asked(self, item: RateLimitItem, *key: str) -> int:
        """Give the seconds until it is worth trying again, none where it is allowed."""
        if self._redis and time.monotonic() >= self._ask_at:
            try:
                seconds = await _hit(self._redis, item, *key)
            except StorageError as error:
                self._lost(error)
            else:
                self._found()
                return seconds
        return await _hit(self._own, item, *key)

    def _lost(self, error: StorageError) -> None:
        self._ask_at = time.monotonic() + AGAIN
        if not self.away:
            self.away = True
            reason = str(error.storage_error).strip().partition("\n")[0]
            _log.error("redis.away", cause=causes.Cause.REDIS.value, said=reason)

    def _found(self) -> None:
        if self.away:
            self.away = False
            _log.info("redis.back")


def _redis(url: str) -> RedisStorage:
    """Speak to a Redis that is asked once, and not for long: whoever waits for it is a person."""
    from redis.asyncio.retry import Retry  # noqa: PLC0415 - only where one is named
    from redis.backoff import NoBackoff  # noqa: PLC0415

    patience: dict[str, Any] = {
        "socket_connect_timeout": REDIS_SECONDS,
        "socket_timeout": REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    return RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", **patience)


async def _hit(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, *key: str) -> int:
    if await limiter.hit(item, *key):
        return 0
    until = (await limiter.get_window_stats(item, *key)).reset_time
    return min(max(1, math.ceil(until - time.time())), 60)


def kind_of(method: str, path: str) -> Kind | None:
    """Tell what kind of request it is; none when it counts only among everything."""
    return next((kind for kind in KINDS if kind.fits(method, path)), None)


class _Holder:
    rates: Rates | None = None


def use(rates: Rates) -> None:
    """Set what this process counts with."""
    _Holder.rates = rates


def rates() -> Rates:
    """Give what this process counts with."""
    if _Holder.rates is None:
        _Holder.rates = Rates()
    return _Holder.rates
