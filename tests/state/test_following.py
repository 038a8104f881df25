"""Pages that follow: they have their share of the time, and are still whose they were when they were asked last."""

from __future__ import annotations

import time

import pytest

from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from state.kit import following
from state.kit.following import Turns
from state.live import Hub

ANYBODY = system_actor(Role.LEADER)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub()
    hub.listening.set()
    monkeypatch.setattr(following, "hub", hub)
    return hub


def asked() -> following._Whose:
    return following._Whose(ANYBODY, time.monotonic())


async def test_have_a_share_of_the_time_once_they_worked_for_long() -> None:
    turns = Turns(at_once=1, burst=0.03, share=0.5)
    began = time.monotonic()
    for _ in range(4):
        async with turns.mine():
            time.sleep(0.03)  # noqa: ASYNC251 - work

    # before the last began, three were done: 0.03 by the burst, and half of the time for the others
    assert time.monotonic() - began >= (0.09 - 0.03) / 0.5 + 0.03


async def test_that_fail_give_their_turn_back() -> None:
    turns = Turns(at_once=1, burst=1, share=0.5)
    for _ in range(2):
        with pytest.raises(ValueError, match="away"):
            async with turns.mine():
                raise ValueError("away")


class TestWhosePageItIs:
    def test_is_not_asked_again_at_once(self, heard: Hub) -> None:
        heard._tell("case", "one")
        assert asked().known() == ANYBODY

    @pytest.mark.parametrize("kind", ["session", "*"])
    def test_is_asked_when_a_session_ended_or_rights_changed(self, heard: Hub, kind: str) -> None:
        whose = asked()
        heard._tell(kind, "somebody")
        assert whose.known() is None

    def test_is_asked_while_nothing_is_heard(self, heard: Hub) -> None:
        heard.listening.clear()
        assert asked().known() is None

    def test_is_asked_after_a_while(self, heard: Hub) -> None:
        assert following._Whose(ANYBODY, time.monotonic() - following.ASKED_EVERY).known() is None
