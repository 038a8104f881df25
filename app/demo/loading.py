"""Put the demo county into an empty database, or more cases into one that has it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from app.demo import roster, texts
from app.demo.areas import county
from app.demo.playing import Player, Scene, Script
from app.jobs.clock import run_once as run_clock_once
from domain.areas import operations as areas
from domain.areas import queries as area_queries
from domain.briefs import operations as brief_operations
from domain.briefs import queries as briefs
from domain.calendar import queries as calendar
from domain.calendar.operations import seed_years
from domain.kernel import outbox
from domain.kernel.actor import Actor, console
from domain.kernel.clock import day_bounds, local_date
from domain.kernel.permissions import FieldLevel, Permission, Reach, Role
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs import rules as org_rules
from domain.orgs.schemas import NewAccount, RoleInput
from domain.reports import operations as reports
from domain.reports import queries as report_queries
from domain.reports import rules as report_rules
from domain.reports.schemas import Block, Kind
from domain.statistics.rules import Days
from domain.visits import operations as visits
from state.reports import making

if TYPE_CHECKING:
    from app.settings import Settings

SEED = 20
_FOUNDED_BEFORE = timedelta(days=150)
_UNDELIVERED = timedelta(days=2)
_BRIEFS = 10
"""Days for which there are briefs."""
_REPORTS = {Kind.WEEK: 4, Kind.MONTH: 3, Kind.QUARTER: 1}
"""How many of the last periods have a report; the newest week's is still a draft."""
_BATCH = 4000
"""Scenes a transaction: the default county is one, so that a broken start leaves nothing behind."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to be shown at the start; the password only when it was just set."""

    login: str
    title: str
    password: str = field(default="", repr=False)


async def ensure_demo(settings: Settings, at: datetime) -> list[DemoAccount]:
    """Load the demo county at the first start, and tell its accounts at every start.

    A database that already holds other units is left alone and answers no accounts.
    """
    folder = settings.data / "demo"
    async with unit_of_work() as session:
        empty = not await org_queries.unit_names_by_code(session)
        founded = not empty and await _cast(session) is not None
    if empty:
        password = settings.demo_password or fresh_password()
        return await load(cases=settings.demo_cases, seed=SEED, password=password, at=at, folder=folder)
    if founded:
        await _ensure_tokens(folder, at)
        return accounts()
    return []


async def load(*, cases: int, seed: int, password: str, at: datetime, folder: Path | None = None) -> list[DemoAccount]:
    """Load so many cases, first the county itself where it is missing.

    `folder` receives the tokens of the desks' bridges. Answers the accounts, with the
    password where it was set by this call.

    :raises Invalid: the password is too weak, or the database holds other units
    """
    new = False
    async with unit_of_work() as session:
        if await _cast(session) is None:
            await _found(session, password, seed, at)
            new = True
        cast = await _cast(session) or {}
        script = await _script(session, seed, at)
        scenes = script.scenes(cases)
        machine = await org_queries.actor_of_login(session, roster.MACHINE)
        player = Player(cast | ({roster.MACHINE: machine} if machine else {}), seed)
        await _play(session, player, scenes[:_BATCH])
    for start in range(_BATCH, len(scenes), _BATCH):
        async with unit_of_work() as session:
            await _play(session, player, scenes[start : start + _BATCH])
    await _brief(at)
    await _report(cast["center"], at)
    await _forget_old_messages(at)
    if folder is not None:
        await _ensure_tokens(folder, at)
    return accounts(password if new else "")


async def _brief(at: datetime) -> None:
    """Make the briefs of the last working days, after the clock; today's is made by the job, which tells its readers."""
    await run_clock_once(at)
    async with unit_of_work() as session:
        known = await calendar.calendar_of(session)
        days = [day for back in range(_BRIEFS, 0, -1) if known.is_workday(day := local_date(at) - timedelta(days=back))]
        for day in days:
            morning = day_bounds(day)[0] + timedelta(hours=8)
            for reader, *_ in (await briefs.receivers(session, at=morning)).values():
                await brief_operations.make(session, reader, day=day, at=morning)


async def _report(centre: Actor, at: datetime) -> None:
    """Make the reports of the last weeks and months, written and published but the newest."""
    for kind, most in _REPORTS.items():
        days, found = report_rules.period_of(kind, local_date(at)), list[Days]()
        async with unit_of_work() as session:
            there = await report_queries.made(session, kind)
        for _ in range(most):
            days = report_rules.before(kind, days)
            if days.first not in there:
                found.append(days)
        for one in reversed(found):
            made_at = min(one.until + timedelta(hours=9), at)
            async with unit_of_work() as session:
                name = await making.make(session, centre, kind, one.first, at=made_at)
                if kind is not Kind.WEEK or one != found[0]:
                    for block in Block:
                        said = "\n".join(texts.words()[f"report.{block.value}"]).format(this=kind.this)
                        await reports.save(session, centre, name, block, said, seen=None, at=made_at)
                    await reports.publish(session, centre, name, at=made_at)


