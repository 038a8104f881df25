"""The risk labels within reach: what waits for an answer, and the dialog that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.clock import end_stamp, stamp
from domain.kernel.permissions import Permission
from domain.orgs import queries as orgs
from domain.warnings import operations, queries, rules
from domain.warnings.models import Level
from domain.warnings.schemas import Answer, LabelFilter, LabelRow, Standing
from state.clock import now
from state.inputs import Choice
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.kit.listing import Act, Col, Listing, ListState, Mark, Tile
from state.session import SignedInState


async def _count(session: AsyncSession, actor: Actor, at: datetime) -> Sequence[Tile]:
    counts = await queries.counts(session, actor, at=at)
    stands = [
        Tile(s.value, s.label, counts[s.value], rules.STANDING_TONES[s]) for s in (Standing.WAITING, Standing.LATE)
    ]
    return [*stands, *(Tile(level.value, level.label, counts[level.value], rules.TONES[level]) for level in Level)]


async def _choices(session: AsyncSession, _actor: Actor) -> Mapping[str, Sequence[Choice]]:
    return {"departments": [Choice(unit.code, unit.name) for unit in await orgs.departments(session)]}


async def _answer(session: AsyncSession, actor: Actor, key: str, given: Answer, at: datetime) -> None:
    await operations.answer(session, actor, id_of(key), given, at=at)


async def _about(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.label_of(session, actor, id_of(key), at=now())
    return Asked(
        about=f"{one.number} {one.title}",
        href=f"/case/{one.number}",
        says=[f"{one.level.label}预警，{stamp(one.assessed_at)} 研判：{one.reasons}"],
    )


def _due(one: LabelRow) -> list[Mark]:
    return [Mark(one.due, one.due_tone, f"截至 {end_stamp(one.ends_at)}")] if one.due else []


def _answered(one: LabelRow) -> str:
    if one.verdict is None:
        return ""
    return f"{one.verdict.label}：{one.answer}（{one.answered_by} {stamp(one.answered_at, '%m-%d %H:%M')}）"


LABELS: Listing[LabelRow] = Listing(
    "risk-labels",
    "风险等级反馈",
    queries.labels,
    (
        Col("level", "等级", lambda one: one.level.label, tone=lambda one: rules.TONES[one.level], phone="tag"),
        Col("number", "编号", lambda one: one.number, link=lambda one: f"/case/{one.number}", phone="head"),
        Col("title", "标题", lambda one: one.title, look="wide", phone="title", chars=30),
        Col("reasons", "研判理由", lambda one: one.reasons, look="wide", chars=40),
        Col("department", "主办单位", lambda one: one.department),
        Col("at", "研判时间", lambda one: stamp(one.assessed_at), sort=True),
        Col("due", "反馈时限", lambda one: one.due, marks=_due, sort=True),
        Col("standing", "反馈情况", lambda one: one.standing_label, tone=lambda one: one.standing_tone),
        Col("answer", "反馈内容", _answered, look="wide", chars=50),
    ),
    key=lambda one: str(one.id),
    rights=(Permission.CASE_VIEW,),
    export=Permission.CASE_EXPORT,
    wanted=LabelFilter,
    title=lambda one: one.number,
    href=lambda one: f"/case/{one.number}",
    tone=lambda one: "red" if one.standing is Standing.LATE else "",
    acts=lambda one: [Act("反馈", "answer", look="pri")] if one.mine else [],
    count=_count,
    choices=_choices,
    views=frozenset(queries.VIEWS),
    live=(operations.CHANGED,),
    none_yet=("还没有风险标签", "外部模型研判后报送的风险标签会出现在这里，由主办单位核实并反馈"),
    none_left="没有符合条件的风险标签",
    icon="warn",
)


class RiskAlertsState(ListState, DialogState, SignedInState):
    """One browser's list of risk labels."""

    LISTING: ClassVar = LABELS
    DIALOGS: ClassVar = {
        "answer": Dialog(
            "反馈风险预警",
            _answer,
            "已反馈",
            Permission.CASE_WORK,
            Answer,
            "反馈",
            fill=_about,
        ),
    }
