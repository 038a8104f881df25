"""Anchors outside the database: forged ones are known, and a journal that was cut is not anchored over."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations, queries
from domain.audit.schemas import AlarmKind
from domain.kernel import anchors
from domain.kernel.chain import Anchored
from domain.kernel.sealer import seal_all
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Generator[Path]:
    """Keep the anchors of a test in a folder of its own."""
    anchors.use(tmp_path)
    yield tmp_path
    anchors._Holder.path = None


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    county = await support.build(session)
    await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
    await seal_all(session)
    return county


async def _cut(session: AsyncSession, count: int) -> None:
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    ends = "(SELECT max(place) FROM journal_seal) - :n"
    lines = f"DELETE FROM journal_entry WHERE seq IN (SELECT seq FROM journal_seal WHERE place > {ends})"
    for words in (lines, f"DELETE FROM journal_seal WHERE place > {ends}"):
        await session.execute(text(words), {"n": count})
    await session.execute(text("DELETE FROM journal_anchor"))
    await session.execute(text("SET LOCAL session_replication_role = origin"))


def test_lines_that_were_forged_do_not_count(folder: Path) -> None:
    anchors.append(Anchored(7, b"seal"), MORNING)
    path = folder / anchors.FILE
    whole = path.read_text()
    path.write_text(whole + whole.replace('"seq": 7', '"seq": 9') + "no json\n" + "{}\n")

    assert anchors.read() == ([Anchored(7, b"seal")], 3)


def test_the_same_end_is_not_told_twice(folder: Path) -> None:
    for place in (7, 7, 8, 8):
        anchors.append(Anchored(place, b"seal"), MORNING)

    assert [one.place for one in anchors.read()[0]] == [7, 8]


def test_of_days_gone_by_the_last_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a restore has sealed stays as it is, and so does what does not hold."""
    minute = timedelta(minutes=1)
    monkeypatch.setattr(anchors, "MOST", 25)
    for place in range(1, 6):
        anchors.append(Anchored(place, b"seal"), MORNING + place * minute)
    anchors.append(Anchored(6, b"seal"), MORNING, anchors.Restored(5))
    path = folder / anchors.FILE
    path.write_text(path.read_text() + "no json\n")
    for day in range(1, 5):
        for place in range(1, 11):
            anchors.append(Anchored(10 * day + place, b"seal"), MORNING + timedelta(days=day) + place * minute)

    held, wrong = anchors.read()
    assert wrong == 1
    assert [one.place for one in held] == [*range(1, 7), 20, 30, *range(31, 51)]


async def test_a_cut_end_is_found_by_the_auditors_own_verification(session: AsyncSession, county: County) -> None:
    made = await operations.anchor(session, at=MORNING)
    assert made is not None
    anchors.append(made, MORNING)
    assert (await operations.verify(session, county["auditor"], at=MORNING)).fault == ""

    await _cut(session, 3)
    assert "被删除" in (await operations.verify(session, county["auditor"], at=MORNING)).fault


async def test_a_cut_journal_is_not_anchored_again(session: AsyncSession, county: County) -> None:
    made = await operations.anchor(session, at=MORNING)
    assert made is not None
    await _cut(session, 2)

    assert await operations.anchor(session, at=MORNING, kept=[made]) is None
    assert [alarm.kind for alarm in await queries.open_alarms(session, county["auditor"])] == [AlarmKind.CHAIN]
