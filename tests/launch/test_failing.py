"""What goes wrong in a command: its status, its sentence, and where the rest of it stands."""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
import structlog
import typer
from psycopg import errors
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.cli import failing
from app.launch.errors import CannotStart, Stopped, Unfinished
from domain.kernel.refusals import NotFound
from tests.support.commands import Forking, forking
from tests.support.typography import halves

FULL = OSError(errno.ENOSPC, "No space left on device", "/var/lib/fengqiao/files/a")


def wrapped(fault: psycopg.Error) -> DBAPIError:
    return DBAPIError("SELECT secret", {}, fault)


@pytest.fixture(scope="module")
def fengqiao(tmp_path_factory: pytest.TempPathFactory) -> Generator[Forking]:
    with forking(tmp_path_factory.mktemp("commands")) as made:
        yield made


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[None]:
    """Set a data folder, and leave the logging of the run as it was."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


class TestAFault:
    @pytest.mark.parametrize(
        ("fault", "status", "said"),
        [
            (CannotStart("端口已被占用。"), 1, "端口已被占用。"),
            (NotFound("没有这个账号"), 1, "没有这个账号。"),
            (Unfinished("有工作没有完成"), 1, "有工作没有完成。"),
            (typer.Abort(), 1, "已取消，没有做任何改动。"),
            (FULL, 1, "命令没有完成：/var/lib/fengqiao/files/a 磁盘空间不足。"),
            (wrapped(errors.DiskFull()), 1, "命令没有完成，已回退：数据库所在的磁盘空间不足。"),
            (wrapped(errors.TooManyConnections()), 1, "命令没有完成，已回退：数据库的连接已用完，请稍后再试。"),
            (errors.LockNotAvailable(), 1, "命令没有完成，已回退：等待数据库中的锁超时，请稍后再试。"),
            (wrapped(errors.ReadOnlySqlTransaction()), 1, "命令没有完成，已回退：数据库只读。"),
            (
                wrapped(psycopg.OperationalError("gone")),
                1,
                "命令没有完成：与数据库的连接中断，请检查数据库是否在运行。",
            ),
        ],
    )
    def test_that_was_expected_is_told_in_its_words_and_not_logged(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, fault: Exception, status: int, said: str
    ) -> None:
        assert failing.status_of(lambda: raised(fault)) == status
        assert capsys.readouterr().err == said + "\n"
        assert halves(said) == []
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "fault", [KeyError("name"), ProgrammingError("SELECT secret", {}, errors.UndefinedTable("x"))]
    )
    def test_of_the_program_has_a_number_under_which_all_of_it_is_logged(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, fault: Exception
    ) -> None:
        assert failing.status_of(lambda: raised(fault)) == 1
        said = capsys.readouterr().err
        log = tmp_path / "data" / "logs" / "app.jsonl"
        number = re.search(r"编号 ([0-9A-F]{8})；", said)
        assert number
        assert str(log) in said
        assert "Traceback" not in said
        lines = log.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 1
        assert number[1] in lines[0]
        assert "Traceback" in lines[0]

    def test_of_the_program_is_kept_elsewhere_where_the_data_folder_cannot_be_written(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATA_DIR", "/proc/self")
        assert failing.status_of(lambda: raised(KeyError("name"))) == 1
        found = re.search(r"详情见 (\S+?)，", capsys.readouterr().err)
        assert found
        assert "Traceback" in Path(found[1]).read_text(encoding="utf-8")

    @pytest.mark.parametrize("end", [Stopped(), KeyboardInterrupt()])
    def test_is_not_what_somebody_asked_for(self, capsys: pytest.CaptureFixture[str], end: BaseException) -> None:
        assert failing.status_of(lambda: raised(end)) == 130
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(("ended", "status"), [(None, 0), (0, 0), (1, 1)])
    def test_is_not_what_a_command_says_itself(self, ended: int | None, status: int) -> None:
        assert failing.status_of(lambda: ended) == status


def raised(fault: BaseException) -> None:
    raise fault


class TestADataFolderWithoutADatabase:
    @pytest.mark.parametrize("words", ["backup", "audit verify", "keys status", "jobs run", "user disable a", "clock"])
    def test_was_probably_mistyped_and_gets_none(self, fengqiao: Forking, tmp_path: Path, words: str) -> None:
        ended = fengqiao.run(*words.split(), given={"DATA_DIR": str(tmp_path / "typo")})
        assert ended.status == 1
        assert "请检查 DATA_DIR" in ended.sentence()
        assert list(tmp_path.iterdir()) == []


class TestAWordThatIsNoCommand:
    @pytest.mark.parametrize("words", ["nonsense", "user nonsense", "keys nonsense 1"])
    def test_is_named(self, fengqiao: Forking, tmp_path: Path, words: str) -> None:
        ended = fengqiao.run(*words.split(), given={"DATA_DIR": str(tmp_path / "data")})
        assert ended.status == 2
        assert "没有命令 nonsense，用法见 fengqiao" in ended.sentence()
        assert list(tmp_path.iterdir()) == []

    def test_is_not_needed_for_help(self, fengqiao: Forking) -> None:
        ended = fengqiao.run("user", "--help", given={"PORT": "nonsense"})
        assert (ended.status, ended.err) == (0, "")
        assert "账号管理" in ended.out
