"""The acceptance slip (受理通知单) as PDF.

Measured: the first slip of a process takes 0.35 s, most of it reading the fonts; each
further one 10 to 25 ms; a slip has some 50 KB. Only the fonts that come with the packages
are used, so that it prints alike everywhere.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst
from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.qr import qr_svg
from app.launch.checks import font_folder
from domain.cases.rules import RATING_PERIOD
from domain.kernel.actor import Actor
from domain.kernel.clock import local
from domain.tracking import queries as tracking
from domain.tracking.schemas import Slip

PREVIEW_PPI = 96
TEMPLATE = Path(__file__).with_name("slip.typ")


async def slip_pdf(session: AsyncSession, actor: Actor, number: str, *, base_url: str, at: datetime) -> bytes:
    """This function will print the acceptance slip of a case: A4, PDF, the petitioner masked.

    `base_url` is the address in the QR code, in front of `/t/…`; `at` is the date on the paper.

    :raises NotPermitted: the actor prints no slips
    :raises NotFound: no such case within reach
    :raises ActionNotAllowed: the case was not accepted yet
    """
    slip = await tracking.slip(session, actor, number, base_url=base_url, at=at)
    return await asyncio.to_thread(render, slip, at=at, mark=mark_of(actor, at))


async def slip_png(session: AsyncSession, actor: Actor, number: str, *, base_url: str, at: datetime) -> bytes:
    """This function will draw the same slip as a picture, for a preview that needs no PDF viewer.

    :raises NotPermitted: as `slip_pdf`
    """
    slip = await tracking.slip(session, actor, number, base_url=base_url, at=at)
    return await asyncio.to_thread(render, slip, at=at, kind="png", mark=mark_of(actor, at))


def mark_of(actor: Actor, at: datetime) -> str:
    """This function will word the watermark: whose account printed it, and when."""
    return f"{actor.login} {local(at):%Y-%m-%d %H:%M}"


def render(slip: Slip, *, at: datetime, kind: Literal["pdf", "png"] = "pdf", mark: str = "") -> bytes:
    """This function will lay out a slip; it computes for up to a third of a second, so call it in a thread.

    :param mark: what stands faintly across the paper; empty: nothing
    """
    data = {
        "centre": slip.centre,
        "phone": slip.phone,
        "number": slip.number,
        "petitioner": slip.petitioner,
        "title": slip.title,
        "category": slip.category,
        "area": slip.area,
        "source": slip.source,
        "accepted": f"{_day(slip.accepted_at)} {local(slip.accepted_at):%H:%M}",
        "promise": slip.promise,
        "notices": _notices(slip),
        "date": _day(at),
        "qr": qr_svg(slip.url),
        "mark": mark,
    }
    printed = typst.compile(
        TEMPLATE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
        format=kind,
        ppi=PREVIEW_PPI,
    )
    if not isinstance(printed, bytes):
        raise TypeError("a slip is one page: typst gives it as bytes")
    return printed


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The fonts that come with the packages, read once: that alone takes a quarter of a second."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder()])


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
    return [
        "查询方式：扫描下方二维码，输入登记时所留手机号，凭短信验证码查看办理进度；也可凭编号到窗口查询。",
        f"咨询与补充：如需补充材料、更正信息或对办理有疑问，请{call}，并说明编号。",
        f"您的权利：办理结果提交后，您可以在查询页面确认或提出异议；办结后 {RATING_PERIOD.days} 日内可以{slip.rate_word}一次。",
        privacy,
        "请妥善保管本通知单。二维码中不含您的个人信息；请勿将短信验证码告诉他人。",
    ]
