"""The cause of a fault, by the server's or the system's own answer."""

from __future__ import annotations

import errno

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.causes import Cause, cause_of

STATES = {
    "53100": Cause.DISK_FULL,
    "58030": Cause.STORAGE,
    "25006": Cause.READ_ONLY,
    "53300": Cause.CONNECTIONS,
    "53200": Cause.WAITED,
    "55P03": Cause.WAITED,
    "40P01": Cause.WAITED,
    "57014": Cause.WAITED,
    "57P01": Cause.AWAY,
    "08006": Cause.AWAY,
    "23505": None,
    "42P01": None,
}
NUMBERS = {
    errno.ENOSPC: Cause.DISK_FULL,
    errno.EDQUOT: Cause.DISK_FULL,
    errno.EIO: Cause.STORAGE,
    errno.EROFS: Cause.READ_ONLY,
    errno.EACCES: Cause.READ_ONLY,
    errno.ENOENT: None,
}


@pytest.mark.parametrize("state", STATES)
def test_of_the_database_goes_by_its_answer(state: str) -> None:
    answered = errors.lookup(state)("said")
    assert cause_of(DBAPIError("INSERT", None, answered)) is STATES[state]


@pytest.mark.parametrize("number", NUMBERS)
def test_of_the_system_goes_by_its_number(number: int) -> None:
    assert cause_of(OSError(number, "said")) is NUMBERS[number]


def test_of_no_answer_is_that_nobody_answered() -> None:
    assert cause_of(OperationalError("SELECT", None, psycopg.OperationalError("connection refused"))) is Cause.AWAY
    assert cause_of(PoolTimeout()) is Cause.CONNECTIONS
    assert cause_of(ValueError("a fault of the program")) is None


@pytest.mark.parametrize("cause", Cause)
def test_each_is_said_in_words(cause: Cause) -> None:
    assert len(cause.sentence) > 8
