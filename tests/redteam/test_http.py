"""Plain requests that no honest client sends."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from tests.redteam.wire import Target, assert_quiet, assert_refused

EVIL = {"Origin": "http://evil.example"}
SECRET_FILES = ("root:", "BEGIN ", '"keys"', "CREATE TABLE", "[project]", "fq_session")
ROOTS = ("/", "/assets/", "/styles/", "/kit/", "/api/docs/", "/api/v1/attachments/", "/t/", "/cases/", "/external/")
CLIMBS = (
    "../" * 8 + "etc/passwd",
    "..%2f" * 8 + "etc%2fpasswd",
    "%2e%2e/" * 8 + "etc/passwd",
    "..%252f" * 8 + "etc%252fpasswd",
    "....//" * 8 + "etc/passwd",
    "..\\" * 8 + "etc\\passwd",
    "..%5c" * 8 + "etc%5cpasswd",
    "%c0%ae%c0%ae/" * 8 + "etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "x%00.png",
    "..;/..;/pyproject.toml",
    "../keys.json",
)


def raw(target: Target, request: bytes, seconds: float = 5.0) -> bytes:
    """Send bytes as they are and give what comes back until the server closes or is silent."""
    place = urlsplit(target.url)
    with socket.create_connection((place.hostname, place.port), timeout=seconds) as wire:
        wire.sendall(request)
        wire.settimeout(seconds)
        found = b""
        try:
            while piece := wire.recv(65536):
                found += piece
                if b"\r\n\r\n" in found:
                    wire.settimeout(0.3)
        except TimeoutError:
            pass
    return found


class TestPaths:
    @pytest.mark.parametrize("root", ROOTS)
    def test_lead_to_no_file_outside(self, target: Target, root: str) -> None:
        for climb in CLIMBS:
            named = f"Host: {urlsplit(target.url).netloc}\r\nConnection: close"
            answer = raw(target, f"GET {root}{climb} HTTP/1.1\r\n{named}\r\n\r\n".encode())
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.split(b" ")[1] in {b"200", b"303", b"307", b"400", b"401", b"404", b"422"}, (climb, head[:100])
            text = body.decode("utf-8", "replace")
            assert not any(secret in text for secret in SECRET_FILES), (climb, text[:200])
            if not head.split(b" ")[1].startswith(b"2"):
                assert_quiet(text)

    @pytest.mark.parametrize("name", ["../../keys.json", "00000000-0000-0000-0000-000000000000", "%00", "a" * 3000])
    def test_of_pictures_take_ids_alone(self, target: Target, name: str) -> None:
        assert_refused(target.honest().get(f"/api/v1/attachments/{name}"), 404, 422)
        assert_refused(target.honest().get(f"/api/v1/attachments/{name}/thumb"), 404, 422)


class TestHosts:
    @pytest.mark.parametrize("host", ["evil.example/../", "a b", "evil@x", "", "x" * 300, "a<script>"])
    def test_that_are_none_are_refused(self, target: Target, host: str) -> None:
        answer = raw(target, f"GET /login HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert answer.split(b" ")[1] == b"400"
        assert b"script" not in answer

    def test_come_once(self, target: Target) -> None:
        answer = raw(target, b"GET /login HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n")
        assert answer.split(b" ")[1] == b"400"

    def test_of_others_are_not_put_into_links(self, target: Target) -> None:
        page = target.stranger(Host="evil.example").get("/login")
        assert "evil.example" not in page.text + str(page.headers)

    def test_of_a_proxy_nobody_named_are_not_believed(self, target: Target) -> None:
        claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
        answer = target.stranger(**claims).get("/login")
        assert "strict-transport-security" not in answer.headers
        assert "evil.example" not in answer.text


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/login?next=/%0d%0aSet-Cookie:%20a=b", "/cases%0d%0aX-Evil:%201", "/t/%0d%0aX:1"]
    )
    def test_cannot_be_injected_by_an_address(self, target: Target, path: str) -> None:
        answer = target.stranger().get(path)
        assert "x-evil" not in answer.headers
        assert "a=b" not in answer.headers.get("set-cookie", "")

    def test_cannot_be_injected_by_a_form(self, target: Target) -> None:
        form = {"account": "rsj", "password": target.password, "next": "/cases\r\nSet-Cookie: a=b"}
        answer = target.stranger(**target.origin).post("/auth/login", data=form)
        assert answer.headers["location"] == "/"
        assert "a=b" not in answer.headers["set-cookie"]

    @pytest.mark.parametrize(
        "path", ["/", "/login", "/t/nothing", "/api/v1/cases", "/nowhere", "/api/docs", "/desk.js"]
    )
    def test_of_safety_stand_on_every_answer(self, target: Target, path: str) -> None:
        headers = target.stranger().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "unsafe" not in headers["content-security-policy"] or path == "/api/docs"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["permissions-policy"].startswith("camera=(")
        assert "server" not in headers

    def test_let_no_other_site_read_an_answer(self, target: Target) -> None:
        client = target.stranger(**EVIL)
        client.cookies.set("fq_session", target.visitor("rsj"))
        for path in ("/api/v1/cases", "/", "/login"):
            answer = client.get(path)
            assert "access-control-allow-origin" not in answer.headers
        asked = client.options("/api/v1/cases", headers={"Access-Control-Request-Method": "POST"})
        assert "access-control-allow-origin" not in asked.headers

    def test_keep_pages_out_of_caches_and_named_files_in(self, target: Target) -> None:
        client = target.stranger()
        client.cookies.set("fq_session", target.visitor("rsj"))
        page = client.get("/cases/")
        assert page.headers["cache-control"] == "no-store"
        script = page.text.split('href="/assets/')[1].split('"')[0]
        assert "immutable" in client.get(f"/assets/{script}").headers["cache-control"]
        assert client.get("/api/v1/cases").headers["cache-control"] == "no-store"


DOORS = [
    ("POST", "/auth/logout"),
    ("POST", "/auth/login"),
    ("POST", "/api/v1/attachments"),
    ("POST", "/api/v1/cases"),
    ("DELETE", "/api/v1/auth/token"),
    ("POST", "/_upload"),
]


class TestForgedForms:
    """Another site's page cannot use somebody's cookie."""

    @pytest.mark.parametrize(
        "headers",
        [
            EVIL,
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "http://127.0.0.1.evil.example"},
            {},
        ],
    )
    def test_are_refused_at_every_door(self, target: Target, headers: dict[str, str]) -> None:
        client = target.stranger(**headers)
        client.cookies.set("fq_session", target.visitor("rsj"))
        for method, path in DOORS:
            assert_refused(client.request(method, path, data={"x": "1"}), 403)

    def test_leave_the_session_as_it_was(self, target: Target) -> None:
        client = target.stranger()
        client.cookies.set("fq_session", target.visitor("rsj"))
        client.post("/auth/logout", headers=EVIL)
        assert client.get("/api/v1/cases").status_code == 200


class TestSessions:
    def test_are_never_taken_over_from_a_planted_cookie(self, target: Target) -> None:
        client = target.stranger(**target.origin)
        client.cookies.set("fq_session", "planted-by-the-attacker")
        client.post("/auth/login", data={"account": "rsj", "password": target.password})
        given = [cookie.value for cookie in client.cookies.jar if cookie.name == "fq_session"]
        assert any(value != "planted-by-the-attacker" for value in given)
        planted = target.stranger()
        planted.cookies.set("fq_session", "planted-by-the-attacker")
        assert_refused(planted.get("/api/v1/cases"), 401)

    @pytest.mark.parametrize("token", ["x", "null", "a.b.c", "' OR 1=1 --", "é", "Bearer", "A" * 8000])
    def test_are_not_guessed(self, target: Target, token: str) -> None:
        headers = {b"Authorization": f"Bearer {token}".encode()}
        assert_refused(httpx.get(target.url + "/api/v1/cases", headers=headers), 401, 400, 431)

    def test_of_a_browser_are_no_tokens(self, target: Target) -> None:
        client = target.stranger(Authorization=f"Bearer {target.visitor('rsj')}")
        assert_refused(client.get("/api/v1/cases"), 401)


BODIES = [
    ("nothing", b""),
    ("no json", b"{"),
    ("deep", b"[" * 50_000),
    ("deep objects", b'{"a":' * 50_000),
    ("not a number", b'{"title": NaN}'),
    ("infinite", b'{"title": 1e999}'),
    ("bad utf-8", b'{"title": "\xff\xfe"}'),
    ("lone surrogate", b'{"title": "\\ud800"}'),
    ("zero byte", b'{"title": "\\u0000"}'),
    ("list", b"[]"),
    ("long number", b'{"title": ' + b"9" * 10_000 + b"}"),
    ("same key", b'{"title": "a", "title": "b", "__proto__": {"admin": true}}'),
    ("large", b'{"title": "' + b"x" * (1024 * 1024 + 10) + b'"}'),
]


class TestBodies:
    @pytest.mark.parametrize("body", [one[1] for one in BODIES], ids=[one[0] for one in BODIES])
    def test_that_are_none_are_refused(self, target: Target, body: bytes) -> None:
        answer = target.honest().post("/api/v1/cases", content=body, headers={"Content-Type": "application/json"})
        assert_refused(answer, 400, 413, 422)
        answer = target.stranger().post(
            "/api/v1/auth/token", content=body, headers={"Content-Type": "application/json"}
        )
        assert_refused(answer, 400, 413, 422)

    def test_in_pieces_without_end_are_cut(self, target: Target) -> None:
        def pieces() -> object:
            for _ in range(3000):
                yield b"x" * 1024

        assert_refused(target.honest().post("/api/v1/cases", content=pieces()), 413)  # type: ignore[arg-type]

    @pytest.mark.parametrize("said", ["-1", "1e3", "99999999999999999999", "0x10", "5, 6"])
    def test_whose_length_is_a_lie_are_refused(self, target: Target, said: str) -> None:
        host = urlsplit(target.url).netloc
        head = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: {said}\r\n\r\n{{}}"
        answer = raw(target, head.encode(), 2.0)
        assert answer == b"" or answer.split(b" ")[1] in {b"400", b"413", b"422"}

    def test_with_two_lengths_are_refused(self, target: Target) -> None:
        host = urlsplit(target.url).netloc
        head = f"POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"
        answer = raw(target, head.encode(), 2.0)
        assert b'{"status":"ok"}' not in answer

    def test_of_many_parts_are_refused(self, target: Target) -> None:
        part = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
        answer = target.honest("registrar").post(
            "/api/v1/attachments",
            content=part * 20_000 + b"--b--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
        assert_refused(answer, 400, 413, 422)

    def test_of_forms_of_petitioners_are_small(self, target: Target) -> None:
        answer = target.stranger(**target.origin).post("/t/any/code", data={"phone": "1" * 100_000})
        assert_refused(answer, 413, 422)


class TestGuessing:
    def test_of_passwords_locks(self, target: Target) -> None:
        client = target.stranger()
        statuses = [
            client.post("/api/v1/auth/token", json={"account": "wjj", "password": f"wrong {attempt}"}).status_code
            for attempt in range(8)
        ]
        assert set(statuses[:4]) == {401}
        assert statuses[-1] == 429
        right = client.post("/api/v1/auth/token", json={"account": "wjj", "password": target.password})
        assert_refused(right, 429)
        assert right.headers["retry-after"]

    def test_tells_nobody_which_accounts_there_are(self, target: Target) -> None:
        client, answers = target.stranger(), []
        for name in ("nobody-1", "jyj"):
            given = [client.post("/api/v1/auth/token", json={"account": name, "password": "x"}) for _ in range(6)]
            answers.append([(one.status_code, one.json()["detail"]) for one in given])
        assert answers[0] == answers[1]

    def test_of_codes_by_short_message_is_limited(self, target: Target) -> None:
        client = target.stranger(**target.origin)
        texts = [
            client.post("/t/no-such-token/enter", data={"phone": "13800000000", "code": str(n)}) for n in range(70)
        ]
        assert texts[0].status_code == 422
        assert texts[-1].status_code == 429
        assert int(texts[-1].headers["retry-after"]) <= 60
        assert_quiet(texts[-1].text.replace("13800000000", ""))


class TestSlowClients:
    def test_that_say_nothing_do_not_keep_others_out(self, target: Target) -> None:
        place = urlsplit(target.url)
        with ExitStack() as stack:
            for _ in range(300):
                wire = stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=5))
                try:
                    wire.sendall(b"POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                except OSError:
                    continue
            began = time.monotonic()
            assert httpx.get(target.url + "/healthz", timeout=5).status_code == 200
            assert target.honest().get("/api/v1/cases").status_code == 200
            assert time.monotonic() - began < 3


class TestJson:
    def test_of_a_refusal_is_a_problem(self, target: Target) -> None:
        answer = target.stranger().get("/api/v1/cases")
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.text)["code"] == "not_signed_in"
