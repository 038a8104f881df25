"""Every way to be refused: signed out, out of reach, not allowed, too late, too large, wrong."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import update
from sqlmodel import col

from app.api.build import build_api
from app.settings import Settings
from domain.cases.vocabulary import Action
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.models import Account
from domain.orgs.rules import UNPROVEN
from tests.app.api.conftest import Api
from tests.support.county import MAIN_LINE, PASSWORD, id_number, phone, png

PUBLIC = {
    "/api/{_path:path}",  # tells that there is no such address
    "/healthz", "/readyz", "/metrics", "/login", "/auth/login", "/auth/logout", "/api/v1/auth/token",
    "/api/docs", "/api/docs/start.js", "/api/docs/{name}", "/api/v1/openapi.json",
}  # fmt: skip
NOBODY = "0199aa00-0000-7000-8000-000000000001"


def operations() -> list[tuple[str, str]]:
    """Every operation of the interface with its address filled in."""
    described = build_api(settings=Settings(_env_file=None)).openapi()["paths"]
    found = []
    for path, methods in described.items():
        if path not in PUBLIC:
            filled = path.replace("{number}", "QX2026000001").replace("{action}", "submit")
            for name in ("visit_id", "person_id", "file_id"):
                filled = filled.replace(f"{{{name}}}", NOBODY)
            found += [(method.upper(), filled) for method in methods]
    return found


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    body = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["detail"]
    return bool(body["code"] == code)


class TestWithoutASession:
    @pytest.mark.parametrize(("method", "path"), operations())
    async def test_every_operation_answers_401(self, api: Api, method: str, path: str) -> None:
        answer = await api.client.request(method, path, content=b"{not json")
        assert is_problem(answer, 401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_no_route_is_public_by_accident(self, api: Api) -> None:
        described = set(api.app.openapi()["paths"])
        hidden = {r.path for r in walk(api.app.routes) if isinstance(r, APIRoute)} - described
        assert hidden <= PUBLIC

    async def test_a_made_up_token_and_an_ended_one_are_refused(self, api: Api) -> None:
        assert (await api.client.get("/api/v1/cases", headers={"Authorization": "Bearer x"})).status_code == 401
        given = {"account": "station", "password": PASSWORD}
        token = (await api.client.post("/api/v1/auth/token", json=given)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await api.client.get("/api/v1/cases", headers=headers)).status_code == 200
        assert (await api.client.delete("/api/v1/auth/token", headers=headers)).status_code == 204
        assert (await api.client.get("/api/v1/cases", headers=headers)).status_code == 401


def walk(routes: list) -> list:
    """Routes, and the routes inside routers."""
    found = []
    for route in routes:
        inner = getattr(route, "routes", None)
        found += walk(inner) if inner else [route]
    return found


class TestSigningIn:
    async def test_a_wrong_password_and_an_unknown_account_answer_alike(self, api: Api) -> None:
        answers = []
        for account in ("secadmin", "nobody"):
            tries = [
                (await api.client.post("/api/v1/auth/token", json={"account": account, "password": "wrong"}))
                for _ in range(6)
            ]
            assert is_problem(tries[0], 401, "bad_credentials")
            answers.append([(one.status_code, one.text) for one in tries])
        assert answers[0] == answers[1]
        assert answers[0][5][0] == 429
        right = {"account": "secadmin", "password": PASSWORD}
        assert is_problem(await api.client.post("/api/v1/auth/token", json=right), 429, "locked")

    async def test_an_enrolled_account_is_asked_for_its_code(self, api: Api) -> None:
        given = {"account": "auditor", "password": PASSWORD}
        assert is_problem(await api.client.post("/api/v1/auth/token", json=given), 401, "otp_required")

    async def test_a_wrong_code_is_refused_like_a_wrong_password(self, api: Api) -> None:
        given = {"account": "auditor", "password": PASSWORD, "otp": "000000"}
        assert is_problem(await api.client.post("/api/v1/auth/token", json=given), 401, "bad_credentials")


class TestWhoHasYetToProveSomething:
    async def test_gets_no_further_than_the_proof(self, api: Api) -> None:
        own = update(Account).where(col(Account.login) == "zjj_head")
        async with unit_of_work() as session:
            await session.execute(own.values(must_change_password=True))
        given = {"account": "zjj_head", "password": PASSWORD}
        token = (await api.client.post("/api/v1/auth/token", json=given)).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}

        assert (token["unproven"], token["notice"]) == ("password", UNPROVEN["password"])
        for method, path in operations():
            if not path.startswith("/api/v1/auth/"):
                answer = await api.client.request(method, path, json={}, headers=headers)
                assert is_problem(answer, 403, "not_permitted"), (method, path)
        answer = await api.client.get("/api/v1/vocabularies", headers=headers)
        assert answer.json()["detail"] == UNPROVEN["password"]
        changed = await api.client.post("/api/v1/auth/password", json={"old": "", "new": ""}, headers=headers)
        assert changed.status_code not in {403, 404}
        assert (await api.client.delete("/api/v1/auth/token", headers=headers)).status_code == 204
        async with unit_of_work() as session:
            await session.execute(own.values(must_change_password=False))


class TestReach:
    async def test_what_is_out_of_reach_reads_as_not_found(self, api: Api) -> None:
        draft = await api.case((), seed=41)
        away = await api.case(MAIN_LINE[:2], seed=42)
        for login, number in (
            ("leader", draft),
            ("registrar2", draft),
            ("zjj", away),
            ("zjj_head", away),
            ("sysadmin", away),
        ):
            for tail in ("", "/journal", "/actions", "/actions/dispatch/departments"):
                assert is_problem(await api.get(login, f"/api/v1/cases/{number}{tail}"), 404, "not_found")
            assert is_problem(await api.act(login, number, "urge"), 404, "not_found")
        assert is_problem(await api.get("registrar2", f"/api/v1/cases/{draft}/slip"), 404, "not_found")
        missing = await api.get("zjj", "/api/v1/cases/QX1999000001")
        assert missing.json() == (await api.get("zjj", f"/api/v1/cases/{away}")).json()

    async def test_a_picture_is_seen_by_those_who_see_its_case(self, api: Api) -> None:
        picture = (await api.upload("rsj", png())).json()["id"]
        assert (await api.get("rsj", f"/api/v1/attachments/{picture}")).status_code == 200
        for login in ("zjj", "center"):
            for part in ("", "/thumb", "/original"):
                assert is_problem(await api.get(login, f"/api/v1/attachments/{picture}{part}"), 404, "not_found")

    async def test_a_picture_is_given_back_as_it_was_sent(self, api: Api) -> None:
        picture = (await api.upload("rsj", png())).json()["id"]
        answer = await api.get("rsj", f"/api/v1/attachments/{picture}/original")
        assert answer.content == png()
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"].startswith('attachment; filename="picture-')
        assert answer.headers["cache-control"] == "no-store"
        assert "sandbox" in answer.headers["content-security-policy"]


class TestReadOnlyAccounts:
    @pytest.mark.parametrize("login", ["viewer", "station"])
    async def test_get_403_on_every_action(self, api: Api, login: str) -> None:
        number = await api.case(MAIN_LINE[:3], seed=43)
        for action in Action:
            assert is_problem(await api.act(login, number, action.value), 403, "not_permitted"), action
        assert is_problem(await api.post(login, "/api/v1/cases", {"title": "x"}), 403, "not_permitted")
        assert is_problem(await api.upload(login, png()), 403, "not_permitted")


class TestSteps:
    async def test_out_of_turn_is_409_and_missing_input_422_with_fields(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=44)
        assert is_problem(await api.act("center", number, "confirm", {"opinion": "x"}), 409, "action_not_allowed")
        missing = await api.act("center", number, "dispatch")
        assert is_problem(missing, 422, "invalid")
        assert set(missing.json()["fields"]) == {"lead_department"}

    async def test_a_stale_version_is_412(self, api: Api) -> None:
        number = await api.case((Action.SUBMIT,), seed=45)
        given = {"lead_department": "rsj"}
        assert is_problem(
            await api.act("center", number, "dispatch", given, **{"If-Match": '"1"'}), 412, "changed_meanwhile"
        )
        assert is_problem(await api.act("center", number, "dispatch", given, **{"If-Match": "soon"}), 422, "invalid")
        assert (await api.act("center", number, "dispatch", given, **{"If-Match": "2"})).status_code == 200

    async def test_words_every_wrong_shape_in_chinese_and_repeats_no_input(self, api: Api) -> None:
        secret = "13900" + "112233"
        answer = await api.post("center", "/api/v1/cases", {
            "title": 5, "source": secret, "occurred_at": secret + "x", "headcount": "many", "amount": "NaN", "visit_id": "x",
            "major": "perhaps", "parties": [{"kind": secret, "name": 7}],
        })  # fmt: skip
        assert is_problem(answer, 422, "invalid")
        assert {"title", "source", "occurred_at", "headcount", "amount", "visit_id", "major", "parties.0.kind",
                "parties.0.name"} == set(answer.json()["fields"])  # fmt: skip
        assert secret not in answer.text
        assert all(any("一" <= c <= "鿿" for c in said) for said in answer.json()["fields"].values())

    @pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe"])
    async def test_a_body_that_is_no_object_is_422(self, api: Api, body: bytes) -> None:
        headers = await api.bearer("center") | {"Content-Type": "application/json"}
        answer = await api.client.post("/api/v1/cases", content=body, headers=headers)
        assert answer.status_code in {400, 422}
        assert answer.json()["code"] == "invalid"

    async def test_what_the_database_cannot_hold_is_422(self, api: Api) -> None:
        party = {"name": "某某", "phone": "0595-22000000", "nation": "a\x00b"}
        given = {"title": "题", "parties": [party]}
        assert is_problem(await api.post("center", "/api/v1/cases", given), 422, "invalid")
        assert (await api.get("center", "/api/v1/cases?q=%00")).status_code == 422


class TestUploads:
    async def test_are_judged_by_content(self, api: Api) -> None:
        assert is_problem(await api.upload("rsj", b"just text"), 415, "unsupported_media")
        assert is_problem(await api.upload("rsj", png()[:900]), 422, "invalid")
        fine = await api.upload("rsj", png(), name="note.txt")
        assert (fine.status_code, fine.json()["kind"]) == (201, "picture")

    async def test_of_thirty_megabytes_are_refused_early(self, api: Api) -> None:
        assert is_problem(await api.upload("rsj", b"\x89PNG" + bytes(30_000_000)), 413, "too_large")

    async def test_that_lie_about_their_length_are_counted(self, api: Api) -> None:
        sent = 0

        async def endless() -> AsyncGenerator[bytes]:
            nonlocal sent
            while sent < 60_000_000:
                sent += 1_000_000
                yield bytes(1_000_000)

        headers = await api.bearer("rsj") | {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await api.client.post("/api/v1/attachments", content=endless(), headers=headers)
        assert is_problem(answer, 413, "too_large")

    async def test_are_not_read_before_the_session_is_checked(self, api: Api) -> None:
        sent = 0

        async def body() -> AsyncGenerator[bytes]:
            nonlocal sent
            sent += 1
            yield b"x"

        answer = await api.client.post("/api/v1/attachments", content=body())
        assert (answer.status_code, sent) == (401, 0)


class TestOtherSites:
    async def test_cannot_use_the_cookie_of_a_browser(self, api: Api) -> None:
        form = {"account": "center", "password": PASSWORD}
        async with httpx.AsyncClient(transport=api.client._transport, base_url="http://testserver") as browser:
            assert (await browser.post("/auth/login", data=form)).status_code == 303
            assert (await browser.get("/api/v1/cases")).status_code == 200
            search = "/api/v1/cases/search"
            for headers in ({}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                assert is_problem(await browser.post(search, json={}, headers=headers), 403, "not_permitted")
            for headers in ({"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}):
                assert (await browser.post(search, json={}, headers=headers)).status_code == 200


class TestUnexpectedErrors:
    async def test_answer_a_number_that_the_log_knows(self, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
        from fastapi import APIRouter

        broken = APIRouter()

        @broken.get("/broken", include_in_schema=False)
        async def fail() -> None:
            raise ZeroDivisionError

        app = build_api(broken, settings=Settings(_env_file=None))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
            answer = await client.get("/broken")
        assert is_problem(answer, 500, "failed")
        assert answer.json()["incident"] in answer.json()["detail"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        said = capsys.readouterr()
        assert answer.json()["incident"] in said.out + said.err

    async def test_unknown_addresses_and_methods_are_problems_too(self, api: Api) -> None:
        assert is_problem(await api.client.get("/api/v1/nothing"), 404, "not_found")
        assert is_problem(await api.client.put("/api/v1/cases"), 405, "method_not_allowed")


class TestACard:
    async def test_that_says_another_name_registers_nobody(self, api: Api) -> None:
        number, before = id_number(61), (await api.get("guide", "/api/v1/visits")).json()["total"]
        said = {"name": "欧阳" + "一卡", "id_number": number}
        given = {"name": "王" + "大明", "id_number": number, "phone": phone(61), "reason": "咨询", "card": said}
        answer = await api.post("guide", "/api/v1/visits", given)
        assert is_problem(answer, 422, "invalid")
        assert "与证件不一致" in answer.text
        assert (await api.get("guide", "/api/v1/visits")).json()["total"] == before

        visit = (
            await api.post("guide", "/api/v1/visits", given | {"name": said["name"], "id_source": "manual"})
        ).json()
        assert (visit["id_source"], set(visit["sources"].values())) == ("读卡", {"card"})
