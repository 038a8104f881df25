"""Names, phones and identity numbers are nowhere in clear text: not in the database, not in any log.

Markers enter at every door of a served product. Then the whole database is dumped as SQL and read
together with all logs and all that the server printed; bytes are looked for as text and as the hex
that a dump writes for them.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from reflex.istate.manager import StateManager
from reflex.istate.manager.memory import StateManagerMemory

from app.launch import programs
from app.launch.postgres import Postgres, binaries
from domain.kernel import crypto, unit_of_work
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from tests.support import states
from tests.support.clients import Client, matter
from tests.support.county import PASSWORD, id_number, png
from tests.support.serving import Serving

pytestmark = pytest.mark.timeout(180)
VISITOR = {"name": "欧阳" + "测隐", "id_number": id_number(731), "phone": "1370731" + "0731"}
PARTY = {"name": "司徒" + "蔽名", "id_number": id_number(732), "phone": "1370732" + "0732"}
CHARGE = {"person_in_charge": "诸葛" + "办件", "person_phone": "1370733" + "0733"}
DRAFT = {"p0_name": "上官" + "草稿", "p0_id_number": id_number(734), "p0_phone": "1370734" + "0734"}
WRONG = {"name": "<b>皇甫" + "误填</b>", "id_number": id_number(735)[:-2] + "00", "phone": "1370736" + "073600"}
ADDRESSES = ("云溪镇" + "隐居村八组八号", "白鹭镇" + "匿迹村九组九号")
SECRETS = (*VISITOR.values(), *PARTY.values(), *CHARGE.values(), *DRAFT.values(), *WRONG.values(), *ADDRESSES)
MARKERS = frozenset({PASSWORD, "皇甫" + "误填", *SECRETS})
PUBLIC = "标题不是秘密"


@pytest_asyncio.fixture(loop_scope="session")
async def serving(keys: crypto.KeyRing) -> AsyncGenerator[Serving]:
    """Serve a small demo county; this process shares its database and keys, as its own pages do."""
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        given = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": "1"}
        product = await asyncio.to_thread(Serving(Path(folder), given).start)
        engine = unit_of_work.engine_for(Postgres(product.data / "postgres").url())
        unit_of_work.use_engine(engine)
        crypto.use(crypto.KeyRing.load_or_create(product.data / "keys.json"))
        try:
            yield product
        finally:
            crypto.use(keys)
            await engine.dispose()
            if product.process.poll() is None:
                await asyncio.to_thread(product.stop)


def test_what_a_page_holds_is_kept_in_memory_alone() -> None:
    assert isinstance(StateManager.create(), StateManagerMemory)


async def test_no_marker_is_found_in_the_database_or_in_any_log(serving: Serving) -> None:
    number = await asyncio.to_thread(enter_by_the_interface, serving)
    await type_into_the_pages(number)
    await asyncio.to_thread(wait_until_told, serving)
    found = dict(await asyncio.to_thread(lambda: list(written(serving))))
    assert any(PUBLIC in text for text in found.values()), "the dump holds what was entered"
    assert any(name.endswith(".jsonl") for name in found)
    for name, text in found.items():
        for marker in MARKERS:
            for form in (marker, marker.encode().hex(), ascii(marker)[1:-1]):
                assert form not in text, f"{marker} in {name}"


def enter_by_the_interface(serving: Serving) -> str:
    """Enter the markers rightly and wrongly at every door for machines, and give the case's number."""
    with (
        Client(serving.url, "guide", PASSWORD) as guide,
        Client(serving.url, "registrar", PASSWORD) as registrar,
        Client(serving.url, "center", PASSWORD) as centre,
        Client(serving.url, "rsj", PASSWORD) as officer,
    ):
        visit = guide.post("/visits", {**VISITOR, "address": ADDRESSES[0], "reason": "咨询"})
        assert visit.status_code == 201, visit.text
        guide.post(f"/visits/{visit.json()['id']}/hand-over")
        parties = [{**PARTY, "address": ADDRESSES[1]}]
        made = registrar.post("/cases", matter(1, title=PUBLIC, visit_id=visit.json()["id"], parties=parties))
        assert made.status_code == 201, made.text
        number = str(made.json()["number"])
        tracking = registrar.act(number, "submit").json()["tracking_url"]
        centre.act(number, "dispatch", {"lead_department": "rsj"})
        assert officer.act(number, "accept", CHARGE).status_code == 200
        picture = officer.http.post("/api/v1/attachments", files={"file": (f"{PARTY['name']}.png", png(), "image/png")})
        given = {"opinion": "已约谈双方", "attachments": [picture.json()["id"]]}
        assert officer.act(number, "report_progress", given).status_code == 200
        read(centre, visit.json()["person"]["id"])
        enter_wrongly(guide, registrar, number)
    ask_as_petitioner(serving.url + tracking[tracking.index("/t/") :])
    sign_in_wrongly(serving.url)
    return number