def accounts(password: str = "") -> list[DemoAccount]:
    return [DemoAccount(post.login, roster.title(post), password) for post in roster.POSTS]


def fresh_password() -> str:
    """Make a password that every demo account may have."""
    while True:
        made = f"{secrets.token_urlsafe(6)}-{secrets.randbelow(100):02d}"
        if not any(org_rules.password_fault(made, post.login) for post in roster.POSTS):
            return made


async def _cast(session: AsyncSession) -> dict[str, Actor] | None:
    """Find the demo's accounts; none when one of them is missing."""
    found: dict[str, Actor] = {}
    for post in roster.POSTS:
        actor = await org_queries.actor_of_login(session, post.login)
        if actor is None:
            return None
        found[post.login] = actor
    return found


async def _found(session: AsyncSession, password: str, seed: int, at: datetime) -> None:
    if await org_queries.unit_names_by_code(session):
        raise Invalid("数据库中已有其他单位，不能载入演示数据")
    founded_at, founder = at - _FOUNDED_BEFORE, console("演示数据")
    await seed_years(session, range(founded_at.year, at.year + 2))
    await areas.add_all(session, county(seed))
    units = {
        code: await orgs.add_unit(
            session,
            code=code,
            name=name,
            kind=kind,
            position=place,
            **(roster.CONTACT if code == "centre" else {}),
        )
        for place, (code, name, kind) in enumerate(roster.UNITS)
    }
    for post in roster.POSTS:
        account = NewAccount(
            post.login, post.name, password, (post.role.value,), post.unit, post.area_path, password_at=at
        )
        await orgs.add_account(session, founder, account, at=founded_at)
    await _add_machine(session, founder, password, founded_at, password_at=at)
    for place, (code, name) in enumerate(roster.DESKS):
        await visits.add_desk(session, code=code, name=name, unit_id=units["centre"].id, position=place)


async def _add_machine(
    session: AsyncSession, founder: Actor, password: str, founded_at: datetime, *, password_at: datetime
) -> None:
    """Give the outside model an account, and a role that sees cases and sends labels, and nothing else."""
    rights = (Permission.CASE_VIEW.value, Permission.RISK_REPORT.value)
    given = RoleInput(
        roster.MACHINE_ROLE,
        "风险模型接口",
        Role.VIEWER,
        rights,
        Reach.ALL,
        FieldLevel.HIDDEN,
        note="只供外部模型报送风险标签",
    )
    await orgs.set_role(session, founder, given, at=founded_at)
    account = NewAccount(
        roster.MACHINE, roster.MACHINE_NAME, password, (roster.MACHINE_ROLE,), "county", password_at=password_at
    )
    await orgs.add_account(session, founder, account, at=founded_at)


async def _script(session: AsyncSession, seed: int, at: datetime) -> Script:
    known = await area_queries.all_areas(session)
    return Script(seed, known, await calendar.calendar_of(session), at)


async def _play(session: AsyncSession, player: Player, scenes: list[Scene]) -> None:
    for scene in scenes:
        await player.play(session, scene)


async def _forget_old_messages(at: datetime) -> None:
    """Count the messages of the past as delivered: nobody wants last month's news now."""
    while True:
        async with unit_of_work() as session:
            old = await outbox.take_due(session, at=at - _UNDELIVERED, limit=1000)
            for message in old:
                outbox.mark_done(message, at=message.created_at)
            if not old:
                return


async def _ensure_tokens(folder: Path, at: datetime) -> None:
    """Pair every desk whose token file is missing, and write the file for its bridge."""
    missing = {code: folder / f"desk-{code}.token" for code, _ in roster.DESKS}
    missing = {code: path for code, path in missing.items() if not path.exists()}
    async with unit_of_work() as session:
        founder = console("演示数据")
        tokens = {code: await visits.pair(session, founder, code, at=at) for code in missing}
    folder.mkdir(parents=True, exist_ok=True)
    _write(tokens, missing)


def _write(tokens: Mapping[str, str], paths: Mapping[str, Path]) -> None:
    for code, token in tokens.items():
        descriptor = os.open(paths[code], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token + "\n")
