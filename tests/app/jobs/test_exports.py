"""The process that writes exports: what the file holds, killed in the middle, cancelled, told when ready."""

from __future__ import annotations

import asyncio
import io
import os
import random
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from app.jobs import exporting, exports
from app.jobs.notices import Job, tell_of_exports
from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.exports import operations, rules
from domain.exports.models import ExportJob, State
from domain.kernel import crypto, parts
from domain.kernel.clock import SHANGHAI
from domain.kernel.models import OutboxMessage
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import queries as notices
from state.clock import now
from state.notices import _shown  # pyright: ignore[reportPrivateUsage]
from tests.support import county as support
from tests.support.county import MAIN_LINE, County
from tests.support.county_database import own_county
from tests.support.rows import add_cases
from tests.support.serving import ROOT

__all__ = ["own_county"]
MANY = 5_000
"""Cases of a county whose export takes several parts."""
ATTACK = "=cmd|' /C calc'!A0 讨薪"


async def asked(county: County, login: str = "center", **wanted: object) -> UUID:
    async with unit_of_work() as session:
        return await operations.ask(session, county[login], CaseFilter(**wanted), [*wanted], at=now())  # type: ignore[arg-type]


async def job_of(job_id: UUID) -> ExportJob:
    async with unit_of_work() as session:
        return await session.get_one(ExportJob, job_id)


async def taken(county: County, job_id: UUID, login: str = "center", at: datetime | None = None) -> bytes:
    async with unit_of_work() as session:
        return await operations.take(session, county[login], job_id, at=at or now())


class TestTheWorkbook:
    @pytest.fixture(autouse=True)
    async def filled(self, county: County) -> None:
        async with unit_of_work() as session:
            await support.bring_to(session, county, MAIN_LINE[:3], at=support.MORNING, seed=1)
            number = await support.draft(session, county, at=support.MORNING, seed=2, title=ATTACK)
            await support.main_step(session, county, number, MAIN_LINE[0], at=support.MORNING)

    async def test_holds_texts_dates_and_who_took_it_and_nothing_that_computes(
        self, county: County, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "PART", 1)
        job_id = await asked(county)
        await exporting.write(job_id)
        content = await taken(county, job_id)

        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        title, mark, heads, *rows = sheet.iter_rows(values_only=True)
        assert (title[0], len(rows)) == ("案件台账", 2)
        assert f"导出人 {county['center'].name} 账号 center" in str(mark[0])
        assert str(mark[0]).endswith("共 2 条")
        first, second = (dict(zip(heads, row, strict=True)) for row in rows)
        assert first["诉求标题"] == f"'{ATTACK}"
        assert second["登记时间"] == support.MORNING.astimezone(SHANGHAI).replace(tzinfo=None)
        assert isinstance(second["受理时间"], datetime)
        assert isinstance(second["到期时间"], str)
        assert str(second["诉求人"]).endswith("*")
        assert {cell.data_type for row in sheet.iter_rows(min_row=4) for cell in row} <= {"s", "n", "d"}
        assert support.phone(1) not in str(rows)

    async def test_is_the_same_as_the_one_that_is_answered_at_once(self, county: County) -> None:
        from app.documents import ledger
        from domain.cases.queries import listing
        from domain.people.policy import Purpose

        job_id = await asked(county, sort="-created")
        await exporting.write(job_id)
        job = await job_of(job_id)
        async with unit_of_work() as session:
            page = await listing.search(
                session, county["center"], CaseFilter(sort="-created"), at=job.asked_at, purpose=Purpose.EXPORT
            )
        sheet = load_workbook(io.BytesIO(await taken(county, job_id))).worksheets[0]
        rows = [tuple("" if cell is None else cell for cell in row) for row in sheet.iter_rows(4, values_only=True)]
        shown = [ledger.cells(row) for row in page.items]
        plain = [
            tuple(one.astimezone(SHANGHAI).replace(tzinfo=None) if isinstance(one, datetime) else one for one in row)
            for row in shown
        ]
        assert [row[:1] for row in rows] == [row[:1] for row in plain]
        for mine, theirs in zip(rows, plain, strict=True):
            for one, other in zip(mine, theirs, strict=True):
                if isinstance(other, datetime):
                    assert abs(one - other) < timedelta(seconds=1)
                else:
                    assert str(one).lstrip("'") == other

    async def test_lies_sealed_and_its_parts_are_deleted(self, county: County) -> None:
        parts.drop_all_but(())
        job_id = await asked(county)
        await exporting.write(job_id)
        folder = parts._folder()  # pyright: ignore[reportPrivateUsage]
        assert len(list(folder.iterdir())) == 2
        assert all(path.read_bytes().startswith(b"FQF") for path in folder.iterdir())

        await exports.let_go(now())
        (whole,) = folder.iterdir()
        assert b"PK" not in whole.read_bytes()[:64]
        await exports.let_go(now() + timedelta(hours=25))
        assert list(folder.iterdir()) == []
        assert (await job_of(job_id)).state is State.EXPIRED

    async def test_its_person_is_told(self, county: County) -> None:
        job_id = await asked(county)
        await exporting.write(job_id)
        async with unit_of_work() as session:
            query = select(OutboxMessage).where(col(OutboxMessage.topic) == operations.ENDED)
            await tell_of_exports(Job(session, list(await session.scalars(query)), "", now()))
        async with unit_of_work() as session:
            (told, *_) = await notices.newest(session, county["center"])
            shown = _shown(told)
        assert (shown.head, shown.rest) == ("导出完成", "案件台账 2 行，请在 24 小时内到“导出记录”下载")
        assert shown.href == "/exports"

    async def test_a_fault_is_kept_to_its_own_export(self, county: County) -> None:
        job_id = await asked(county)
        folder = parts._folder()  # pyright: ignore[reportPrivateUsage]
        parts.use(folder / "nowhere")
        (folder / "nowhere").rmdir()
        (folder / "nowhere").write_text("in the way", "utf-8")
        try:
            await exporting.write(job_id)
        finally:
            (folder / "nowhere").unlink()
            parts.use(folder)
        job = await job_of(job_id)
        assert (job.state, job.rows, job.fault) == (State.FAILED, 0, rules.STOPPED)

        async with unit_of_work() as session:
            await operations.go_on(session, county["center"], job_id)
        await exporting.write(job_id)
        assert (await job_of(job_id)).state is State.DONE

    async def test_lost_parts_are_not_gone_on_from(self, county: County, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "PART", 1)
        job_id = await asked(county)
        async with unit_of_work() as session:
            await operations.take_up(session, job_id, at=now())
        assert await exporting.write_part(job_id)
        parts.drop_all_but(())

        await exporting.write(job_id)
        job = await job_of(job_id)
        assert (job.state, job.key_sealed, job.fault) == (State.FAILED, None, "导出文件已丢失或损坏，请重新导出")


