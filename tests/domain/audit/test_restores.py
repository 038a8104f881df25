"""A restore is told by its name and is no fault; whatever was tampered with before or after it is found all the same."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations, queries
from domain.audit.schemas import AlarmKind, ChainState, JournalFilter, Source
from domain.kernel import anchors
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid
from domain.kernel.sealer import seal_all
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

OPERATOR = system_actor(Role.SYSADMIN, origin="命令行")
BACKUP = Source("ab" * 32, "2026-11-23T08:00:00+00:00", "/data，内置数据库")
TABLES = ("journal_entry", "journal_seal", "journal_settled", "journal_anchor")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Generator[Path]:
    """Keep the anchors of a test in a folder of its own."""
    anchors.use(tmp_path)
    yield tmp_path
    anchors._Holder.path = None


@dataclass
class World:
    """A county whose journal grows, is backed up, brought back and tampered with."""

    session: AsyncSession
    county: County
    folder: Path
    grown: int = 0
    backups: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    async def grow(self) -> int:
        """Let people work, and answer the last line."""
        self.grown += 1
        at = MORNING + timedelta(hours=self.grown)
        await support.bring_to(self.session, self.county, MAIN_LINE[:2], at=at, seed=self.grown)
        await seal_all(self.session)
        return await self.last()

    async def last(self) -> int:
        return await self.session.scalar(text("SELECT max(place) FROM journal_seal")) or 0

    async def cut(self, after: int) -> None:
        """Take away what stands behind a place, the table of anchors with it."""
        lines = f"DELETE FROM journal_entry WHERE seq IN (SELECT seq FROM journal_seal WHERE place > {after})"
        await self.tamper(lines, f"DELETE FROM journal_seal WHERE place > {after}", "DELETE FROM journal_anchor")

    async def anchor(self) -> int:
        made = await operations.anchor(self.session, at=MORNING, kept=anchors.read()[0])
        assert made is not None
        anchors.append(made, MORNING)
        return made.place

    async def back_up(self, name: str) -> int:
        """Keep the tables of the journal as a backup does."""
        self.backups[name] = {
            table: [row._mapping for row in await self.session.execute(text(f"SELECT * FROM {table}"))]
            for table in TABLES
        }
        return await self.last()

    async def put_back(self, name: str) -> None:
        """Bring the rows of a backup back, as the database's own tools do: no line tells of it."""
        await self.tamper(*(f"DELETE FROM {table}" for table in TABLES))
        for table, rows in self.backups[name].items():
            words = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, to_jsonb(:row ::json))"
            for row in rows:
                await self.session.execute(text(words), {"row": _json(row)})

    async def restore(self, name: str) -> int:
        """Bring a backup back by the product's command, and answer the place of the line that tells of it."""
        await self.put_back(name)
        kept, brought = anchors.entries()[0], await self.last()
        await seal_all(self.session)
        _, restored = await operations.note_restore(
            self.session, OPERATOR, BACKUP, brought=brought, at=MORNING, kept=kept
        )
        return await self.anchor_restore(restored)

    async def anchor_restore(self, restored: anchors.Restored) -> int:
        await seal_all(self.session)
        made = await operations.last_place(self.session)
        assert made is not None
        anchors.append(made, MORNING, restored)
        return made.place

    async def number(self, place: int) -> int:
        """Give the number of the line at a place: it goes on after a restore, and leaves gaps."""
        words = text("SELECT seq FROM journal_seal WHERE place = :place")
        return await self.session.scalar(words, {"place": place}) or 0

    async def tamper(self, *statements: str) -> None:
        await self.session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await self.session.execute(text(statement))
        await self.session.execute(text("SET LOCAL session_replication_role = origin"))

    async def verify(self) -> ChainState:
        return await operations.verify(self.session, self.county["auditor"], at=MORNING)

    @property
    def file(self) -> Path:
        return self.folder / anchors.FILE


def _json(row: Any) -> str:
    def plain(value: Any) -> Any:
        return (
            "\\x" + value.hex() if isinstance(value, bytes) else value if isinstance(value, dict | int) else str(value)
        )

    return json.dumps({key: plain(value) for key, value in row.items()})


@pytest_asyncio.fixture(loop_scope="session")
async def world(session: AsyncSession, folder: Path) -> World:
    """Give a journal of some lines with an anchor, a backup, and more lines with an anchor."""
    made = World(session, await support.build(session), folder)
    await made.grow()
    await made.anchor()
    await made.grow()
    await made.back_up("older")
    await made.grow()
    await made.anchor()
    return made


