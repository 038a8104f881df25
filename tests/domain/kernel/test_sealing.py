"""Every sealed field is found, sealed anew under the current key while people work, and counted."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, Uuid, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel import crypto, marks, sealing
from domain.kernel.actor import console
from domain.kernel.crypto import KeyRing
from domain.kernel.ids import new_id
from domain.kernel.models import FormDraft, JournalEntry
from domain.kernel.refusals import ActionNotAllowed
from domain.kernel.sealing import Resealing
from domain.kernel.unit_of_work import unit_of_work
from migrations.models import metadata
from tests.architecture.source import called, calls, modules

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
DRAFTS = metadata().tables["form_draft"]


@dataclass
class Ground:
    """A database with drafts under the first key, a key file with a second one, and what the drafts say."""

    engine: AsyncEngine
    path: Path
    texts: dict[UUID, str] = field(default_factory=dict)

    async def write(self, text: str) -> UUID:
        """Keep one more draft, as a page would."""
        row = new_id()
        async with unit_of_work() as session:
            blob = crypto.seal("form_draft", "content", row, text)
            session.add(FormDraft(id=row, account_id=uuid4(), form="f", content_sealed=blob, saved_at=AT))
        self.texts[row] = text
        return row

    async def rewrite(self, row: UUID, text: str) -> None:
        """Change a draft, as a page would."""
        async with unit_of_work() as session:
            blob = crypto.seal("form_draft", "content", row, text)
            await session.execute(update(FormDraft).where(DRAFTS.c.id == row).values(content_sealed=blob))
        self.texts[row] = text

    async def rotate(self) -> None:
        """Add a key to the file; nobody is told."""
        crypto.ring().rotated(at=AT).save(self.path)
        crypto.refresh()

    async def versions(self) -> dict[int, int]:
        """Count the drafts by key version."""
        async with self.engine.connect() as connection:
            held = await connection.run_sync(sealing.count, metadata())
        return dict(next(one.versions for one in held if one.table == "form_draft"))

    async def opened(self) -> dict[UUID, str]:
        """Open all drafts."""
        async with self.engine.connect() as connection:
            rows = (await connection.execute(select(DRAFTS.c.id, DRAFTS.c.content_sealed))).all()
        return {row: crypto.unseal("form_draft", "content", row, blob) for row, blob in rows}


@pytest_asyncio.fixture(loop_scope="session")
async def ground(own_engine: AsyncEngine, tmp_path: Path, keys: KeyRing) -> AsyncGenerator[Ground]:
    """Give thirty drafts under a ring of this test's own."""
    path = tmp_path / "keys.json"
    crypto.use(KeyRing.load_or_create(path), path)
    made = Ground(own_engine, path)
    for number in range(30):
        await made.write(f"第 {number} 份")
    yield made
    crypto.use(keys)


async def run(resealing: Resealing) -> int:
    return sum([fields async for _, fields in resealing.run()])


class TestPlaces:
    def test_hold_every_sealed_column_of_the_product(self) -> None:
        found = {(place.table.name, one.name) for place in sealing.places(metadata()) for one in place.columns}

        assert found == {
            (table.name, one.name)
            for table in metadata().tables.values()
            for one in table.columns
            if one.name.endswith("_sealed")
        }
        assert ("person", "id_number_sealed") in found

    def test_bear_the_names_under_which_the_rooms_seal(self) -> None:
        used = _names_used("seal") | _names_used("unseal")
        known = {(place.table.name, place.word(one)) for place in sealing.places(metadata()) for one in place.columns}
        anywhere = {table for table, word in used if word == ""}

        assert {(table, word) for table, word in used if word} <= known
        assert anywhere <= {table for table, _ in known}
        assert {one for one in known if one[0] not in anywhere} <= used

    def test_are_refused_where_nobody_can_tell_what_a_field_is_bound_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tables = MetaData()
        Table(
            "odd",
            tables,
            Column("name", String, primary_key=True),
            Column("owner", Uuid),
            Column("a_sealed", LargeBinary),
        )

        with pytest.raises(sealing.NoPlace, match="odd"):
            sealing.places(tables)
        monkeypatch.setattr(sealing, "BOUND_TO", {"odd": "owner"})
        assert [place.row.name for place in sealing.places(tables)] == ["owner"]


_KEEPERS = {"domain/kernel/drafts.py", "domain/kernel/files.py"}
"""What the kernel itself keeps sealed; the rest of it only seals for others."""


def _names_used(function: str) -> set[tuple[str, str]]:
    """Read table and column off every call of the source; a column that is worked out is told as empty."""
    found: set[tuple[str, str]] = set()
    for module in modules("domain"):
        if module.name.startswith("domain/kernel/") and module.name not in _KEEPERS:
            continue
        for call in calls(module.tree):
            if called(call) == function and len(call.args) == 4:
                table, column = call.args[:2]
                assert isinstance(table, ast.Constant), f"{module.name}:{call.lineno} does not name its table"
                found.add((str(table.value), str(column.value) if isinstance(column, ast.Constant) else ""))
    return found


