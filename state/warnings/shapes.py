"""What a case page shows of the case's risk labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.warnings import queries, rules
from domain.warnings.schemas import LabelRow


@dataclass
class RiskShown:
    """One label as text; `mine` where the reader may answer it now."""

    level: str = ""
    tone: str = ""
    reasons: str = ""
    when: str = ""
    standing: str = ""
    standing_tone: str = ""
    due: str = ""
    due_tone: str = ""
    answer: str = ""
    by: str = ""
    mine: bool = False


async def risks_of(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> list[RiskShown]:
    """Give the labels of a case, the newest first."""
    return [_shown(one) for one in await queries.of_case(session, actor, number, at=at)]


def _shown(one: LabelRow) -> RiskShown:
    return RiskShown(
        level=f"{one.level.label}预警",
        tone=rules.TONES[one.level],
        reasons=one.reasons,
        when=f"{stamp(one.assessed_at)} 由 {one.model} 研判",
        standing=one.standing_label,
        standing_tone=one.standing_tone,
        due=one.due,
        due_tone=one.due_tone,
        answer=f"{one.verdict.label}：{one.answer}" if one.verdict else "",
        by=f"{one.answered_by} {stamp(one.answered_at, '%m-%d %H:%M')} 反馈" if one.verdict else "",
        mine=one.mine,
    )
