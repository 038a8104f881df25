"""TLS without a proxy, and to a PostgreSQL elsewhere; the certificates are made by the test."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.api.doors import cookie_name
from app.api.edge import Edge
from app.launch import database, programs
from app.launch.errors import CannotStart
from app.launch.server import address
from app.launch.web import options as options_of
from app.public import signin
from app.settings import Settings, load
from domain.kernel.unit_of_work import engine_for
from tests.support.certificates import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class TestServing:
    async def test_speaks_tls_1_2_and_newer_alone(self, authority: Authority) -> None:
        cert, key = authority.issue("site")
        options = options_of(Settings(tls_cert=cert, tls_key=key, _env_file=None)) | {"loop": "none", "lifespan": "off"}
        app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))])
        with socket.create_server(("127.0.0.1", 0)) as taken:
            server = uvicorn.Server(uvicorn.Config(app, **options))
            running = asyncio.create_task(server.serve(sockets=[taken]))
            url = address(taken, secure=True)
            assert url.startswith("https://")
            try:
                context = ssl.create_default_context(cafile=str(authority.file))
                async with httpx.AsyncClient(verify=context) as client:
                    assert (await client.get(url)).text == "here"
                assert await self._spoken(taken, ssl.TLSVersion.TLSv1_3, authority) == "TLSv1.3"
                assert await self._spoken(taken, ssl.TLSVersion.TLSv1_2, authority) == "TLSv1.2"
                with pytest.raises((ssl.SSLError, OSError)):
                    await self._spoken(taken, ssl.TLSVersion.TLSv1_1, authority)
            finally:
                server.should_exit = True
                await running

    async def _spoken(self, taken: socket.socket, version: ssl.TLSVersion, authority: Authority) -> str:
        context = ssl.create_default_context(cafile=str(authority.file))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLS") if version < ssl.TLSVersion.TLSv1_2 else nullcontext():
            context.minimum_version = context.maximum_version = version
        reader, writer = await asyncio.open_connection("localhost", taken.getsockname()[1], ssl=context)
        del reader
        spoken = writer.get_extra_info("ssl_object").version()
        writer.close()
        return str(spoken)

    @pytest.mark.parametrize("given", [{"tls_cert": "a"}, {"tls_key": "b"}, {"tls_cert": "a", "tls_key": "b"}])
    def test_with_half_a_certificate_does_not_start(self, given: dict[str, str]) -> None:
        with pytest.raises(CannotStart, match="TLS"):
            options_of(load(**given, _env_file=None))

    def test_with_somebody_elses_key_does_not_start(self, authority: Authority) -> None:
        cert, key = authority.issue("one")[0], authority.issue("other")[1]
        with pytest.raises(CannotStart, match="不匹配"):
            options_of(Settings(tls_cert=cert, tls_key=key, _env_file=None))


class TestTheCookieOfASession:
    """The edge behind real TLS, and without it."""

    async def test_has_its_prefix_over_tls_and_no_other_is_read(self, authority: Authority) -> None:
        cert, key = authority.issue("site")
        seen: list[dict[str, str]] = []
        async with running(Settings(tls_cert=cert, tls_key=key, _env_file=None), echo(seen)) as url:
            context = ssl.create_default_context(cafile=str(authority.file))
            async with httpx.AsyncClient(verify=context, base_url=url) as client:
                given = (await client.get("/give")).headers["set-cookie"]
                assert re.fullmatch(r"__Host-fq_session=secret; HttpOnly; Path=/; SameSite=lax; Secure", given)
                for sent in ("__Host-fq_session=right", "fq_session=planted", "fq_session=a; __Host-fq_session=right"):
                    await client.get("/read", headers={"Cookie": f"other=1; {sent}"})
        assert [one.get("fq_session") for one in seen] == ["right", None, "right"]
        assert all(one["other"] == "1" for one in seen)

    async def test_is_without_prefix_on_plain_http(self) -> None:
        seen: list[dict[str, str]] = []
        async with running(Settings(_env_file=None), echo(seen)) as url, httpx.AsyncClient(base_url=url) as client:
            given = (await client.get("/give")).headers["set-cookie"]
            assert re.fullmatch(r"fq_session=secret; HttpOnly; Path=/; SameSite=lax", given)
            for sent in ("fq_session=right", "__Host-fq_session=other"):
                await client.get("/read", headers={"Cookie": sent})
        assert [one.get("fq_session") for one in seen] == ["right", None]


def echo(seen: list[dict[str, str]]) -> Edge:
    """Set the session's cookie as a sign-in does, and note what a reader inside the edge is shown."""

    def give(request: Request) -> PlainTextResponse:
        answer = PlainTextResponse("given")
        answer.set_cookie(cookie_name(request), "secret", **signin.cookie(request))
        return answer

    def read(request: Request) -> PlainTextResponse:
        seen.append(dict(request.cookies))
        return PlainTextResponse("read")

    return Edge(Starlette(routes=[Route("/give", give), Route("/read", read)]))


@asynccontextmanager
async def running(settings: Settings, app: object) -> AsyncGenerator[str]:
    """Serve an application as the product is served, and give its address."""
    options = options_of(settings) | {"loop": "none", "lifespan": "off"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = uvicorn.Server(uvicorn.Config(app, **options))  # type: ignore[arg-type]
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        try:
            yield address(taken, secure=settings.tls_cert is not None)
        finally:
            server.should_exit = True
            await serving


class TestProxies:
    def test_are_believed_only_when_named(self) -> None:
        assert options_of(Settings(_env_file=None))["proxy_headers"] is False
        named = options_of(Settings(trusted_proxies="10.0.0.1", _env_file=None))
        assert (named["proxy_headers"], named["forwarded_allow_ips"]) == (True, "10.0.0.1")


class TestTheDatabaseElsewhere:
    """The embedded server is built without TLS: what is proved here is that the parameters reach every road."""

    def test_is_verified_on_every_road_to_it(self) -> None:
        url = "postgresql://user@db.example/fengqiao?sslmode=verify-full&sslrootcert=/etc/ca.pem"
        assert database.read_url(url).query == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}
        environment = programs.libpq_environment(url)
        assert (environment["PGSSLMODE"], environment["PGSSLROOTCERT"]) == ("verify-full", "/etc/ca.pem")
        arguments = engine_for(url.replace("postgresql:", "postgresql+psycopg:")).dialect.create_connect_args(
            database.read_url(url)
        )[1]
        assert (arguments["sslmode"], arguments["sslrootcert"]) == ("verify-full", "/etc/ca.pem")

    def test_without_tls_is_not_talked_to(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as plain:
            port = plain.getsockname()[1]

            def refuse() -> None:
                wire, _ = plain.accept()
                wire.recv(8)
                wire.sendall(b"N")  # what a PostgreSQL without TLS says
                wire.close()

            threading.Thread(target=refuse, daemon=True).start()
            with pytest.raises(CannotStart, match="无法连接数据库"):
                database.check(f"postgresql://user@127.0.0.1:{port}/fengqiao?sslmode=require")
