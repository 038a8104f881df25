"""The county of the risk labels, and the machine that sends them."""

from __future__ import annotations

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.operations import seed_years
from tests.support import county as support
from tests.support import risk
from tests.support.county import County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    """Give a county whose machine may send labels, as the account `model`."""
    await seed_years(session, [2026])
    return await risk.add_machine(session, await support.build(session))
