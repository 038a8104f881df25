"""The county of the reports."""

from __future__ import annotations

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support import county as support
from tests.support.county import County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    """Give a county in the rolled-back database."""
    return await support.build(session)
