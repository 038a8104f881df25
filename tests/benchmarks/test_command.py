"""The command that starts the benchmarks, and the load's own client."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.cli import bench
from app.launch.errors import CannotStart
from tests.benchmarks import load


class TestProgram:
    def test_lies_in_the_source_tree(self) -> None:
        assert bench.program(bench.SOURCES).is_file()

    def test_is_missing_where_only_the_package_is(self, tmp_path: Path) -> None:
        with pytest.raises(CannotStart) as refused:
            bench.program(tmp_path)
        assert "tests/benchmarks" in refused.value.message


class TestLoad:
    async def test_counts_every_answer_and_no_more_than_asked(self) -> None:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            done = await load.run(load.Order(port=port, path="/any", connections=2, seconds=20, most=10))
        assert len(done.times) == 10
        assert done.size == 5
        assert done.faults == 0

    async def test_tells_answers_that_were_refusals(self) -> None:
        server = await asyncio.start_server(_refuse, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            done = await load.run(load.Order(port=port, path="/any", connections=1, seconds=20, most=3))
        assert done.faults == 3


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _say(reader, writer, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _say(reader, writer, b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> None:
    while True:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            break
        writer.write(words)
    writer.close()
