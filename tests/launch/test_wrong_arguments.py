"""Every command with arguments that cannot be: a status, one sentence that says which, and nothing written.

All rows share one county with a started database; each runs in a process of its own.
"""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest
from psycopg import sql
from typer.core import TyperGroup

from app.launch import database, lock
from app.launch.postgres import Postgres
from tests.support.commands import Ended, Forking, digest, forking, reader_of, registered

PASSWORD = "County-" + "2026x"
LONG = "长" * 200
ADD_USER = ("user", "add", "second", "--name", "王某", "--role", "officer", "--unit", "rsj", "--password", PASSWORD)


@dataclass(frozen=True)
class Wrong:
    """Words of a command that it refuses.

    :ivar said: is in the sentence
    :ivar status: 1 where the command looked at something, 2 where it did not come to that
    """

    words: tuple[str, ...]
    said: str
    status: int = 1


def user(**changed: str) -> tuple[str, ...]:
    """Give the words that add an account, with some options changed."""
    words = list(ADD_USER)
    for name, value in changed.items():
        option = f"--{name}"
        if name == "login":
            words[2] = value
        elif option in words:
            words[words.index(option) + 1] = value
        else:
            words += [option, value]
    return tuple(words)


def unit(code: str, name: str, *more: str) -> tuple[str, ...]:
    return ("unit", "add", *more, "--", code, name)


def void(*, since: str = "2026-01-01", until: str = "2026-01-02", reason: str = "时间有误") -> tuple[str, ...]:
    return ("clock", "void", "--from", since, "--to", until, "--reason", reason)


