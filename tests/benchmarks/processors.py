"""Processor time by kind of process: on a machine that others use, too, it says more than the wall clock."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_TICK = 1000 / os.sysconf("SC_CLK_TCK")
_KINDS = {
    "app.launch.web": "web",
    "app.jobs.process": "jobs",
    "app.jobs.exporting": "export",
    "postgres": "PostgreSQL",
    "serve": "supervisor",
}
PROC = Path("/proc")


def used(roots: Iterable[int]) -> dict[str, float]:
    """Give the milliseconds that some processes and all their descendants have used by now, ended ones included.

    What became of a process that ended stands with its parent.
    """
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (found := _stat(int(folder.name))):
            children.setdefault(int(found[1]), []).append(int(folder.name))
    spent: dict[str, float] = {}
    waiting = list(roots)
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        if found := _stat(process):
            kind = _kind(process)
            spent[kind] = spent.get(kind, 0.0) + sum(map(int, found[11:15])) * _TICK
    return spent


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Give what was used between two looks, the most first."""
    found = {kind: value - before.get(kind, 0.0) for kind, value in after.items()}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _stat(process: int) -> list[str]:
    # The fields after the name: state, parent, …, and from the twelfth on user and system time, own and of the ended.
    try:
        text = (PROC / str(process) / "stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _kind(process: int) -> str:
    try:
        words = (PROC / str(process) / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return "ended"
    return next((kind for word, kind in _KINDS.items() if word in words), "other")
