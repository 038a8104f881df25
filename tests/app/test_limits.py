"""How often something may be done: counted by address and by account, each kind by itself."""

from __future__ import annotations

import pytest

from app.limits import EVENTS, KINDS, Rates, TooOften, kind_of

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
