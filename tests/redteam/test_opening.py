"""A page names itself before its socket comes: what that spares, and what nobody gains by it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.redteam.test_sockets import HYDRATE, LIST, STATE
from tests.redteam.wire import Page, Target, assert_refused, page

ROWS = '"rows_rx_state_"'
READY = '"is_hydrated_rx_state_": true'


def name_itself(target: Target, secret: str, tab: str, address: str = "/cases", **headers: str) -> int:
    """Say which page opens in a tab, as its first script does, and give the status of the answer."""
    client = target.stranger(**({**target.origin, **headers} | ({"Cookie": f"fq_session={secret}"} if secret else {})))
    return client.post("/opening", json={"tab": tab, "address": address}).status_code


async def stand(opened: Page, address: str = "/cases") -> list[dict[str, Any]]:
    """Send what a page sends when it stands, and give the updates that it hears until it is loaded."""
    path = address.partition("?")[0]
    await opened.event(f"{STATE}.hydrate_and_load", router_data={"pathname": path, "asPath": address})
    await opened.hear(READY)
    return opened.heard


def with_rows(heard: list[dict[str, Any]]) -> list[int]:
    """Give the places of the updates that bring rows of the list."""
    return [
        place for place, update in enumerate(heard) if "rows_rx_state_" in (update.get("delta") or {}).get(LIST, {})
    ]


class TestAPageThatNamedItself:
    async def test_hears_all_with_the_first_update_and_nothing_twice(self, target: Target) -> None:
        secret, tab = target.visitor("registrar2"), str(uuid4())
        assert name_itself(target, secret, tab) == 204
        async with page(target, secret, token=tab) as opened:
            heard = await stand(opened)

        assert with_rows(heard) == [0]
        assert len(heard) == 3  # all there is, then the two ends of loading: no update of a handler that ran before
        assert heard[0]["delta"][LIST]["rows_rx_state_"]

    async def test_reads_anew_when_it_loads_again(self, target: Target) -> None:
        secret, tab = target.visitor("registrar2"), str(uuid4())
        name_itself(target, secret, tab)
        async with page(target, secret, token=tab) as opened:
            await stand(opened)
            opened.heard.clear()
            await opened.event(f"{LIST}.load")
            await opened.hear('"cleared_rx_state_"')
            assert '"cleared_rx_state_"' in opened.text

    async def test_is_read_by_its_socket_where_the_address_is_another(self, target: Target) -> None:
        secret, tab = target.visitor("registrar2"), str(uuid4())
        name_itself(target, secret, tab, "/cases?status=draft")
        async with page(target, secret, token=tab) as opened:
            heard = await stand(opened)
        assert heard[-2:] != heard[:2]
        assert any("filters_rx_state_" in update["delta"].get(LIST, {}) for update in heard[1:] if update.get("delta"))

    async def test_that_led_elsewhere_is_read_by_its_socket_when_one_comes_back(self, target: Target) -> None:
        secret, tab = target.visitor("registrar2"), str(uuid4())
        name_itself(target, secret, tab)
        async with page(target, secret, token=tab) as opened:
            await stand(opened, "/limits")
            opened.heard.clear()
            await stand(opened)
        assert '"opened_rx_state_": "/cases"' in opened.text

    @pytest.mark.parametrize("address", ["/visits", "/", "/nowhere", "/cases/new"])
    async def test_is_left_to_its_socket_where_loading_does_more_than_read(self, target: Target, address: str) -> None:
        secret, tab = target.visitor("registrar2"), str(uuid4())
        assert name_itself(target, secret, tab, address) == 204
        async with page(target, secret, token=tab) as opened:
            await opened.event(HYDRATE)
            await opened.hear('"delta"')
        assert '"opened_rx_state_": ""' in opened.text


class TestNobodyElse:
    async def test_reads_a_page_without_a_session(self, target: Target) -> None:
        tab = str(uuid4())
        assert name_itself(target, "", tab) == 204
        async with page(target, target.visitor("registrar2"), token=tab) as opened:
            await opened.event(HYDRATE)
            await opened.hear('"delta"')
        assert '"opened_rx_state_": ""' in opened.text

    async def test_hears_what_was_read_for_another(self, target: Target) -> None:
        tab = str(uuid4())
        name_itself(target, target.visitor("registrar2"), tab)
        async with page(target, target.visitor("rsj"), token=tab) as stolen:
            heard = await stand(stolen)
        assert '"login": "registrar2"' not in stolen.text
        assert '"login": "rsj"' in stolen.text
        assert heard[0]["delta"][LIST]["rows_rx_state_"] == []  # emptied; what follows is read for who asks

    @pytest.mark.parametrize("origin", ["http://evil.example", "null"])
    def test_has_pages_read_from_another_site(self, target: Target, origin: str) -> None:
        secret = target.visitor("registrar2")
        client = target.stranger(Origin=origin, Cookie=f"fq_session={secret}")
        assert_refused(client.post("/opening", json={"tab": str(uuid4()), "address": "/cases"}), 403)

    async def test_moves_a_page_that_lives(self, target: Target) -> None:
        secret, tab = target.visitor("registrar2"), str(uuid4())
        async with page(target, secret, token=tab) as opened:
            await stand(opened)
            assert name_itself(target, secret, tab, "/todo") == 204
            opened.heard.clear()
            await opened.event(HYDRATE)
            await opened.hear('"delta"')
        assert '"opened_rx_state_": "/cases"' in opened.text

    @pytest.mark.parametrize(
        "body",
        [{}, {"tab": "x", "address": "/cases"}, {"tab": str(uuid4()), "address": "//evil", "more": 1}, [], "text"],
    )
    def test_gains_by_another_body(self, target: Target, body: object) -> None:
        assert_refused(target.browser("registrar2").post("/opening", json=body), 422)


def test_a_page_is_given_under_its_address_without_a_way_round(target: Target) -> None:
    browser = target.browser("registrar2")
    for address in ("/cases", "/todo", "/cases/new"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "案件" in answer.text
