"""The compiled pages: built aside when their sources changed, patched to any port, swapped in whole.

A finished build lies in `.web-build/served/<fingerprint>` and is never changed again, so a server that
runs on an older one is not disturbed by a newer.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.launch.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app", "components", "state", "domain", "integrations", "analytics", "assets", "reflex.lock")
SINGLE_SOURCES = ("rxconfig.py", "uv.lock")
SUFFIXES = frozenset(
    {".py", ".js", ".jsx", ".css", ".svg", ".png", ".ico", ".woff2", ".json", ".lock", ".html", ".webmanifest"}
)
BAKED_API = "http://localhost:8000"
BAKED_SOCKET = "ws://localhost:8000"
LIVE_API = "${location.origin}"
LIVE_SOCKET = '${location.origin.replace("http","ws")}'
KEPT = 2  # finished builds: the one in use and the one before


def _meaning(path: Path) -> bytes:
    # What of a file counts: of JSON its values, since Reflex lays out `package.json` now this way, now that.
    if path.suffix == ".json":
        return json.dumps(json.loads(path.read_text()), sort_keys=True).encode()
    return path.read_bytes()


@dataclass(frozen=True)
class Frontend:
    """The build of one source tree.

    :ivar root: the folder with rxconfig.py
    """

    root: Path = ROOT

    @property
    def work(self) -> Path:
        """Tell where the build is made; node_modules stay there between builds."""
        return self.root / ".web-build" / "work"

    @property
    def served(self) -> Path:
        """Tell where finished builds lie, one folder a fingerprint."""
        return self.root / ".web-build" / "served"

    def ensure(self) -> Path:
        """Give the folder of a build of the present sources, building it first if there is none.

        Whoever may only read the sources is served by what another account built.

        :raises CannotStart: the build failed, may not be written, or Reflex changed the file that names the port
        """
        finished = self.served / self.fingerprint()
        whole = (finished / "build" / "client" / "index.html").is_file()
        if whole and not os.access(self.served, os.W_OK):
            return finished
        try:
            self.served.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise CannotStart(
                f"页面还没有编译，{self.served.parent} 也不能写入：请用能写程序目录的账户运行 fengqiao build"
            ) from None
        with self._alone():
            if not (finished / "build" / "client" / "index.html").is_file():
                self._build()
                make_portable(self.work / "build" / "client")
                self._keep(finished)
            os.utime(finished)
            self._forget_old()
        return finished

    def fingerprint(self) -> str:
        """Compute a digest over names and contents of all sources of the pages, 16 hexadecimal digits."""
        digest = hashlib.sha256()
        for path in sorted(self._sources()):
            content = hashlib.sha256(_meaning(path)).digest()
            digest.update(str(path.relative_to(self.root)).encode() + b"\0" + content)
        return digest.hexdigest()[:16]

    def _sources(self) -> Iterable[Path]:
        yield from (self.root / name for name in SINGLE_SOURCES if (self.root / name).is_file())
        for name in SOURCES:
            for path in (self.root / name).rglob("*"):
                external = path.is_relative_to(self.root / "assets" / "external")  # links Reflex makes itself
                if path.suffix in SUFFIXES and path.is_file() and not external:
                    yield path

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Let one process build at a time."""
        with (self.served.parent / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _build(self) -> None:
        """Run Reflex's export in a process of its own: it changes the process it runs in."""
        log = self.served.parent / "build.log"
        words = ["-m", "reflex", "export", "--frontend-only", "--no-zip", "--env", "prod"]
        with log.open("w") as output:
            done = subprocess.run(  # noqa: S603 - fixed command
                [sys.executable, *words],
                cwd=self.root,
                env=build_environment(self.work),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode != 0 or not (self.work / "build" / "client" / "index.html").is_file():
            last = "\n".join(log.read_text(errors="replace").strip().splitlines()[-15:])
            raise CannotStart(f"前端构建失败，日志 {log.relative_to(self.root)} 末尾：\n{last}")

    def _keep(self, finished: Path) -> None:
        """Copy what serving needs aside, then put it in place in one step."""
        aside = self.served / f"{finished.name}.new"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(finished, ignore_errors=True)
        shutil.copytree(self.work / "build" / "client", aside / "build" / "client")
        if (self.work / "backend").is_dir():
            shutil.copytree(self.work / "backend", aside / "backend")
        aside.rename(finished)

    def _forget_old(self) -> None:
        builds = sorted(self.served.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in builds[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def build_environment(work: Path) -> dict[str, str]:
    """Give the environment of a build: bun from our own packages first, no calls home, the port we replace later."""
    own = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REFLEX_", "__REFLEX_"))}
    return {
        **kept,
        "PATH": os.pathsep.join([own, os.environ.get("PATH", os.defpath)]),
        "HOME": str(_home(work)),
        "REFLEX_DIR": str(work.parent / "reflex"),
        "REFLEX_WEB_WORKDIR": str(work),
        "REFLEX_API_URL": BAKED_API,
        "REFLEX_DEPLOY_URL": BAKED_API,
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "NO_COLOR": "1",
    }


def _home(work: Path) -> Path:
    """Give the person's own home, where packages are kept between builds; a service has none it may write to."""
    home = Path(os.environ.get("HOME", ""))
    return home if home.is_absolute() and os.access(home, os.W_OK) else work.parent / "home"


def serve_environment(finished: Path) -> dict[str, str]:
    """Give the variables under which Reflex serves a finished build without compiling (internal: Reflex is pinned)."""
    return {
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(finished),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }


def make_portable(client: Path) -> None:
    """Make a build follow the address of the page instead of the port baked into it.

    :raises CannotStart: the one file that names the port is not as this version of Reflex writes it
    """
    found = sorted((client / "assets").glob("reflex-env-*.js"))
    if len(found) != 1:
        raise CannotStart(f"前端构建中应有一个 reflex-env 文件，实际有 {len(found)} 个；Reflex 版本可能已改变。")
    text = found[0].read_text(encoding="utf-8")
    changed = portable(text)
    found[0].write_text(changed, encoding="utf-8")
    found[0].with_name(found[0].name + ".br").unlink(missing_ok=True)
    packed = found[0].with_name(found[0].name + ".gz")
    if packed.exists():
        packed.write_bytes(gzip.compress(changed.encode(), mtime=0))


def portable(text: str) -> str:
    """Replace the baked addresses, which must all stand in template literals.

    :raises CannotStart: an address is missing or stands in an ordinary string
    """
    for baked in (BAKED_API, BAKED_SOCKET):
        in_template = text.count(f"`{baked}")
        if in_template == 0 or in_template != text.count(baked):
            raise CannotStart(f"前端构建中没有找到可替换的地址 {baked}；Reflex 版本可能已改变。")
    return text.replace(BAKED_SOCKET, LIVE_SOCKET).replace(BAKED_API, LIVE_API)
