"""The demo county loads through the domain, whole and true."""

from __future__ import annotations

import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from app.demo import ensure_demo, fresh_password, load, roster, texts
from app.demo.playing import Scene, Script
from app.settings import Settings
from domain.areas import operations as areas
from domain.areas import queries as area_queries
from domain.areas.schemas import AreaView
from domain.calendar.rules import WorkCalendar
from domain.cases.models import Case
from domain.cases.vocabulary import Status
from domain.kernel import chain
from domain.kernel.models import JournalEntry
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import SessionKind, UnitKind
from domain.orgs.rules import password_fault
from domain.people import rules as people
from domain.visits import queries as visits
from domain.warnings.models import Level, RiskLabel

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PASSWORD = "Qingxi-" + "2026x"


async def test_a_small_demo_shows_every_status_and_verifies(own_engine: AsyncEngine, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, demo_password=PASSWORD)

    loaded = await load(cases=54, seed=7, password=PASSWORD, at=NOW, folder=tmp_path / "demo")

    assert {account.login for account in loaded} == {post.login for post in roster.POSTS}
    assert all(account.password == PASSWORD for account in loaded)
    async with unit_of_work() as session:
        cases = list(await session.scalars(select(Case)))
        assert {case.status for case in cases} == set(Status)
        assert len(cases) == 54
        assert all(case.created_at <= NOW for case in cases)
        assert any(case.due_at and case.due_at < NOW for case in cases)
        assert any(case.watch for case in cases)
        assert any(case.legacy for case in cases)
        assert any(case.typical for case in cases)
        assert any(case.satisfaction for case in cases)
        labels = list(await session.scalars(select(RiskLabel)))
        assert {label.level for label in labels} == set(Level)
        assert {label.newest for label in labels} == {True, False}
        assert {label.verdict is None for label in labels if label.newest} == {True, False}
        assert (await chain.verify(session))[1] is None
        # reports are counted when all was played, and dated back
        lines = select(JournalEntry.at).where(col(JournalEntry.subject_kind) != "report")
        moments = list(await session.scalars(lines.order_by(col(JournalEntry.seq))))
        played = moments[: len(moments) - len(roster.DESKS)]
        assert played == sorted(played)
        entered = await orgs.sign_in(
            session, login="guide", password=PASSWORD, kind=SessionKind.BROWSER, origin="", at=NOW
        )
        assert entered.actor
        today = await visits.today(session, entered.actor, at=NOW)
        assert {visit.state for visit in today.items} >= {"waiting", "handed", "left"}
        for code, _ in roster.DESKS:
            path = tmp_path / "demo" / f"desk-{code}.token"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert await visits.desk_of_token(session, code, path.read_text().strip())

    again = await ensure_demo(settings, NOW)

    assert len(again) == len(roster.POSTS)
    assert not any(account.password for account in again)


async def test_a_database_with_other_units_is_left_alone(own_engine: AsyncEngine, tmp_path: Path) -> None:
    async with unit_of_work() as session:
        await orgs.add_unit(session, code="other", name="别处", kind=UnitKind.CENTRE)

    assert await ensure_demo(Settings(data_dir=tmp_path), NOW) == []
    with pytest.raises(Invalid):
        await load(cases=1, seed=1, password=PASSWORD, at=NOW)


async def _areas(engine: AsyncEngine) -> tuple[AreaView, ...]:
    from app.demo.areas import county

    async with unit_of_work() as session:
        await areas.add_all(session, county(3))
        return await area_queries.all_areas(session)


def _told(scenes: list[Scene]) -> list[tuple[object, ...]]:
    return [(s.at, s.act, s.subject.form, s.subject.reason, s.move) for s in scenes]


async def test_equal_seeds_make_equal_plans(own_engine: AsyncEngine) -> None:
    known = await _areas(own_engine)

    one, same, other = (Script(seed, known, WorkCalendar(), NOW).scenes(80) for seed in (1, 1, 2))

    assert _told(one) == _told(same)
    assert _told(one) != _told(other)
    assert all(scene.at <= NOW for scene in one)


async def test_texts_vary_and_fit(own_engine: AsyncEngine) -> None:
    known = await _areas(own_engine)

    scenes = Script(5, known, WorkCalendar(), NOW).scenes(300)
    forms = [scene.subject.form for scene in scenes if scene.act == "create"]

    assert all(form and "{" not in f"{form.title}{form.content}" for form in forms)
    assert len({form.content for form in forms if form}) > 290
    assert len({form.category for form in forms if form}) > 25


def test_frequent_categories_have_eight_matters() -> None:
    found, weights = texts._templates()
    by_category: Counter[str] = Counter(template.category for template in found)
    weight: Counter[str] = Counter()
    for template, share in zip(found, weights, strict=True):
        weight[template.category] += share  # type: ignore[assignment]

    assert all(by_category[category] >= 8 for category, _ in weight.most_common(8))


def test_invented_numbers_pass_their_checks() -> None:
    from app.demo.people import person

    for seed in range(200):
        made = person(Random(seed), NOW.date(), "清溪县")
        assert not people.id_number_fault(made.id_type, made.id_number, NOW.date())
        assert not people.phone_fault(made.phone)
        assert not people.name_fault(made.name)


def test_a_fresh_password_fits_every_account() -> None:
    password = fresh_password()

    assert not any(password_fault(password, post.login) for post in roster.POSTS)
