"""The morning brief over HTTP: who takes it, and that it is a line of the journal."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from domain.briefs import operations, queries
from domain.kernel.clock import local_date
from domain.kernel.models import JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now
from tests.app.api.conftest import Api

PATH = "/api/v1/briefs/export"


@pytest_asyncio.fixture(autouse=True)
async def told(api: Api) -> str:
    """Let everybody who receives one have a brief of today."""
    at = now()
    async with unit_of_work() as session:
        for reader, *_ in (await queries.receivers(session, at=at)).values():
            await operations.make(session, reader, day=local_date(at), at=at)
    return local_date(at).isoformat()


@pytest.mark.parametrize(
    ("login", "status"),
    [("leader", 200), ("center", 200), ("rsj_head", 200), ("viewer", 403), ("rsj", 403), ("sysadmin", 403)],
)
async def test_is_taken_by_who_reads_and_exports(api: Api, told: str, login: str, status: int) -> None:
    answer = await api.post(login, PATH, {"day": told})

    assert answer.status_code == status, answer.text
    assert answer.content.startswith(b"%PDF") == (status == 200)


async def test_bears_its_day_and_is_a_line_of_the_journal(api: Api, told: str) -> None:
    answer = await api.post("leader", PATH, {"day": told})

    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="brief-{told.replace("-", "")}.pdf"' in answer.headers["content-disposition"]
    async with unit_of_work() as session:
        lines = select(JournalEntry).where(col(JournalEntry.action) == "brief.export").order_by(col(JournalEntry.seq))
        assert (await session.scalars(lines)).all()[-1].actor_id == api.county["leader"].account_id


async def test_another_day_has_none_and_nonsense_is_told(api: Api) -> None:
    assert (await api.post("leader", PATH, {"day": "2020-01-01"})).status_code == 404
    wrong = await api.post("leader", PATH, {"day": "gestern"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["day"])