MOMENTS = (
    ("soon", "应为有效的日期和时间"),
    ("2026-02-30T08:00", "应为有效的日期和时间"),
    ("9999-12-31T23:59", "应在 1900 年至 2099 年之间"),
    ("0001-01-01T00:00", "应在 1900 年至 2099 年之间"),
    ("1899-12-31T23:59", "应在 1900 年至 2099 年之间"),
)
WRONG: dict[str, list[Wrong]] = {
    "serve": [],
    "migrate": [],
    "build": [],
    "demo": [Wrong(("demo", "--cases", "1"), "已有其他单位")],
    "backup": [
        Wrong(("backup", "{folder}/typo/made.tar"), "不存在"),
        Wrong(("backup", "{folder}"), "是目录"),
        Wrong(("backup", "{folder}/file"), "已存在"),
        Wrong(("backup", "{folder}/file/made.tar"), "不存在"),
        Wrong(("backup", "/proc/made.tar"), "没有写成"),
        Wrong(("backup", "{folder}/" + LONG), "名字过长"),
        Wrong(("backup", "--replace", "{folder}/typo/made.tar"), "不存在"),
    ],
    "restore": [
        Wrong(("restore", "{folder}/missing.tar"), "文件或目录不存在"),
        Wrong(("restore", "{folder}"), "是目录"),
        Wrong(("restore", "{folder}/file"), "不是完整的备份文件"),
        Wrong(("restore", "{folder}/kept.tar", "--replace"), "正被另一个进程使用"),
    ],
    "bench": [
        Wrong(("bench", "nonsense"), "没有这一项：nonsense", 2),
        Wrong(("bench", "--repeats", "0"), "选项 --repeats 有误：应为 1 至 9999999 的整数", 2),
        Wrong(("bench", "--nonsense"), "没有选项 --nonsense", 2),
    ],
    "clock": [Wrong(("clock", "--at", moment), f"选项 --at {said}") for moment, said in MOMENTS],
    "clock void": [
        *(Wrong(void(since=moment), f"选项 --from {said}") for moment, said in MOMENTS),
        *(Wrong(void(until=moment), f"选项 --to {said}") for moment, said in MOMENTS),
        Wrong(void(since="2026-01-02", until="2026-01-01"), "应晚于选项 --from"),
        Wrong(void(since="2026-01-01", until="2026-01-01"), "应晚于选项 --from"),
        *(Wrong(void(reason=reason), "说明") for reason in ("", LONG * 2, "时间\n有误")),
    ],
    "clock confirm": [
        Wrong(("clock", "confirm", "--reason", reason), "说明")
        for reason in ("", "  ", LONG * 2, "已核\x1b对", "已\n核对")
    ],
    "user add": [
        Wrong(user(login=""), "请填写账号"),
        *(Wrong(user(login=login), "账号由字母、数字") for login in ("a b", "王某", "a\tb", "_x", "x" * 65, "%bad")),
        Wrong(user(login="first"), "账号已存在"),
        Wrong(user(login="FIRST"), "只有大小写不同"),
        Wrong(user(name=""), "请填写姓名"),
        Wrong(user(name=" "), "请填写姓名"),
        Wrong(user(name=LONG), "姓名最长"),
        Wrong(user(name="王\x1b某"), "姓名含有无法识别的控制字符"),
        Wrong(user(name="王\n某"), "姓名只能有一行"),
        Wrong(user(role="nobody"), "没有这个角色"),
        Wrong((*ADD_USER, "--role", "auditor"), "不能"),
        Wrong(user(unit="nowhere"), "没有这个单位"),
        Wrong(user(unit=""), "单位"),
        Wrong(user(area="%bad"), "没有这个区划"),
        Wrong(user(area="359900999000"), "没有这个区划"),
        Wrong(user(password="short"), "密码"),
        Wrong(user(password="1234567890"), "密码"),
        Wrong(ADD_USER[:-2], "没有输入密码"),
    ],
    "user disable": [
        Wrong(("user", "disable", "nobody"), "没有这个账号"),
        Wrong(("user", "disable", ""), "没有这个账号"),
        Wrong(("user", "disable", "admin"), "最后一个启用的"),
    ],
    "user reset": [
        Wrong(("user", "reset", "nobody", "--password", PASSWORD), "没有这个账号"),
        Wrong(("user", "reset", "first", "--password", "short"), "密码"),
        Wrong(("user", "reset", "first"), "没有输入密码"),
    ],
    "unit add": [
        Wrong(unit("", ""), "单位代码由小写字母"),
        *(
            Wrong(unit(code, "新单位"), "单位代码由小写字母")
            for code in (" ", "a b", "RSJ", "人社局", "-x", "a\nb", "x" * 33)
        ),
        Wrong(unit("rsj", "新单位"), "单位代码已存在"),
        Wrong(unit("new", ""), "请填写单位名称"),
        Wrong(unit("new", "  "), "请填写单位名称"),
        Wrong(unit("new", LONG), "单位名称最长 60 个字"),
        Wrong(unit("new", "新\x07单位"), "控制字符"),
        Wrong(unit("new", "新\t单位"), "只能有一行"),
        Wrong(unit("new", "人社局"), "已有同名的单位"),
        Wrong(unit("new", "新单位", "--phone", "1" * 31), "办公电话最长 30 个字"),
        Wrong(unit("new", "新单位", "--phone", "1\n2"), "办公电话只能有一行"),
        Wrong(unit("new", "新单位", "--parent", "nowhere"), "没有这个上级单位"),
    ],
    "areas import": [
        Wrong(("areas", "import", "{folder}/missing.csv"), "文件或目录不存在"),
        Wrong(("areas", "import", "{folder}"), "是目录"),
        Wrong(("areas", "import", "{folder}/file"), "表"),
        Wrong(("areas", "import", "{folder}/file.geojson"), "--datum"),
        Wrong(("areas", "import", "{folder}/file.geojson", "--datum", "nonsense"), "坐标系"),
        Wrong(("areas", "import", "{folder}/areas.csv", "--since", "9999-01-01"), "应在 1900 年至 2099 年之间"),
        Wrong(("areas", "import", "{folder}/areas.csv", "--since", "soon"), "应为日期"),
        Wrong(("areas", "import", "{folder}/wrong.csv"), "没有导入任何内容"),
    ],
    "desk add": [
        Wrong(("desk", "add", "", "一号窗口", "--unit", "rsj"), "窗口"),
        Wrong(("desk", "add", "A b", "一号窗口", "--unit", "rsj"), "窗口"),
        Wrong(("desk", "add", "new", "", "--unit", "rsj"), "窗口"),
        Wrong(("desk", "add", "new", LONG, "--unit", "rsj"), "窗口"),
        Wrong(("desk", "add", "new", "一\n号", "--unit", "rsj"), "窗口"),
        Wrong(("desk", "add", "new", "一号窗口", "--unit", "nowhere"), "单位"),
    ],
    "desk pair": [Wrong(("desk", "pair", "nowhere"), "窗口")],
    "files verify": [],
    "jobs run": [],
    "jobs replay": [
        *(Wrong(("jobs", "replay", "--since", moment), f"选项 --since {said}") for moment, said in MOMENTS),
        Wrong(("jobs", "replay", "--topic", "no.such"), "选项 --topic 没有这个消息主题"),
    ],
    "figures": [],
    "retention preview": [],
    "retention run": [],
    "retention reapply": [],
    "keys status": [],
    "keys rotate": [],
    "keys retire": [
        Wrong(("keys", "retire", "99", "--yes"), "没有第 99 版密钥"),
        Wrong(("keys", "retire", "1"), "已取消"),
    ],
    "keys keep": [Wrong(("keys", "keep"), "没有设置 SECRET_KEY")],
    "audit verify": [],
    "audit restored": [
        Wrong(("audit", "restored", "--reason", reason), "说明") for reason in ("", "  ", LONG * 2, "按时间点\x1b恢复")
    ],
    "audit anchor": [],
}
"""What a command refuses for what it means; what does not fit its declaration is made from that, below."""
PASSES_ON = {"bench"}
"""Its arguments are another program's."""


