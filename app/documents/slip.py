"""The acceptance slip (受理通知单) as PDF.

Measured: the first slip of a process takes 0.35 s, most of it reading the fonts; each
further one 10 to 25 ms; a slip has some 50 KB. Only the fonts that come with the packages
are used, so that it prints alike everywhere.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.qr import qr_svg
from app.documents.typeset import printable, typeset
from domain.cases.rules import RATING_PERIOD
from domain.kernel.actor import Actor
from domain.kernel.clock import local
from domain.tracking import queries as tracking
from domain.tracking.schemas import Slip

TEMPLATE = Path(__file__).with_name("slip.typ")


async def slip_pdf(session: AsyncSession, actor: Actor, number: str, *, base_url: str, at: datetime) -> bytes:
    """Print the acceptance slip of a case: A4, PDF, the petitioner masked.

    `base_url` is the address in the QR code, in front of `/t/…`; `at` is the date on the paper.

    :raises NotPermitted: the actor prints no slips
    :raises NotFound: no such case within reach
    :raises ActionNotAllowed: the case was not accepted yet
    """
    slip = await tracking.slip(session, actor, number, base_url=base_url, at=at)
    return await asyncio.to_thread(render, slip, at=at)


async def slip_png(session: AsyncSession, actor: Actor, number: str, *, base_url: str, at: datetime) -> bytes:
    """Draw the same slip as a picture, for a preview that needs no PDF viewer.

    :raises NotPermitted: as `slip_pdf`
    """
    slip = await tracking.slip(session, actor, number, base_url=base_url, at=at)
    return await asyncio.to_thread(render, slip, at=at, kind="png")


def render(slip: Slip, *, at: datetime, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """Lay out a slip; it computes for up to a third of a second, so call it in a thread."""
    data = {
        "centre": slip.centre,
        "phone": slip.phone,
        "number": slip.number,
        "petitioner": printable(slip.petitioner),
        "title": printable(slip.title),
        "category": slip.category,
        "area": slip.area,
        "source": slip.source,
        "accepted": f"{_day(slip.accepted_at)} {local(slip.accepted_at):%H:%M}",
        "promise": slip.promise,
        "expected": slip.expected,
        "call": slip.phone or "尚未公布，请到窗口咨询",
        "hours": printable(slip.contact.hours) or "尚未公布，请以窗口公告为准",
        "address": printable(slip.contact.address) or "尚未公布，请以登记时的窗口为准",
        "notices": _notices(slip),
        "date": _day(at),
        "qr": qr_svg(slip.url) if slip.url else "",
    }
    return typeset(TEMPLATE, data, at=at, kind=kind)


def _day(moment: datetime) -> str:
    there = local(moment)
    return f"{there.year} 年 {there.month} 月 {there.day} 日"


def _notices(slip: Slip) -> list[str]:
    privacy = (
        f"个人信息处理告知：{slip.centre}为依法受理、办理和答复您的诉求，处理您提供的姓名、证件号码、联系电话、"
        "住址及诉求内容，仅提供给承办单位用于办理本事项，加密存储，按规定期限保存。"
        "您可以向我中心申请查阅、复制或更正您的个人信息。"
    )
    call = f"拨打 {slip.phone}" if slip.phone else f"到{slip.centre}窗口"
    follow, object_by, keep = _ways(slip, call)
    return [
        f"查询方式：{follow}。",
        f"咨询与补充：如需补充材料、更正信息或对办理有疑问，请{call}，并说明编号。",
        f"您的权利：办理结果提交后，您可以{object_by}；办结后 {RATING_PERIOD.days} 日内可以{slip.rate_word}一次。",
        privacy,
        f"请妥善保管本通知单。{keep}。",
    ]


def _ways(slip: Slip, call: str) -> tuple[str, str, str]:
    """Word how a case is followed, where a result is objected to, and what to take care of."""
    if slip.url:
        return (
            "扫描下方二维码，输入登记时所留手机号，凭短信验证码查看办理进度；也可凭编号到窗口查询",
            "在查询页面确认或提出异议",
            "二维码中不含您的个人信息；请勿将短信验证码告诉他人",
        )
    window = "，也可以到窗口" if slip.phone else ""
    return f"请{call}{window}，说明编号查询办理进度", "来电或到窗口确认或提出异议", "查询时须说明编号"
