"""Whatever stands in the journal is told in words: no ids, codes or JSON reach a person."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.audit import queries, wording
from domain.audit.schemas import JournalFilter, JournalLine
from domain.cases.models import Case
from domain.cases.operations.hand_over import hand_over
from domain.cases.queries import detail
from domain.cases.vocabulary import Action
from domain.kernel import journal
from domain.kernel.actor import Actor, console
from domain.kernel.labels import Labelled
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries
from domain.orgs.models import SessionKind
from domain.orgs.schemas import AccountChange, Restriction
from domain.retention.models import Ending, Kind
from migrations.models import metadata
from tests.support import county as support
from tests.support import histories
from tests.support.county import MAIN_LINE, MORNING, PASSWORD, County

ROOT = Path(__file__).parents[3]
MACHINE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|[{}\[\]]|\b[a-z]+_[a-z_]+\b|\bNone\b|\bTrue\b|\bFalse\b|T\d\d:\d\d:|/\d{6}"
)
"""What a program writes for itself: ids, JSON, words of the code, moments and paths as they are kept."""


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def lines_of(session: AsyncSession, county: County) -> list[JournalLine]:
    page = await queries.search(session, county["auditor"], JournalFilter(), at=MORNING, size=5000)
    return list(page.items)


def told(line: JournalLine, county: County) -> str:
    """Give whatever a person reads of a line; logins are words of people."""
    logins = re.compile("|".join(sorted(county.actors, key=len, reverse=True)))
    cell = wording.in_one(line.details, line.changes)
    return logins.sub("", f"{line.name} {line.words} {line.subject} {line.said} {cell}")


async def somebody_in_stead(session: AsyncSession, county: County, taker: str, giver: str) -> Actor:
    """Let one act in another's stead."""
    until = MORNING + timedelta(days=2)
    made = await orgs.delegate(session, county[giver], taker, MORNING - timedelta(days=1), until, "年休假", at=MORNING)
    entered = await orgs.sign_in(
        session, login=taker, password=PASSWORD, kind=SessionKind.BROWSER, origin="t", at=MORNING
    )
    own = await org_queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING)
    assert own is not None
    await orgs.wear(session, own, made, at=MORNING)
    worn = await org_queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING)
    assert worn is not None
    return worn


class TestEveryKey:
    def test_has_a_name_or_is_the_programs_own(self) -> None:
        known = {*wording.LABELS, *wording.SILENT}
        assert {key: where for key, where in written() if key not in known} == {}

    @pytest.mark.parametrize("kind", [Kind, Ending])
    def test_a_word_of_a_list_is_told_by_its_label(self, kind: type[Labelled]) -> None:
        metadata()
        for member in kind:
            (said,) = wording.details("retention.run", {"kind": member.value}, {})
            assert not MACHINE.search(said.value)
            assert said.value

    def test_what_nobody_named_is_left_out(self) -> None:
        detail = {"to": str(uuid4()), "zzz": "x", "files": [{"id": str(uuid4())}], "version": 3, "days": 5}
        assert [(one.label, one.value) for one in wording.details("x.y", detail, {})] == [("天数", "5")]

    def test_pairs_values_and_sets_of_values_read_alike(self) -> None:
        detail = {
            "changed": {"valid_until": [None, "2026-12-01T00:00:00+08:00"], "unit": "rsj"},
            "before": {"phone": 1, "position": 2},
            "after": {"position": 3},
        }
        assert [(one.what, one.before, one.after) for one in wording.changes_in(detail, {"rsj": "人社局"})] == [
            ("有效期至", "—", "2026-12-01 00:00"),
            ("单位", "—", "人社局"),
            ("联系电话", "1", "—"),
            ("排序", "2", "3"),
        ]

    def test_a_cell_of_the_field_policy_is_named(self) -> None:
        (said,) = wording.changes_in({"changes": {"officer.phone.screen": ["masked", "clear"]}}, {})
        assert said.what == "部门经办 联系电话 页面"
        assert not MACHINE.search(said.before + said.after)


def written() -> Iterator[tuple[str, str]]:
    """Give every key that the source writes into a line of the journal, and where."""
    for top in ("domain", "app"):
        for path in sorted((ROOT / top).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "journal" in text:
                for node in ast.walk(ast.parse(text)):
                    for key in _keys(node):
                        yield key, f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]


