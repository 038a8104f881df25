"""How often something may be done: counted by address and by account, each kind by itself."""

from __future__ import annotations

import socket

import pytest
from structlog.testing import capture_logs

from app import limits
from app.limits import EVENTS, KINDS, Rates, TooOften, kind_of
from tests.support.redis import redis_server

EXPORT = ("POST", "/api/v1/cases/export")


def _most(name: str) -> tuple[int, int]:
    return next((kind.by_address, kind.by_account) for kind in KINDS if kind.name == name)


class TestAnAccount:
    async def test_is_refused_after_so_many_of_a_kind_and_told_when_to_try_again(self) -> None:
        rates, (_, most) = Rates(), _most("export")
        for _ in range(most):
            await rates.of_account("a", *EXPORT)

        with pytest.raises(TooOften) as refused:
            await rates.of_account("a", *EXPORT)

        assert 1 <= refused.value.retry_after <= 60

    async def test_is_refused_nothing_else_and_refuses_nobody_else(self) -> None:
        rates, (_, most) = Rates(), _most("export")
        for _ in range(most):
            await rates.of_account("a", *EXPORT)

        await rates.of_account("a", "GET", "/api/v1/cases")
        await rates.of_account("b", *EXPORT)

    async def test_sends_no_more_events_than_fingers_do(self) -> None:
        rates = Rates()
        for _ in range(EVENTS):
            await rates.of_events("a")

        with pytest.raises(TooOften):
            await rates.of_events("a")


class TestAnAddress:
    async def test_is_refused_after_so_many_of_a_kind_whoever_asks(self) -> None:
        rates, (most, _) = Rates(), _most("sms_code")
        for place in range(most):
            await rates.of_address("192.0.2.1", "POST", f"/t/token-{place}/code")

        with pytest.raises(TooOften):
            await rates.of_address("192.0.2.1", "POST", "/t/another/enter")
        await rates.of_address("192.0.2.2", "POST", "/t/another/enter")


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/auth/login", "sign_in"),
        ("POST", "/auth/logout", ""),
        ("POST", "/api/v1/auth/token", "sign_in"),
        ("DELETE", "/api/v1/auth/token", ""),
        ("GET", "/api/v1/cases/QX2026000001/slip", "export"),
        ("POST", "/api/v1/journal/export", "export"),
        ("POST", "/api/v1/persons/search", "search"),
        ("POST", "/api/v1/cases/QX2026000001/actions/accept", ""),
    ],
)
def test_a_request_is_of_the_first_kind_that_fits(method: str, path: str, name: str) -> None:
    assert getattr(kind_of(method, path), "name", "") == name


class TestWithoutItsRedis:
    async def test_this_process_counts_for_itself_says_so_once_and_shares_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "AGAIN", 0.0)
        _, most = _most("export")
        with redis_server() as server, capture_logs() as told:
            here, there = Rates(server.url), Rates(server.url)
            for place in range(most):
                await (here, there)[place % 2].of_account("a", *EXPORT)
            with pytest.raises(TooOften):
                await here.of_account("a", *EXPORT)
            assert (here.shared, here.away) == (True, False)

            server.kill()
            for _ in range(most):
                await here.of_account("b", *EXPORT)
            with pytest.raises(TooOften):
                await here.of_account("b", *EXPORT)
            assert here.away

            server.start()
            await here.of_account("b", *EXPORT)
            assert not here.away
            await here.close()
            await there.close()

        assert [(one["event"], one.get("cause")) for one in told] == [
            ("redis.away", "redis_away"),
            ("redis.back", None),
        ]

    async def test_one_that_does_not_answer_is_asked_once_in_a_while(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent, capture_logs() as told:
            rates = Rates(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
            for _ in range(50):
                await rates.of_account("a", *EXPORT)
            await rates.close()
        assert [one["event"] for one in told] == ["redis.away"]
