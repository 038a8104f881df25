"""These tests commit for real, each on a database of its own with the county in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from tests.app.public.entering import Clock, client_of
from tests.support.county import County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture(loop_scope="session")
async def client(county: County, clock: Clock) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(clock) as opened:
        yield opened