def declared(command: str) -> Iterator[Wrong]:
    """Make what does not fit the declaration of a command."""
    words = tuple(command.split())
    reader = reader_of(command)
    known = list(reader.params)
    needed = [word for one in known if one.required for word in _given(one)]
    yield Wrong((*words, *needed, "--nonsense"), "没有选项 --nonsense", 2)
    arguments = sum(one.param_type_name == "argument" for one in known)
    yield Wrong(
        (*words, *(["1"] * (arguments + 1)), *_options(known)),
        "没有命令 1" if isinstance(reader, TyperGroup) else "参数过多",
        2,
    )
    for one in known:
        name = one.opts[0] if one.param_type_name == "option" else one.name.upper()
        if one.required:
            rest = [word for other in known if other.required and other is not one for word in _given(other)]
            if one.param_type_name == "option" or one is [p for p in known if p.param_type_name == "argument"][-1]:
                yield Wrong((*words, *rest), f"缺少{_kind(one)} {name}", 2)
        for value in _unfit(one):
            rest = [word for other in known if other.required and other is not one for word in _given(other)]
            mine = [one.opts[0], value] if one.param_type_name == "option" else ["--", value]
            yield Wrong((*words, *rest, *mine), f"{_kind(one)} {name}", 2)
        if one.param_type_name == "option" and not _is_flag(one):
            yield Wrong((*words, *needed, one.opts[0]), f"选项 {one.opts[0]} 后面缺少值", 2)


def _kind(one: Any) -> str:
    return "选项" if one.param_type_name == "option" else "参数"


def _given(one: Any) -> list[str]:
    value = "1"
    return [one.opts[0], value] if one.param_type_name == "option" else [value]


def _options(known: list[Any]) -> list[str]:
    return [word for one in known if one.required and one.param_type_name == "option" for word in _given(one)]


def _is_flag(one: Any) -> bool:
    return bool(one.is_flag)


