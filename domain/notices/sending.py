"""Whether and when short messages may go out: what the county set (decision 0026)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.kernel.clock import local
from domain.notices.models import Occasion


@dataclass(frozen=True, slots=True)
class Sending:
    """What holds for the messages of a county.

    :ivar channel: whether there is a provider at all
    :ivar quiet: from when until when (Asia/Shanghai, over midnight too) petitioners are left in peace; none: never
    """

    channel: bool = True
    quiet: tuple[time, time] | None = None

    def rests_until(self, occasion: Occasion, at: datetime) -> datetime | None:
        """Give the end of the rest in which a message waits; none when it may go now. A code is asked for: it goes."""
        if self.quiet is None or occasion is Occasion.CODE:
            return None
        begin, end = self.quiet
        here = local(at)
        inside = begin <= here.time() < end if begin < end else here.time() >= begin or here.time() < end
        if not inside:
            return None
        day = here.date() if here.time() < end else here.date() + timedelta(days=1)
        return datetime.combine(day, end, here.tzinfo)


_CLOCK = r"\s*([01]\d:[0-5]\d|2[0-3]:[0-5]\d)\s*"
_PERIOD = re.compile(f"{_CLOCK}-{_CLOCK}")


class _Holder:
    chosen = Sending()


def use(chosen: Sending) -> None:
    """Set what holds in this process."""
    _Holder.chosen = chosen


def current() -> Sending:
    """Give what holds in this process."""
    return _Holder.chosen


def parsed(text: str) -> tuple[time, time] | None:
    """Read quiet hours as they are set: `21:00-08:00`, or `none`.

    :raises ValueError: it is neither
    """
    if text.strip().lower() == "none":
        return None
    found = _PERIOD.fullmatch(text)
    if found is None or found[1] == found[2]:
        raise ValueError("应为 21:00-08:00 这样的时段，或 none")
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])
