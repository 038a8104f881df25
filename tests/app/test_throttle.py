"""Wrong passwords, counted by address and account, whether or not the account exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.throttle import MOST_BY_ADDRESS, MOST_BY_ADDRESS_AND_ACCOUNT, WINDOW, Throttle
from domain.kernel.refusals import BadCredentials, Locked, Refusal, TooMany
from domain.orgs.rules import DEFAULTS
from tests.support.county import MORNING

HERE, THERE = "192.0.2.1", "192.0.2.2"


def _fail(throttle: Throttle, login: str, times: int = 1, address: str = HERE) -> list[Refusal]:
    return [throttle.failed(address, login, BadCredentials("不正确"), at=MORNING) for _ in range(times)]


class TestAnAddress:
    def test_that_guesses_at_one_account_is_refused_for_a_while(self) -> None:
        throttle = Throttle()
        _fail(throttle, "rsj", MOST_BY_ADDRESS_AND_ACCOUNT - 1)
        throttle.check(HERE, "rsj", at=MORNING)
        _fail(throttle, "rsj")

        with pytest.raises(TooMany):
            throttle.check(HERE, "rsj", at=MORNING)

        throttle.check(HERE, "zjj", at=MORNING)
        throttle.check(THERE, "rsj", at=MORNING)
        throttle.check(HERE, "rsj", at=MORNING + WINDOW)

    def test_that_guesses_at_many_accounts_is_refused_for_all_of_them(self) -> None:
        throttle = Throttle()
        for place in range(MOST_BY_ADDRESS):
            throttle.check(HERE, f"login{place}", at=MORNING)
            _fail(throttle, f"login{place}")

        with pytest.raises(TooMany):
            throttle.check(HERE, "rsj", at=MORNING)
        throttle.check(THERE, "rsj", at=MORNING)


class TestAnUnknownAccount:
    def test_locks_after_as_many_failures_as_a_known_one(self) -> None:
        answers = _fail(Throttle(), "nobody", DEFAULTS.lock_after + 1)

        assert [type(answer) for answer in answers] == [BadCredentials] * DEFAULTS.lock_after + [Locked]

    def test_is_locked_wherever_one_asks_from_and_for_its_time(self) -> None:
        throttle = Throttle()
        _fail(throttle, "nobody", DEFAULTS.lock_after)

        assert isinstance(*_fail(throttle, "nobody", address=THERE), Locked)
        later = MORNING + timedelta(days=1)
        assert isinstance(throttle.failed(HERE, "nobody", BadCredentials("不正确"), at=later), BadCredentials)


def test_a_success_begins_anew() -> None:
    throttle = Throttle()
    _fail(throttle, "rsj", DEFAULTS.lock_after - 1)
    throttle.succeeded("rsj")

    assert not any(isinstance(answer, Locked) for answer in _fail(throttle, "rsj", DEFAULTS.lock_after))
