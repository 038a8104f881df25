"""A county of one's own, founded by docs/operations.md alone, takes a case to its closing; nothing of the demo is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.launch.postgres import Postgres
from domain.orgs.operations import codes
from state.clock import now
from tests.support.county import id_number, phone, png
from tests.support.papers import PASSWORD, Founding, first_steps
from tests.support.servers import OLDEST, database_of_owner, server_of
from tests.support.serving import Serving

pytestmark = pytest.mark.timeout(420)

OWN = "Eigen-" + "2026-wort"
STAFF = {"desk": "registrar", "centre_admin": "center_admin", "water": "officer"}


@dataclass(frozen=True)
class Machine:
    """An empty machine: the county that is founded on it, and where its backup is brought back."""

    founding: Founding
    elsewhere: dict[str, str]


OURS, THEIRS = "with the product's database", f"on PostgreSQL {OLDEST}"


@pytest.fixture(scope="module", params=[OURS, THEIRS] if os.environ.get("SOAK") else [THEIRS])
def machine(request: pytest.FixtureRequest) -> Generator[Machine]:
    """Give an empty machine with the oldest database that the product promises to take; by night also with its own.

    The story in the browser (`tests/journeys/test_own_county.py`) has the product's own every day.
    """
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        given, elsewhere = {}, {"DATA_DIR": f"{folder}/again"}
        if request.param == THEIRS:
            server = stack.enter_context(server_of(OLDEST))
            given["DATABASE_URL"] = database_of_owner(server, "county")
            elsewhere["DATABASE_URL"] = database_of_owner(server, "again")
        founding = Founding(Path(folder), given)
        try:
            yield Machine(founding, elsewhere)
        finally:
            if hasattr(founding.product, "process") and founding.product.process.poll() is None:
                founding.product.stop()
            for data in (founding.product.data, Path(folder) / "again"):
                Postgres(data / "postgres").stop()


class Caller:
    """A program of one person."""

    def __init__(self, url: str, login: str, password: str = PASSWORD) -> None:
        self.url, self.password, self.headers = url, password, {}
        self.take(self.send("/api/v1/auth/token", {"account": login, "password": password}))

    def take(self, token: dict[str, object]) -> None:
        self.unproven = token["unproven"]
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    def ask(self, path: str, **query: str) -> httpx.Response:
        return httpx.get(self.url + path, params=query, headers=self.headers, timeout=60)

    def send(self, path: str, given: object = None, **more: object) -> dict[str, object]:
        answer = httpx.post(self.url + path, json=given, headers=self.headers, timeout=60, **more)  # type: ignore[arg-type]
        assert answer.status_code < 300, f"{path} {answer.status_code} {answer.text}"
        return answer.json()

    def act(self, number: object, action: str, **given: object) -> dict[str, object]:
        return self.send(f"/api/v1/cases/{number}/actions/{action}", given)

    def picture(self) -> object:
        return self.send("/api/v1/attachments", files={"file": ("x.png", png(), "image/png")})["id"]


def test_the_papers_name_every_step_in_order() -> None:
    words = ["migrate", "unit add", "--role sysadmin", "--role secadmin", "--role auditor", "areas import", "desk add"]
    text = "\n".join(first_steps())
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_an_empty_machine_takes_a_case_to_its_closing_and_comes_back_elsewhere(machine: Machine) -> None:
    founding = machine.founding
    assert founding.knows_no_demo()
    founding.type_all(until="areas import")
    url = founding.product.start().url

    admin = Caller(url, "admin")
    assert admin.unproven
    secret = str(admin.send("/api/v1/auth/second-factor")["secret"])
    code = codes.code_at("".join(secret.split()), codes.step_of(now()))
    admin.take(admin.send("/api/v1/auth/second-factor/confirm", {"code": code}))

    founding.type_all(since="areas import")
    founding.type("fengqiao unit add slj 水利局")
    for login, role in STAFF.items():
        unit = "slj" if role == "officer" else "centre"
        founding.type(f"fengqiao user add {login} --name 工作人员 --role {role} --unit {unit}")

    staff = {login: _first_sign_in(url, login) for login in STAFF}
    number = _case(staff)
    closed = staff["desk"].ask(f"/api/v1/cases/{number}").json()
    assert (closed["status"], closed["area_full"]) == ("closed", "清江县 / 柳岸镇 / 上林村")

    assert "审计日志完整" in founding.type("fengqiao audit verify")
    founding.type(f"fengqiao backup {founding.folder}/made.tar")
    assert founding.product.stop() == 0
    assert "演示" not in founding.product.output

    again = Path(machine.elsewhere["DATA_DIR"])
    again.mkdir(mode=0o700)
    for kept in ("keys.json", "anchors.jsonl"):
        shutil.copy(founding.product.data / kept, again / kept)
    founding.type(f"fengqiao restore {founding.folder}/made.tar", **machine.elsewhere)
    assert "附件完好，共检查 2 个" in founding.type("fengqiao files verify", **machine.elsewhere)
    assert "审计日志完整" in founding.type("fengqiao audit verify", **machine.elsewhere)
    back = Serving(again, {**founding.settings, **machine.elsewhere}).start()
    try:
        found = Caller(back.url, "desk", staff["desk"].password).ask(f"/api/v1/cases/{number}").json()
        assert (found["status"], found["title"], found["area_full"]) == ("closed", closed["title"], closed["area_full"])
    finally:
        assert back.stop() == 0


def _first_sign_in(url: str, login: str) -> Caller:
    caller = Caller(url, login)
    if caller.unproven == "password":
        caller.take(caller.send("/api/v1/auth/password", {"old": PASSWORD, "new": OWN}))
        caller.password = OWN
    assert caller.unproven == ""
    return caller


def _case(staff: dict[str, Caller]) -> object:
    desk, centre, officer = staff["desk"], staff["centre_admin"], staff["water"]
    visitor = {
        "name": "林" + "水木",
        "id_number": id_number(5),
        "phone": phone(5),
        "reason": "灌溉用水",
        "desk": "window-1",
    }
    visit = desk.send("/api/v1/visits", visitor)
    (area,) = desk.ask("/api/v1/areas", q="上林").json()
    category = desk.ask("/api/v1/categories", q="用水").json()[0]["code"]
    matter = {
        "title": "村里灌溉用水",
        "content": "上游截水，下游无法灌溉，请求协调。",
        "category": category,
        "area": area["code"],
    }
    number = desk.send("/api/v1/cases", {**matter, "visit_id": visit["id"]})["number"]
    desk.act(number, "submit")
    assert desk.ask(f"/api/v1/cases/{number}/slip").content.startswith(b"%PDF-")
    centre.act(number, "dispatch", lead_department="slj")
    officer.act(number, "accept", person_in_charge="经办人", person_phone=phone(7))
    officer.act(number, "report_progress", opinion="已到现场", attachments=[officer.picture()])
    officer.act(
        number, "submit_result", opinion="双方同意", result="按日轮流用水", resolution_method="people_mediation",
        attachments=[officer.picture()],
    )  # fmt: skip
    centre.act(number, "confirm", opinion="同意办结")
    return number
