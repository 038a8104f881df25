"""States outside a browser: a fresh tree, the cookie of a signed-in person, a handler called as an event would."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeVar

import reflex as rx
from reflex.state import BaseState

import state as floor
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import SessionKind
from state.clock import now
from state.session import COOKIE, SignedInState
from tests.support.county import PASSWORD, fresh_code

S = TypeVar("S", bound=SignedInState)
HOST = "http://test"


async def signed_in(login: str) -> str:
    """Sign a person in and give the cookie header of the browser."""
    at = now()
    async with unit_of_work() as session:
        answer = await orgs.sign_in(
            session, login=login, password=PASSWORD, kind=SessionKind.BROWSER, origin="test", at=at
        )
        if answer.half:
            code = await fresh_code(session, login, at=at)
            answer = await orgs.finish_sign_in(session, half=answer.half, code=code, origin="test", at=at)
    assert answer.secret
    return f"{COOKIE}={answer.secret}"


def at_address(state: BaseState, url: str) -> None:
    """Lead the browser of a state to another address, as Back, a link or a reload does."""
    root: Any = state
    while root.parent_state is not None:
        root = root.parent_state
    root.router_data = root._update_router_vars({**root.router_data, "asPath": url.removeprefix(HOST)}, {})


async def tree(kind: type[S], cookie: str = "", url: str = "http://test/", *, tab: str = "test") -> S:
    """Make a fresh state tree for one tab of a browser and give its state of a kind."""
    root: BaseState = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    data = {
        "headers": {"cookie": cookie, "origin": "http://test"},
        "token": tab,
        "ip": "127.0.0.1",
        "asPath": url.removeprefix(HOST),
    }
    root.router_data = root._update_router_vars(data, {})
    return await root.get_state(kind)


async def call(state: BaseState, name: str, *arguments: Any) -> list[Any]:
    """Call a handler as its event would and gather what it yields or returns."""
    answer = type(state).event_handlers[name].fn(state, *arguments)
    if inspect.isasyncgen(answer):
        return [piece async for piece in answer]
    if inspect.isawaitable(answer):
        return [await answer]
    return [answer]


async def call_briefly(state: BaseState, name: str, *arguments: Any) -> None:
    """Call a handler that may run as long as its page is open, for a moment."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            await call(state, name, *arguments)


def handlers() -> Iterator[tuple[type[SignedInState], str]]:
    """Go through every handler of every state of the product, whatever else was imported before."""
    for module in pkgutil.walk_packages(floor.__path__, "state."):
        import_module(module.name)
    kinds = [SignedInState, *_below(SignedInState)]
    for kind in kinds:
        for name, handler in kind.event_handlers.items():
            if handler.fn.__module__.startswith("state."):
                yield kind, name


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def crafted(kind: type[SignedInState], name: str) -> list[list[Any]]:
    """Make argument lists as an attacker would: plausible texts, wrong types, injections."""
    parameters = list(inspect.signature(kind.event_handlers[name].fn).parameters.values())[1:]
    values: list[Any] = [
        "submit",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        -1,
        None,
        {"opinion": "x", "reason": "核实情况", "lead_department": "rsj", "title": "标题"},
        ["a"],
    ]
    return [[value for _ in parameters] for value in values] if parameters else [[]]
