"""What the lifecycles are measured with: the grown county, the walking client, the summary. Nothing here takes time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys

import psycopg
import pytest

from domain.kernel import unit_of_work
from tests.benchmarks import archive, processors, walk
from tests.benchmarks.lifecycles import BARE, DOMAIN, HTTP, Found, summary
from tests.support.county import MAIN_LINE, MORNING, County, bring_to

ORPHANS = """
    SELECT (SELECT count(*) FROM case_party p LEFT JOIN case_file c ON c.id = p.case_id WHERE c.id IS NULL)
         + (SELECT count(*) FROM assignment a LEFT JOIN case_file c ON c.id = a.case_id WHERE c.id IS NULL)
         + (SELECT count(*) FROM deadline d LEFT JOIN case_file c ON c.id = d.subject_id WHERE c.id IS NULL)
"""


class TestGrow:
    async def test_copies_cases_with_all_that_belongs_to_them(self, county: County) -> None:
        async with unit_of_work.unit_of_work() as session:
            await bring_to(session, county, MAIN_LINE, at=MORNING)
            await bring_to(session, county, MAIN_LINE[:2], at=MORNING, seed=2)
            url = session.get_bind().url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await archive.remember(connection)
            before = await _counts(connection)
            turn = await archive.grow(connection, 24)
            again = await archive.grow(connection, 24, done=turn)
            after = await _counts(connection)
            lost = await (await connection.execute(ORPHANS.encode())).fetchone()
            indexed = await archive._indexes(connection)
        assert again == turn == 20
        assert after["case_file"] == 24
        assert all(after[table] > before[table] + 19 for table in before)
        assert lost == (0,)
        assert any(name == "ix_case_search" for name, _ in indexed)


async def _counts(connection: psycopg.AsyncConnection) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in archive._BELONGS:
        row = await (await connection.execute(f"SELECT count(*) FROM {table}".encode())).fetchone()
        found[table] = row[0] if row else 0
    return found


class TestWalk:
    async def test_takes_the_steps_in_their_order(self) -> None:
        asked: list[str] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode()
                    length = next(line for line in head.lower().split("\r\n") if line.startswith("content-length"))
                    await reader.readexactly(int(length.split(":")[1]))
                    asked.append(head.split(" ", 2)[1])
                    over = len(asked) > len(walk.STEPS)
                    status = "409 No" if over else "200 OK"
                    writer.write(f'HTTP/1.1 {status}\r\nContent-Length: 16\r\n\r\n{{"number": "Q1"}}'.encode())
                    await asyncio.sleep(0.2 if over else 0)

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        tokens = dict.fromkeys(walk.WHO.values(), "token")
        async with server:
            order = walk.Walk(server.sockets[0].getsockname()[1], tokens, walkers=1, seconds=0.1)
            done = await walk.run(order)
        assert asked[:2] == ["/api/v1/cases", "/api/v1/cases/Q1/actions/submit"]
        assert [path.rsplit("/", 1)[1] for path in asked[:5]] == ["cases", *walk.STEPS[1:]]
        assert len(done.lifecycles) == 1
        assert done.faults[0].startswith("create 409")


class TestSummary:
    @pytest.mark.parametrize(("large", "word"), [(80.0, "0.80 (goal ≥ 0.8: met)"), (79.0, "0.79 (goal ≥ 0.8: MISSED)")])
    def test_compares_the_larger_county_with_the_smaller(self, large: float, word: str) -> None:
        rates = {HTTP: 100.0, DOMAIN: 150.0, BARE: 400.0}
        said = summary([Found(10_000, rates), Found(1_000_000, rates | {HTTP: large})])
        assert word in said
        assert "10,000 cases | 1,000,000 cases" in said


class TestProcessors:
    def test_a_child_that_ended_stands_with_its_parent(self) -> None:
        before = processors.used([os.getpid()])
        subprocess.run([sys.executable, "-c", "sum(range(10_000_000))"], check=True)
        spent = processors.between(before, processors.used([os.getpid()]))
        assert sum(spent.values()) > 0