def _keys(node: ast.AST) -> Iterator[str]:
    values: list[ast.expr] = []
    if isinstance(node, ast.keyword) and node.arg == "detail":
        values = [node.value]
    if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "detail" for t in node.targets):
        values = [node.value]
    for value in values:
        for inner in ast.walk(value):
            if isinstance(inner, ast.Dict):
                yield from (key.value for key in inner.keys if isinstance(key, ast.Constant))


class TestEveryLine:
    @pytest.mark.parametrize("seed", range(4 if os.environ.get("SOAK") else 1))
    async def test_of_a_random_history_is_in_words(self, session: AsyncSession, seed: int) -> None:
        walk = await histories.Walk.begin(session, seed, 3)
        for _ in range(60):
            await walk.step()

        lines = await lines_of(session, walk.county)
        assert len(lines) > 20
        for line in lines:
            assert not MACHINE.search(told(line, walk.county)), told(line, walk.county)
        for number in await session.scalars(select(col(Case.number))):
            for entry in await detail.journal(session, walk.county["center"], number):
                text = " ".join((entry.who, entry.unit, entry.label, *entry.notes))
                assert not MACHINE.search(text), text

    async def test_of_administration_is_in_words(self, session: AsyncSession, county: County) -> None:
        at, sysadmin, secadmin = MORNING, county["sysadmin"], county["secadmin"]
        await support.reinforce(session, county)
        await support.bring_to(session, county, MAIN_LINE[:3], at=at)
        await hand_over(session, county["center"], "rsj", "rsj2", at=at)
        change = AccountChange(name="改名", unit_code="rsj", more_units=("zjj",), valid_until=at + timedelta(days=9))
        await orgs.change_account(session, sysadmin, "zjj", change, at=at)
        await orgs.restrict(session, secadmin, "viewer", Restriction(denied=("case.export",), read_only=True), at=at)
        await orgs.grant_roles(session, secadmin, "viewer", ["leader"], at=at)
        await orgs.set_values(session, secadmin, {"password_days": 60}, reason="", at=at)
        await orgs.disable(session, console("命令行"), "guide", at=at, reason="调离")
        await somebody_in_stead(session, county, "rsj2", "rsj")
        area = {"area": ["/359901/", "/359901/359901001/"]}
        await journal.record(session, sysadmin, "account.change", "account", sysadmin.account_id, at=at,
                             detail={"changed": area})  # fmt: skip

        for line in await lines_of(session, county):
            assert not MACHINE.search(told(line, county)), (line.action, told(line, county))
        said = {line.action: wording.in_one(line.details, line.changes) for line in await lines_of(session, county)}
        assert f"移交人：{county['rsj'].name}" in said["case.hand_over"]
        assert f"接手人：{county['rsj2'].name}" in said["case.hand_over"]
        assert f"代谁办理：{county['rsj'].name}" in said["delegation.wear"]
        assert "密码有效天数：90 改为 60" in said["policy.set"]


class TestWhoActedForWhom:
    async def test_stands_in_record_path_and_journal_by_name(self, session: AsyncSession, county: County) -> None:
        await support.reinforce(session, county)
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        worn = await somebody_in_stead(session, county, "rsj2", "rsj")
        given = {"person_in_charge": "何" + "经办", "person_phone": support.phone(77)}
        await support.step(session, worn, number, Action.ACCEPT, at=MORNING, **given)
        both = f"{county['rsj2'].name}（代{county['rsj'].name}）"

        record = (await detail.journal(session, county["center"], number))[0]
        path = await detail.process(session, county["center"], number, at=MORNING)
        wanted = JournalFilter(number=number)
        line = (await queries.search(session, county["auditor"], wanted, at=MORNING, size=1)).items[0]

        assert record.who == both
        assert any(both in node.who for node in path)
        assert line.name == both
        assert ("代谁办理", county["rsj"].name) in [(one.label, one.value) for one in line.details]

    async def test_a_hand_over_names_both_in_the_record(self, session: AsyncSession, county: County) -> None:
        await support.reinforce(session, county)
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        await hand_over(session, county["center"], "rsj", "rsj2", at=MORNING)

        notes = (await detail.journal(session, county["center"], number))[0].notes

        assert f"移交人：{county['rsj'].name}" in notes
        assert f"接手人：{county['rsj2'].name}" in notes