@dataclass
class Data:
    """The data folder of a county of many cases, and what a process is given to work on it."""

    county: County
    given: dict[str, str]

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[asyncio.subprocess.Process]:
        """Give the process that writes exports; it is gone in the end."""
        life, alive = os.pipe()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", exports.MODULE, str(life), pass_fds=(life,), cwd=ROOT, env=self.given
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            os.close(life)
            os.close(alive)


@pytest_asyncio.fixture(loop_scope="session")
async def data(own_county: County, keys: crypto.KeyRing, tmp_path: Path) -> AsyncGenerator[Data]:
    async with unit_of_work() as session:
        await add_cases(session, own_county, random.Random(1), MANY, at=now())
        engine = session.bind
    assert isinstance(engine, AsyncEngine)
    keys.save(tmp_path / "keys.json")
    before = parts._folder()  # pyright: ignore[reportPrivateUsage]
    parts.use(tmp_path / "exports")
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    given = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    yield Data(own_county, given)
    parts.use(before)


async def until(job_id: UUID, rows: int) -> ExportJob:
    """Wait until so many rows of a job are written."""
    async with asyncio.timeout(60):
        while (job := await job_of(job_id)).rows < rows and job.state is not State.FAILED:  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.01)
    return job


class TestTheProcess:
    async def test_killed_in_the_middle_goes_on_where_it_was(self, data: Data) -> None:
        job_id = await asked(data.county)
        async with data.working() as process:
            await until(job_id, rules.PART)
            async with unit_of_work() as session:  # held, it gets no further
                await session.get_one(ExportJob, job_id, with_for_update=True)
                process.kill()
                await process.wait()
        job = await job_of(job_id)
        assert job.state is State.RUNNING
        assert rules.PART <= job.rows < MANY
        written = {path.name: path.stat().st_mtime_ns for path in parts._folder().glob("*_*.part")}  # pyright: ignore[reportPrivateUsage]

        async with data.working() as process:
            assert await process.wait() == 0
        assert (await job_of(job_id)).state is State.DONE
        after = {path.name: path.stat().st_mtime_ns for path in parts._folder().glob("*_*.part")}  # pyright: ignore[reportPrivateUsage]
        first = f"{job_id}_{parts.named(0)}.part"
        assert after[first] == written[first]

        sheet = load_workbook(io.BytesIO(await taken(data.county, job_id)), read_only=True).worksheets[0]
        numbers = [row[0] for row in sheet.iter_rows(4, values_only=True)]
        async with unit_of_work() as session:
            every = set(await session.scalars(select(col(Case.number))))
        assert len(numbers) == MANY
        assert set(numbers) == every

    async def test_is_started_where_something_waits_and_ends_by_itself(
        self, data: Data, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in data.given.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        stop = asyncio.Event()
        running = asyncio.create_task(exports.run_exports(stop, pause=0.05))
        job_id = await asked(data.county)
        await until(job_id, MANY)
        while (job := await job_of(job_id)).state is State.RUNNING:  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.05)
        stop.set()
        await running
        assert (job.state, job.rows, job.total) == (State.DONE, MANY, MANY)

    async def test_cancelled_in_the_middle_stops_and_leaves_nothing(self, data: Data) -> None:
        job_id = await asked(data.county)
        async with data.working() as process:
            await until(job_id, rules.PART)
            async with unit_of_work() as session:
                await operations.cancel(session, data.county["center"], job_id, at=now())
            assert await process.wait() == 0
        job = await job_of(job_id)
        assert (job.state, job.key_sealed) == (State.CANCELLED, None)
        assert job.rows < MANY
        await exports.let_go(now())
        assert list(parts._folder().iterdir()) == []  # pyright: ignore[reportPrivateUsage]

    async def test_only_one_works_at_a_time(self, data: Data) -> None:
        job_id = await asked(data.county)
        lock = exporting._LOCK  # pyright: ignore[reportPrivateUsage]
        async with unit_of_work() as session:
            await session.execute(select(func.pg_advisory_xact_lock(lock)))
            async with data.working() as process:
                assert await process.wait() == 0
        assert (await job_of(job_id)).state is State.WAITING