class TestARestore:
    async def test_is_told_by_name_and_is_no_fault(self, world: World) -> None:
        was = await world.last()
        line = await world.restore("older")
        state = await world.verify()

        assert state.fault == ""
        assert anchors.read()[1] == 0
        assert [one.seq for one in state.restores] == [await world.number(line)]
        assert f"恢复到第 {line - 1} 条，其后到第 {was} 条的记录随之被替换" in state.restores[0].said
        assert "abababababab" in state.restores[0].said

    async def test_stands_in_the_journal_and_among_the_alarms(self, world: World) -> None:
        line = await world.restore("older")
        page = await queries.search(world.session, world.county["auditor"], JournalFilter(), at=MORNING, size=1)

        told = (page.items[0].seq, page.items[0].words, page.items[0].refused)
        assert told == (await world.number(line), "从备份恢复数据", False)
        assert page.items[0].said.startswith("数据由备份（摘要 abababababab")
        assert {one.label: one.value for one in page.items[0].details}["恢复到何处"] == BACKUP.place
        (alarm,) = await queries.open_alarms(world.session, world.county["auditor"])
        assert (alarm.kind, alarm.said) == (AlarmKind.RESTORED, (await world.verify()).restores[0].said)

    async def test_lets_the_journal_be_anchored_again(self, world: World) -> None:
        await world.restore("older")
        await world.grow()
        await world.anchor()
        assert (await world.verify()).fault == ""

    async def test_of_a_branch_that_was_left_is_none_either(self, world: World) -> None:
        await world.back_up("newer")
        await world.restore("older")
        for _ in range(3):
            await world.grow()
            await world.anchor()
        await world.restore("newer")
        await world.grow()
        await world.anchor()
        state = await world.verify()
        assert (state.fault, len(state.restores)) == ("", 1)

        await world.restore("older")
        assert (await world.verify()).fault == ""

    async def test_onto_a_fresh_place_without_anchors_is_noted_too(self, world: World) -> None:
        world.file.unlink()
        await world.restore("older")
        state = await world.verify()
        assert (state.fault, len(state.restores), len(anchors.read()[0])) == ("", 1, 1)


class TestTampering:
    """What is done to the journal is found, whether a restore came before or after."""

    async def test_of_a_line_before_the_restore(self, world: World) -> None:
        await world.restore("older")
        await world.tamper("UPDATE journal_entry SET action = 'case.void' WHERE seq = 2")
        assert (await world.verify()).fault == "第 2 条记录被修改或插入"

    async def test_that_made_the_backup_anew_before_an_anchor(self, world: World) -> None:
        first = anchors.read()[0][0]
        kept = world.file.read_text().splitlines()
        world.file.write_text("")
        anchors.append(anchors.Anchored(first.place, b"of another journal"), MORNING)
        world.file.write_text("\n".join([world.file.read_text().strip(), *kept[1:]]) + "\n")
        await world.restore("older")
        assert (await world.verify()).fault == f"第 {first.place} 条与锚点不符，日志被重新生成"

    @pytest.mark.parametrize("left", [0, 1])
    async def test_that_cut_off_the_end_after_the_restore(self, world: World, left: int) -> None:
        line = await world.restore("older")
        await world.grow()
        await world.anchor()
        await world.cut(line - 1 + left)
        assert (await world.verify()).fault == f"第 {line - 1 + left} 条之后的记录被删除"

    async def test_that_cut_off_the_end_without_any_restore(self, world: World) -> None:
        await world.put_back("older")
        assert "之后的记录被删除" in (await world.verify()).fault

    async def test_that_puts_the_anchor_of_a_restore_in_once_more(self, world: World) -> None:
        line = await world.restore("older")
        told = world.file.read_text().splitlines()[-1]
        await world.grow()
        await world.anchor()
        await world.cut(line)
        with world.file.open("a") as file:
            file.write(told + "\n")

        assert anchors.read()[1] == 1
        assert (await world.verify()).fault == f"第 {line} 条之后的记录被删除"

    @pytest.mark.parametrize("change", [(r'"kept": \d+', '"kept": 1'), (r'"aside": \[\]', '"aside": [0]')])
    async def test_of_what_the_anchor_of_a_restore_says(self, world: World, change: tuple[str, str]) -> None:
        await world.restore("older")
        whole = world.file.read_text()
        world.file.write_text(re.sub(*change, whole))
        assert world.file.read_text() != whole
        assert anchors.read()[1] == 1
        assert (await world.verify()).fault

    async def test_that_takes_the_anchor_of_the_restore_away(self, world: World) -> None:
        await world.restore("older")
        world.file.write_text("\n".join(world.file.read_text().splitlines()[:-1]) + "\n")
        assert (await world.verify()).fault


class TestARestoreByOtherMeans:
    async def note(self, world: World, reason: str = "按时间点恢复到 14:05") -> None:
        kept, _ = anchors.entries()
        _, restored = await operations.note_restore_elsewhere(
            world.session, OPERATOR, Source(reason=reason), at=MORNING, kept=kept
        )
        await world.anchor_restore(restored)

    @pytest.mark.parametrize("since", [0, 3])
    async def test_can_be_told_afterwards_also_when_people_worked_since(self, world: World, since: int) -> None:
        await world.put_back("older")
        for _ in range(since):
            await world.grow()
        assert (await world.verify()).fault

        await self.note(world)
        state = await world.verify()
        assert state.fault == ""
        assert "其他途径" in state.restores[0].said
        assert "14:05" in state.restores[0].said

    async def test_is_not_told_where_nothing_was_brought_back(self, world: World) -> None:
        with pytest.raises(ActionNotAllowed, match="锚点与审计日志相符"):
            await self.note(world)

    async def test_needs_a_reason(self, world: World) -> None:
        await world.put_back("older")
        with pytest.raises(Invalid):
            await self.note(world, " ")

    async def test_does_not_explain_a_line_that_was_changed(self, world: World) -> None:
        await world.put_back("older")
        await world.tamper("UPDATE journal_entry SET action = 'case.void' WHERE seq = 2")
        await self.note(world)
        assert (await world.verify()).fault == "第 2 条记录被修改或插入"
