"""What the jobs process tells of itself, and what a monitor reads of it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from app.api import health
from app.causes import Cause
from app.jobs import report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return report.path_of(tmp_path)


def test_what_is_written_is_read_until_it_is_forgotten(path: Path) -> None:
    assert report.read(path) is None

    report.write(path, report.Report(7, (Cause.CLOCK, Cause.DISK_FULL)))
    report.write(path, report.Report(8, (Cause.CLOCK,)))

    assert report.read(path) == report.Report(8, (Cause.CLOCK,))
    assert path.stat().st_size == report.SIZE
    report.forget(path)
    report.forget(path)
    assert report.read(path) is None


@pytest.mark.parametrize("age", [report.FRESH + 1, -report.FRESH])
def test_an_old_report_and_one_of_another_run_of_the_machine_do_not_hold(path: Path, age: float) -> None:
    path.write_text(json.dumps({"process": 7, "at": time.monotonic() - age, "causes": []}))
    assert report.read(path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"process": 7}', '{"process": 7, "at": 1, "causes": ["other"]}'])
def test_a_spoilt_report_is_none(path: Path, content: str) -> None:
    path.write_text(content)
    assert report.read(path) is None


async def test_a_monitor_reads_what_the_jobs_met_and_that_they_do_not_work(path: Path) -> None:
    none = health._beside(path.parent)
    report.write(path, report.Report(os.getpid(), (Cause.CLOCK, Cause.READ_ONLY)))
    some = health._beside(path.parent)

    assert (none["jobs"], none["causes"], none["said"]) == ("failed", [], [health.JOBS_AWAY])
    assert (some["jobs"], some["causes"], some["storage"]) == ("ok", ["clock_doubted", "read_only"], "full")
    assert some["said"] == [Cause.CLOCK.sentence, Cause.READ_ONLY.sentence]
