"""Helpers to enter the pages of a petitioner over HTTP."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import httpx
from starlette.applications import Starlette

from app.public import petitioner
from app.settings import Settings
from domain.kernel.unit_of_work import unit_of_work
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import BASE, digits_in, messages, relay_all, token_of

AT = MORNING + timedelta(days=1)
UNKNOWN = "A" * 22


class Clock:
    """The moment the pages believe in."""

    def __init__(self) -> None:
        self.at: datetime = AT

    def __call__(self) -> datetime:
        return self.at


def client_of(clock: Clock, *, demo: bool = True) -> httpx.AsyncClient:
    app = Starlette(routes=petitioner.routes(Settings(_env_file=None, demo=demo), clock=clock))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)


async def case(county: County, steps: int) -> tuple[str, str]:
    """Bring a case along and give its number and token."""
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING)
        return number, await token_of(session, county, number)


async def let_in(client: httpx.AsyncClient, token: str, at: datetime = AT) -> httpx.Response:
    """Ask for a code, read it from the message, enter it and open the page."""
    await client.post(f"/t/{token}/code", data={"phone": phone(1)})
    await relay_all(at)
    async with unit_of_work() as session:
        _, text = (await messages(session))[-1]
    entered = await client.post(f"/t/{token}/enter", data={"phone": phone(1), "code": digits_in(text)})
    assert entered.status_code == 303
    assert entered.headers["location"] == f"/t/{token}"
    return await client.get(f"/t/{token}")


def key_in(page: httpx.Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page.text)
    assert found
    return found.group(1)
