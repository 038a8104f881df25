"""What keeps pages alive: a refresh that fails does not end it, and a renewal takes no desk from a colleague."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from domain.kernel.refusals import NotSignedIn
from state import desks
from state.desks import CardRead
from state.live import outlasting


async def _receive(_client: str, _card: CardRead) -> bool:
    return True


@pytest.fixture
def desk() -> Iterator[str]:
    name = "window-live"
    yield name
    for client in ("one", "two"):
        desks.disarm(name, client)


def test_a_database_that_is_away_ends_no_page() -> None:
    with outlasting():
        raise OperationalError("select 1", {}, Exception("server closed the connection"))


def test_a_session_that_is_over_is_not_outlasted() -> None:
    with pytest.raises(NotSignedIn), outlasting():
        raise NotSignedIn("登录已失效")


def test_a_renewal_leaves_the_desk_to_the_form_that_armed_last(desk: str) -> None:
    desks.arm(desk, "one", _receive)
    desks.arm(desk, "two", _receive)

    assert not desks.free_for(desk, "one")
    assert desks.free_for(desk, "two")

    desks.disarm(desk, "two")
    assert desks.free_for(desk, "one")