def _unfit(one: Any) -> list[str]:
    annotation = one.type_descriptor.annotation
    kinds = [kind for kind in (annotation, *get_args(annotation)) if inspect.isclass(kind)]
    if any(issubclass(kind, Enum) for kind in kinds):
        return ["nonsense", ""]
    if bool in kinds or int not in kinds:
        return []
    ends = [str(end + step) for end, step in ((one.min, -1), (one.max, 1)) if end is not None]
    return ["many", "1.5", "", *ends]


def rows() -> list[Any]:
    found = []
    for command, wrongs in WRONG.items():
        made = [] if command in PASSES_ON else list(declared(command))
        found += [pytest.param(one, id=f"{command}-{place}") for place, one in enumerate([*wrongs, *made])]
    return found


@dataclass(frozen=True)
class County:
    """A county without the demo, whose database runs as it does beside the product.

    :ivar folder: holds the data folder, and files that a command may be given
    """

    folder: Path
    fengqiao: Forking
    server: Postgres

    def type(self, *words: str) -> Ended:
        filled = [word.replace("{folder}", str(self.folder)) for word in words]
        return self.fengqiao.run(*filled, given={"DATA_DIR": str(self.folder / "data"), "PORT": "0"})

    def state(self) -> tuple[str, dict[str, int]]:
        """Give what must not change: files, and how many rows each table has."""
        with psycopg.connect(self.server.conninfo()) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            counts = sql.SQL(" UNION ALL ").join(
                sql.SQL("SELECT {}, count(*) FROM {}").format(sql.Literal(name), sql.Identifier(name))
                for (name,) in tables.fetchall()
            )
            return digest(self.folder), dict(connection.execute(counts).fetchall())


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Generator[County]:
    """Found a county: a unit, an administrator, an officer; and hold its data folder as the product does."""
    with tempfile.TemporaryDirectory(prefix="fq-") as name, forking(tmp_path_factory.mktemp("commands")) as fengqiao:
        folder = Path(name)
        folder.chmod(0o755)
        server = Postgres(folder / "data" / "postgres", durable=False)
        made = County(folder, fengqiao, server)
        server.start()
        try:
            with lock.hold(folder / "data"):
                database.migrate(server.url())
                _found(made)
                yield made
        finally:
            server.stop()


def _found(county: County) -> None:
    folder = county.folder
    (folder / "file").write_text("nothing of use", encoding="utf-8")
    (folder / "file.geojson").write_text("nothing of use", encoding="utf-8")
    (folder / "areas.csv").write_text("统计用区划代码,名称\n359900000000,清溪县\n", encoding="utf-8")
    (folder / "wrong.csv").write_text("统计用区划代码,名称\n1,\n", encoding="utf-8")
    for words in (
        unit("rsj", "人社局"),
        user(login="first"),
        user(login="admin", role="sysadmin"),
        ("backup", "{folder}/kept.tar"),
    ):
        done = county.type(*words)
        assert done.status == 0, done.err


def test_no_command_is_without_rows() -> None:
    assert sorted(WRONG) == sorted(registered())


def test_a_preview_of_areas_tells_each_row_and_imports_none(county: County) -> None:
    before = county.state()
    ended = county.type("areas", "import", "{folder}/areas.csv", "--preview")
    assert ended.out.splitlines()[0].startswith("第 2 行  359900000000 清溪县  略过：")
    assert "没有导入任何内容" in ended.out
    assert county.state() == before


@pytest.mark.parametrize("columns", ["60", "80", "100"])
def test_no_help_text_is_cut(county: County, columns: str) -> None:
    for command in registered():
        ended = county.fengqiao.run(*command.split(), "--help", given={"COLUMNS": columns, "TERMINAL_WIDTH": columns})
        cut = [line for line in ended.out.splitlines() if re.search(r"…\s*│?$", line)]
        assert (command, ended.status, cut) == (command, 0, [])


@pytest.mark.parametrize("wrong", rows())
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(county: County, wrong: Wrong) -> None:
    before = county.state()

    ended = county.type(*wrong.words)

    assert wrong.said in ended.sentence()
    assert ended.status == wrong.status
    assert county.state() == before
