"""A browser for the tests: the system's Chromium, else Playwright's own, else apt where we are root.

`python -m app.launch.browser` makes sure there is one; tests ask `find()` for its path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from app.launch.errors import CannotStart

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
APT = ("chromium", "fonts-noto-cjk")
REMEDY = "没有可用的浏览器；请安装 Chromium 和中文字体（Debian/Ubuntu：apt install chromium fonts-noto-cjk），或用 CHROMIUM 指定其路径。"


def find() -> str | None:
    """Give the path of a Chromium that starts, None if there is none."""
    named = os.environ.get("CHROMIUM", "")
    known = [named, *(shutil.which(name) or "" for name in NAMES), playwrights_own()]
    return next((path for path in known if path and starts(path)), None)


def playwrights_own() -> str:
    """Give the path of the newest Chromium that Playwright downloaded earlier, empty if none."""
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = sorted(folder.glob("chromium*/chrome-*/*"), key=lambda path: path.stat().st_mtime)
    named = [path for path in found if path.name in {"chrome", "headless_shell", "chrome-headless-shell"}]
    return str(named[-1]) if named else ""


def starts(path: str) -> bool:
    """Tell whether the program at `path` answers for its version."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)  # noqa: S603 - a browser
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def ensure() -> str:
    """Give the path of a Chromium, fetching one if need be.

    :raises CannotStart: with the remedy
    """
    found = find()
    for fetch in (_from_playwright, _from_apt):
        if found:
            return found
        fetch()
        found = find()
    if found:
        return found
    raise CannotStart(REMEDY)


def _from_playwright() -> None:
    _try([sys.executable, "-m", "playwright", "install", "chromium"])


def _from_apt() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *APT])


def _try(words: list[str]) -> None:
    """Run one way of fetching; whether it helped shows in `find`, why not in its own output."""
    subprocess.run(words, stdin=subprocess.DEVNULL, timeout=600, check=False)  # noqa: S603 - fixed commands


if __name__ == "__main__":
    try:
        ensure()
    except (CannotStart, subprocess.TimeoutExpired) as failed:
        sys.exit(getattr(failed, "message", REMEDY))
