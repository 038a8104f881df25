"""Texts of messages, waits after a failure, and when a message comes too late."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.notices.models import Occasion

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))
"""Waits after each failure; after the last one the message stands failed. The first is
short because a code is only good for five minutes."""
STALE = timedelta(days=3)
"""A notice older than this tells of a state that is long over."""
CODE_STALE = timedelta(minutes=5)
HEARTBEAT = timedelta(seconds=20)
"""How often a page says at most that it still has its case open."""
PRESENT_FOR = timedelta(seconds=45)
"""A page that was silent for longer has gone: its browser or its process died."""
KEEP_READ = timedelta(days=90)
KEEP_UNREAD = timedelta(days=365)

_TEXTS = {
    Occasion.ACCEPTED: "您的诉求已登记受理，编号 {number}。凭本手机号查询进度：{link}",
    Occasion.PROGRESS: "您的诉求 {number} 已由承办单位接收，正在办理。查询进度：{link}",
    Occasion.ANSWERED: "您的诉求 {number} 已有办理结果，正在核实。确认或提出异议：{link}",
    Occasion.CLOSED: "您的诉求 {number} 已办结，请在 15 日内评价：{link}",
    Occasion.VOIDED: "您的诉求 {number} 已作废，不再办理。如有疑问，请联系{sender}。查询：{link}",
    Occasion.CODE: "验证码 {code}，5 分钟内有效，用于查询诉求 {number} 的办理进度。请勿告诉他人。",
}


def text_of(occasion: Occasion, *, sender: str, number: str, link: str = "", code: str = "") -> str:
    """This function will word a message: who sends it, the number, the state and the link; no names.

    `sender` is the centre's name, put in front as the operators' rules want it.
    """
    return f"【{sender}】" + _TEXTS[occasion].format(sender=sender, number=number, link=link, code=code)


def too_late(occasion: Occasion, created_at: datetime, at: datetime) -> bool:
    """This function will tell whether a message no longer helps the person who would get it."""
    return at - created_at >= (CODE_STALE if occasion is Occasion.CODE else STALE)


def next_try(attempts: int, at: datetime) -> datetime | None:
    """This function will tell when to try again after so many failures; none when it was the last."""
    return at + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def has_gone(seen_at: datetime, at: datetime) -> bool:
    """This function will tell whether a page was silent for so long that it no longer counts as open."""
    return at - seen_at > PRESENT_FOR
