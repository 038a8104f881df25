"""A machine that sends risk labels, and what it sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.kernel.actor import Actor, console
from domain.kernel.permissions import FieldLevel, Permission, Reach, Role
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs.schemas import NewAccount, RoleInput
from domain.warnings import operations
from domain.warnings.models import Level
from domain.warnings.schemas import LabelBatch, LabelInput, Receipt
from state.clock import now
from tests.support.county import MORNING, PASSWORD, County

ROLE, RIGHTS = "risk_model", (Permission.CASE_VIEW, Permission.RISK_REPORT)


async def add_machine(session: AsyncSession, county: County, *, at: datetime = MORNING) -> County:
    """Add the account `model`, whose own role sees every case and sends labels, and does nothing else."""
    rights = tuple(right.value for right in RIGHTS)
    role = RoleInput(ROLE, "风险模型", Role.VIEWER, rights, Reach.ALL, FieldLevel.HIDDEN)
    await orgs.set_role(session, console("test"), role, at=at)
    new = NewAccount("model", "风险模型", PASSWORD, (ROLE,), "county", "", password_at=max(at, now()))
    account = await orgs.add_account(session, console("test"), new, at=at)
    actor = await org_queries.actor_of_account(session, account.id)
    assert actor is not None
    county.actors["model"] = actor
    return county


def said(number: str, level: Level = Level.RED, *, at: datetime = MORNING, **more: object) -> LabelInput:
    """Make what a model says of a case."""
    given = {"reasons": "同一用人单位近期投诉增多，涉及人数上升", "assessed_at": at - timedelta(minutes=10)}
    return LabelInput(number=number, level=level, **(given | more))


def batch(*labels: LabelInput, name: str = "2026-11-18-01") -> LabelBatch:
    return LabelBatch(batch=name, model="基层基础管控平台", model_version="3.2", labels=labels)


async def send(
    session: AsyncSession, county: County, *labels: LabelInput, name: str = "2026-11-18-01", at: datetime = MORNING
) -> tuple[Receipt, ...]:
    """Send labels as the machine does."""
    return await operations.receive(session, county["model"], batch(*labels, name=name), at=at)


async def label_all(session: AsyncSession, actor: Actor, *, at: datetime) -> None:
    """Let a model say something of every case there is, in each colour by turns."""
    numbers = await session.scalars(select(col(Case.number)).order_by(col(Case.number)))
    labels = [said(number, level, at=at) for number, level in zip(numbers, cycle(Level))]
    await operations.receive(session, actor, batch(*labels), at=at)