def read(centre: Client, person: str) -> None:
    for field in ("name", "phone", "id_number"):
        answer = centre.post(f"/persons/{person}/reveal", {"field": field, "reason": "电话核实情况"})
        assert answer.json()["value"] == VISITOR[field]
        assert centre.post("/cases/search", {field: VISITOR[field]}).json()["total"] == 1


def enter_wrongly(guide: Client, registrar: Client, number: str) -> None:
    """Send what must be refused: each answer is a refusal, none a fault of the server."""
    nul = {"name": PARTY["name"] + "\0", "id_number": PARTY["id_number"] + "\0"}
    wrong: list[object] = [WRONG, {"name": [PARTY["name"]], "phone": {"is": PARTY["phone"]}}, VISITOR | nul]
    for given in wrong:
        assert guide.post("/visits", given).status_code == 422
        assert registrar.post("/cases", matter(2, parties=[given])).status_code == 422
    assert registrar.post(f"/cases/{PARTY['id_number']}/actions/submit").status_code == 404
    assert registrar.http.get("/api/v1/cases", params={"q": PARTY["phone"]}).status_code in {200, 422}
    assert registrar.http.get("/api/v1/cases", params={"name": PARTY["name"]}).status_code == 422
    assert registrar.act(number, "dispatch", {"lead_department": PARTY["phone"]}).status_code in {403, 409, 422}
    assert registrar.post(f"/persons/{PARTY['id_number']}/reveal", {"field": "name"}).status_code == 422
    broken = registrar.http.post("/api/v1/cases", content=f'{{"parties": ["{PARTY["id_number"]}"')
    assert broken.status_code == 422


def ask_as_petitioner(page: str) -> None:
    """Ask for a code with the right phone, then with a wrong one, then give a wrong code."""
    for phone in (PARTY["phone"], CHARGE["person_phone"]):
        assert httpx.post(f"{page}/code", data={"phone": phone}).status_code < 500
        assert httpx.post(f"{page}/enter", data={"phone": phone, "code": "000000"}).status_code < 500


def sign_in_wrongly(url: str) -> None:
    """Type a phone, a number and a name where the account belongs, and passwords that are wrong."""
    for account in (PARTY["phone"], PARTY["id_number"], PARTY["name"], "center"):
        given = {"account": account, "password": PARTY["id_number"]}
        assert httpx.post(f"{url}/api/v1/auth/token", json=given).status_code in {401, 429}
        assert httpx.post(f"{url}/auth/login", data=given).status_code < 500


async def type_into_the_pages(number: str) -> None:
    """Leave texts in forms that are never sent."""
    form = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new")
    await states.call(form, "load")
    for name, value in DRAFT.items():
        await states.call(form, "note", name, value)
    case = await states.tree(CaseState, await states.signed_in("rsj"), f"http://test/case/{number}")
    await states.call(case, "load")
    await states.call(case, "ask", "submit_result")
    await states.call(case, "note", "opinion", f"当事人{DRAFT['p0_name']}的电话是 {DRAFT['p0_phone']}")


def wait_until_told(serving: Serving) -> None:
    """Wait for the short messages, then end the server in order, so that all it had to say is written."""
    for _ in range(50):
        if PARTY["phone"][-4:] in httpx.get(f"{serving.url}/demo/sms").text:
            break
    serving.stop(signal.SIGTERM)


def written(serving: Serving) -> Iterator[tuple[str, str]]:
    """Go through the dump, every log file and what the server printed: (name, text)."""
    yield "output", serving.output
    server = Postgres(serving.data / "postgres")
    server.start()
    try:
        yield "dump", dump(server)
    finally:
        server.stop()
    for path in serving.data.rglob("*"):
        if path.is_file() and (path.suffix in {".jsonl", ".log"} or "logs" in path.parts):
            yield str(path), path.read_text(encoding="utf-8", errors="replace")


def dump(server: Postgres) -> str:
    command = [str(binaries() / "pg_dump"), "--no-password", "--format=plain"]
    environment = programs.libpq_environment(server.url())
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
