"""What lies in deploy/ fits the product: units that systemd takes, a compose file of known keys, settings that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.cli import MATTERS
from app.settings import Settings
from tests.support.serving import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})
PROGRAM = "/opt/fengqiao/.venv/bin/fengqiao"
DATA = "/var/lib/fengqiao"
SERVICE_KEYS = {
    "build", "cap_drop", "environment", "env_file", "healthcheck", "image", "init", "networks", "ports", "read_only",
    "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
"""Keys of the compose specification that are used here; a slip of the pen is none of them."""
OF_THE_SYSTEM = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


def lines(name: str) -> list[tuple[str, str]]:
    """Give the assignments of a unit; some keys stand more than once."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return [(key, value) for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)]


def settings() -> set[str]:
    return {name.upper() for name in Settings.model_fields} | OF_THE_SYSTEM


def compose() -> dict[str, dict[str, dict[str, object]]]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


class TestUnits:
    def test_are_taken_by_systemd(self, tmp_path: Path) -> None:
        program = shutil.which("systemd-analyze")
        for name in UNITS:
            text = (DEPLOY / name).read_text(encoding="utf-8").replace("/opt/fengqiao", str(ROOT))
            (tmp_path / name).write_text(re.sub(r"^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE))
        if program:
            words = [program, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
        assert UNITS == ["fengqiao-backup.service", "fengqiao-backup.timer", "fengqiao.service"]

    @pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
    def test_run_our_commands_over_the_data_folder(self, name: str) -> None:
        said = lines(name)
        started = [value for key, value in said if key == "ExecStart"]
        assert all(value.startswith(f"{PROGRAM} ") and value.split()[1] in MATTERS for value in started)
        assert ("Environment", f"DATA_DIR={DATA}") in said
        assert ("StateDirectory", Path(DATA).name) in said
        assert ("NoNewPrivileges", "yes") in said

    def test_serve_the_county_that_the_papers_found(self) -> None:
        papers = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
        install = papers.partition("## First steps\n")[2].partition("\n2. ")[0]
        said = dict(lines("fengqiao.service"))
        assert f"echo DATA_DIR={DATA} > .env" in install
        assert f"useradd --system --home-dir {DATA}" in install
        assert install.count(f"-u {said['User']} ") == 1
        assert f"-o {said['User']} -g {said['Group']} {DATA}" in install
        assert f"cd {said['WorkingDirectory']} && sudo -u" in install

    def test_stop_the_product_and_not_its_database_under_it(self) -> None:
        said = dict(lines("fengqiao.service"))
        assert (said["KillMode"], said["KillSignal"]) == ("mixed", "SIGTERM")


class TestTheContainer:
    def test_has_no_key_that_compose_does_not_know(self) -> None:
        read = compose()
        assert set(read) == {"name", "services", "networks", "volumes"}
        assert set(read["services"]["fengqiao"]) <= SERVICE_KEYS
        used = {str(one).partition(":")[0] for one in read["services"]["fengqiao"]["volumes"]}  # type: ignore[attr-defined]
        assert used == set(read["volumes"])
        assert set(read["services"]["fengqiao"]["networks"]) == set(read["networks"])  # type: ignore[call-overload]

    def test_sets_what_there_is_to_set(self) -> None:
        text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        variables = re.search(r"^ENV (.*?[^\\])$", text, re.MULTILINE | re.DOTALL)
        assert variables
        named = set(re.findall(r"(\w+)=", variables[1]))
        named |= set(compose()["services"]["fengqiao"]["environment"])
        named |= set(
            re.findall(r"^(\w+)=", (DEPLOY / "fengqiao.env.example").read_text(encoding="utf-8"), re.MULTILINE)
        )
        assert named <= settings()
        assert f"VOLUME {DATA}" in text
        assert f"DATA_DIR={DATA}" in text

    def test_is_built_from_files_that_are_there(self) -> None:
        build = compose()["services"]["fengqiao"]["build"]
        assert (DEPLOY / build["context"] / build["dockerfile"]).resolve().is_file()  # type: ignore[index]
        kept_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
        assert {".env", ".venv", ".data", ".web-build", ".git"} <= set(kept_out)
