"""What an account or a unit would leave behind, in words, for the dialogs that take it away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import receiving
from domain.kernel.actor import Actor


async def left_in_words(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> list[str]:
    """Say for each unit where nobody else could receive cases what would stay there."""
    return [_said(name, count) for name, count in await receiving.left_by(session, actor, login, at=at)]


def _said(unit: str, count: int) -> str:
    left = f"有 {count} 件在办案件将无人接收，综治中心会在“无人接收”中看到" if count else "目前没有在办案件"
    return f"这是{unit}最后一个可以接收案件的账号：停用、到期或收回其办理权限后，该单位不能再接收案件，{left}。"
