"""The example of a proxy before the product, as the papers give it, on the nginx of Debian 12."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from domain.kernel.pictures import MAX_BYTES
from tests.support.certificates import Authority
from tests.support.serving import ROOT, Serving

RECIPE = ROOT / "deploy/nginx.conf"
MISSING = "nginx is missing: install Debian's nginx-light or nginx (`.ci/servers` does it as root)."
pytestmark = pytest.mark.timeout(300)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def program() -> str:
    """Give the proxy's program; a machine without it fails the test that asks."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if not found:
        pytest.fail(MISSING, pytrace=False)
    return found


class Proxy:
    """nginx on two free ports, with the recipe and nothing of its own but paths, ports and the name."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder, self.authority = folder, authority
        self.plain, self.secure = free_port(), free_port()
        self.url = f"https://localhost:{self.secure}"

    def start(self, product: str) -> None:
        certificate, key = self.authority.issue("proxy")
        recipe = RECIPE.read_text(encoding="utf-8")
        for written, here in (
            ("zzzx.example.gov.cn", "localhost"),
            ("/etc/ssl/fengqiao/chain.pem", str(certificate)),
            ("/etc/ssl/fengqiao/key.pem", str(key)),
            ("http://127.0.0.1:8000", product),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.secure} "),
        ):
            assert written in recipe
            recipe = recipe.replace(written, here)
        recipe = re.sub(r"(?m)^ *listen \[::\].*\n", "", recipe)
        whole = f"pid {self.folder}/pid;\nerror_log {self.folder}/error.log;\nevents {{}}\nhttp {{\n{recipe}}}\n"
        (self.folder / "nginx.conf").write_text(whole, encoding="utf-8")
        checked = self._run("-t")
        assert checked.returncode == 0, checked.stderr
        assert "warn" not in checked.stderr, checked.stderr
        assert self._run().returncode == 0
        for _ in range(100):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", self.secure)) == 0:
                    return
            time.sleep(0.05)

    def stop(self) -> None:
        self._run("-s", "stop")

    def _run(self, *more: str) -> subprocess.CompletedProcess[str]:
        given = [program(), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), *more]
        return subprocess.run(given, capture_output=True, text=True, check=False)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=ssl.create_default_context(cafile=str(self.authority.file)))


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Proxy, Serving]]:
    """Serve a county that knows its proxy, and the proxy before it."""
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    proxy = Proxy(folder, Authority(folder))
    serving = Serving(folder / "data", {"PUBLIC_URL": proxy.url, "TRUSTED_PROXIES": "127.0.0.1"}).start()
    try:
        proxy.start(serving.url)
        yield proxy, serving
    finally:
        proxy.stop()
        serving.stop()


def test_pages_come_by_https_alone(behind: tuple[Proxy, Serving]) -> None:
    proxy, _ = behind
    plain = httpx.get(f"http://127.0.0.1:{proxy.plain}/login", headers={"Host": "localhost"})
    assert (plain.status_code, plain.headers["location"]) == (301, "https://localhost/login")
    with proxy.client() as client:
        page = client.get("/login")
        assert page.status_code == 200
        assert "max-age" in page.headers["strict-transport-security"]
        assert "nginx/" not in page.headers.get("server", "")
        assert client.get("/metrics").status_code == 403


def test_the_socket_of_pages_goes_through(behind: tuple[Proxy, Serving]) -> None:
    proxy, _ = behind
    context = ssl.create_default_context(cafile=str(proxy.authority.file))
    with (
        socket.create_connection(("127.0.0.1", proxy.secure), timeout=10) as line,
        context.wrap_socket(line, server_hostname="localhost") as secure,
    ):
        secure.sendall(
            b"GET /_event/?token=00000000-0000-4000-8000-000000000000&EIO=4&transport=websocket HTTP/1.1\r\n"
            + f"Host: localhost:{proxy.secure}\r\nOrigin: {proxy.url}\r\n".encode()
            + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert secure.recv(1024).startswith(b"HTTP/1.1 101")


def test_the_largest_picture_is_one_number(behind: tuple[Proxy, Serving]) -> None:
    """What the product takes passes the proxy; what it refuses is refused by the product, in its own words."""
    proxy, _ = behind
    allowed = re.search(r"client_max_body_size (\d+)m", RECIPE.read_text(encoding="utf-8"))
    assert allowed
    wrapping = 64 * 1024
    assert MAX_BYTES + wrapping <= int(allowed[1]) << 20 < MAX_BYTES + (2 << 20)
    with proxy.client() as client:
        just = client.post("/api/v1/attachments", files={"file": ("x", b"\0" * MAX_BYTES)})
        assert just.status_code == 401  # nobody is signed in: it got as far as that
        over = client.post("/api/v1/attachments", files={"file": ("x", b"\0" * (MAX_BYTES + wrapping))})
        assert over.status_code in {401, 413}


def test_what_a_client_claims_about_its_address_is_not_believed(behind: tuple[Proxy, Serving]) -> None:
    proxy, serving = behind
    with proxy.client() as client:
        client.post(
            "/api/v1/auth/token",
            json={"account": "nobody", "password": "x"},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )
    told = "".join(path.read_text(encoding="utf-8") for path in (serving.data / "logs").glob("app.jsonl*"))
    assert "sign_in.refused" in told
    assert "203.0.113.9" not in told
