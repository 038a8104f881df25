"""What a database must hold before anybody signs in, and the demo county where it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.launch import boot
from domain.calendar.operations import seed_years
from domain.kernel.unit_of_work import unit_of_work
from domain.supervision.operations import fill_soon
from state.clock import now

if TYPE_CHECKING:
    from app.settings import Settings

YEARS_BACK, YEARS_AHEAD = 2, 2


async def seed(settings: Settings, url: str) -> list[str]:
    """Put in what is missing, and give the lines to print with `ready`: the demo's accounts, or none.

    Runs at every start and changes nothing that is there.
    """
    engine = boot.prepare(settings, url)
    try:
        async with unit_of_work() as session:
            await seed_years(session, range(now().year - YEARS_BACK, now().year + YEARS_AHEAD + 1))
            await fill_soon(session)
        return await _demo_lines(settings) if settings.demo else []
    finally:
        await engine.dispose()


async def _demo_lines(settings: Settings) -> list[str]:
    from app.demo import ensure_demo  # noqa: PLC0415 - only where the demo is wanted

    accounts = await ensure_demo(settings, now())
    shown = [f"  {account.login:<12}{account.title}" for account in accounts]
    password = next((account.password for account in accounts if account.password), "")
    told = f"演示账号的密码：{password}（只显示这一次）" if password and not settings.demo_password else ""
    return ["演示账号：", *shown, *([told] if told else [])] if accounts else []