class TestSealingAnew:
    async def test_leaves_nothing_on_the_old_key_and_changes_no_text(self, ground: Ground) -> None:
        await ground.rotate()

        done = await run(Resealing(ground.engine, metadata(), batch=7))

        assert done == 30
        assert await ground.versions() == {2: 30}
        assert await ground.opened() == ground.texts

    async def test_goes_on_where_it_was_broken_off(self, ground: Ground) -> None:
        await ground.rotate()
        async with aclosing(Resealing(ground.engine, metadata(), batch=7).run()) as some:
            async for _table, fields in some:
                assert fields == 7
                break
        assert await ground.versions() == {1: 23, 2: 7}

        assert await run(Resealing(ground.engine, metadata(), batch=7)) == 23
        assert await ground.opened() == ground.texts

    async def test_works_beside_people_who_write(self, ground: Ground) -> None:
        stop = asyncio.Event()

        async def writer() -> None:
            rows, number = list(ground.texts), 0
            while not stop.is_set():
                number += 1
                await ground.write(f"新 {number}")
                await ground.rewrite(rows[number % len(rows)], f"改 {number}")

        async with asyncio.TaskGroup() as group:
            group.create_task(writer())
            await ground.rotate()
            await run(Resealing(ground.engine, metadata(), batch=3))
            stop.set()

        assert set(await ground.versions()) == {2}
        assert await ground.opened() == ground.texts

    async def test_waits_for_nobody_and_takes_held_rows_later(self, ground: Ground) -> None:
        await ground.rotate()
        held = next(iter(ground.texts))

        async with ground.engine.begin() as other:
            await other.execute(select(DRAFTS).where(DRAFTS.c.id == held).with_for_update())
            task = asyncio.create_task(run(Resealing(ground.engine, metadata(), batch=7)))
            while await ground.versions() != {1: 1, 2: 29}:  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.02)
            assert not task.done()

        assert await task == 30
        assert await ground.versions() == {2: 30}

    async def test_tells_what_stays_held(self, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "PATIENCE", 2)
        await ground.rotate()

        async with ground.engine.begin() as other:
            await other.execute(select(DRAFTS).limit(2).with_for_update())
            assert await run(Resealing(ground.engine, metadata())) == 28

        assert await ground.versions() == {1: 2, 2: 28}

    @pytest.mark.parametrize("whence", ["row", "column", "table"])
    async def test_names_a_swapped_field_and_leaves_it(self, ground: Ground, whence: str) -> None:
        victim, other = list(ground.texts)[:2]
        foreign = {
            "row": crypto.seal("form_draft", "content", other, "别人的"),
            "column": crypto.seal("form_draft", "form", victim, "别处的"),
            "table": crypto.seal("message", "content", victim, "别表的"),
        }[whence]
        async with ground.engine.begin() as connection:
            await connection.execute(update(DRAFTS).where(DRAFTS.c.id == victim).values(content_sealed=foreign))
        await ground.rotate()

        resealing = Resealing(ground.engine, metadata(), batch=7)

        assert await run(resealing) == 29
        assert resealing.damaged == {("form_draft", "content_sealed", victim)}
        async with ground.engine.connect() as connection:
            kept = await connection.scalar(select(DRAFTS.c.content_sealed).where(DRAFTS.c.id == victim))
            shut = await connection.run_sync(sealing.shut, metadata())
        assert kept == foreign
        assert set(shut) <= {"form_draft.content_sealed"}
        with pytest.raises(crypto.CannotOpen):
            crypto.unseal("form_draft", "content", victim, kept)

    async def test_is_done_by_one_at_a_time(self, ground: Ground) -> None:
        async with sealing.alone(ground.engine) as first, sealing.alone(ground.engine) as second:
            assert (first, second) == (True, False)
        async with sealing.alone(ground.engine) as again:
            assert again


class TestAnOldKey:
    async def test_is_noted_when_its_successor_comes(self, ground: Ground) -> None:
        await ground.rotate()

        async with unit_of_work() as session:
            await sealing.note_added(session, console("命令行"), crypto.ring(), at=AT)

        async with ground.engine.connect() as connection:
            assert set(await connection.run_sync(marks.all_of, "key.")) == {"key.index", "key.1", "key.2"}
            assert await connection.scalar(select(JournalEntry.action)) == "keys.rotate"

    @pytest.mark.parametrize(
        ("version", "reseal", "after", "said"),
        [
            (2, True, timedelta(hours=1), "正在使用"),
            (1, True, timedelta(minutes=9), "不足 10 分钟"),
            (1, False, timedelta(hours=1), "还有 30 个字段"),
        ],
    )
    async def test_stays_as_long_as_it_is_needed(
        self, ground: Ground, version: int, reseal: bool, after: timedelta, said: str
    ) -> None:
        await ground.rotate()
        if reseal:
            await run(Resealing(ground.engine, metadata()))

        with pytest.raises(ActionNotAllowed, match=said):
            async with unit_of_work() as session:
                await sealing.note_retired(session, console("命令行"), metadata(), version, at=AT + after)

    async def test_goes_once_nothing_is_left_on_it(self, ground: Ground) -> None:
        await ground.rotate()
        await run(Resealing(ground.engine, metadata()))
        async with unit_of_work() as session:
            await sealing.note_added(session, console("命令行"), crypto.ring(), at=AT)

        async with unit_of_work() as session:
            await sealing.note_retired(session, console("命令行"), metadata(), 1, at=AT + timedelta(hours=1))
        crypto.ring().without(1).save(ground.path)
        crypto.refresh()

        assert await ground.opened() == ground.texts
        async with ground.engine.connect() as connection:
            assert set(await connection.run_sync(marks.all_of, "key.")) == {"key.index", "key.2"}
