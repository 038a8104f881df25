"""Periodic reports over HTTP: who reads and takes them, and that taking one is a line of the journal."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from domain.kernel.clock import local_date
from domain.kernel.models import JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from domain.reports import operations, queries, rules
from domain.reports.schemas import Kind, name_of
from state.clock import now
from state.reports import making
from tests.app.api.conftest import Api

EXPORT = "/api/v1/reports/export"
STARTS = {"docx": b"PK", "xlsx": b"PK", "pdf": b"%PDF"}


@pytest_asyncio.fixture(autouse=True)
async def names(api: Api) -> tuple[str, str]:
    """Make the reports of the last two weeks: a draft, and a published one."""
    at = now()
    async with unit_of_work() as session:
        center, days = api.county["center"], [local_date(at) - timedelta(days=back) for back in (7, 14)]
        draft, published = (name_of(Kind.WEEK, rules.period_of(Kind.WEEK, day)) for day in days)
        if not await queries.made(session, Kind.WEEK):
            for day in days:
                await making.make(session, center, Kind.WEEK, day, at=at)
            await operations.publish(session, center, published, at=at)
    return draft, published


@pytest.mark.parametrize(
    ("login", "published", "draft"),
    [("leader", 200, 404), ("center", 200, 200), ("rsj_head", 200, 404), ("viewer", 200, 404), ("rsj", 403, 403)],
)
async def test_a_published_one_is_read_by_who_sees_figures(
    api: Api, names: tuple[str, str], login: str, published: int, draft: int
) -> None:
    for name, status in zip(reversed(names), (published, draft), strict=True):
        answer = await api.get(login, f"/api/v1/reports/{name}")
        assert answer.status_code == status, answer.text
        if status == 200:
            told = answer.json()
            assert (told["name"], told["kind"], told["figures"]["totals"]["received"]["now"]) == (name, "week", 0)
            assert told["findings"][0] == "本周受理 0 件。"


@pytest.mark.parametrize("form", STARTS)
async def test_bears_its_name_and_is_a_line_of_the_journal(api: Api, names: tuple[str, str], form: str) -> None:
    answer = await api.post("leader", EXPORT, {"report": names[1], "format": form})

    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(STARTS[form])
    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="report-{names[1]}.{form}"' in answer.headers["content-disposition"]
    async with unit_of_work() as session:
        lines = select(JournalEntry).where(col(JournalEntry.action) == "report.export").order_by(col(JournalEntry.seq))
        assert (await session.scalars(lines)).all()[-1].actor_id == api.county["leader"].account_id


@pytest.mark.parametrize("login", ["viewer", "rsj", "sysadmin"])
async def test_is_taken_by_who_may_export_alone(api: Api, names: tuple[str, str], login: str) -> None:
    assert (await api.post(login, EXPORT, {"report": names[1], "format": "pdf"})).status_code == 403


async def test_a_draft_is_not_taken_and_nonsense_is_told(api: Api, names: tuple[str, str]) -> None:
    assert (await api.post("leader", EXPORT, {"report": names[0], "format": "docx"})).status_code == 404
    assert (await api.post("leader", EXPORT, {"report": "week-gestern", "format": "docx"})).status_code == 404
    wrong = await api.post("leader", EXPORT, {"report": names[1], "format": "doc"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["format"])


async def test_the_list_offers_what_is_read(api: Api, names: tuple[str, str]) -> None:
    told = (await api.get("leader", "/api/v1/lists/reports?kind=week")).json()
    days = rules.period_of(Kind.WEEK, rules.named(names[1])[1])
    assert [one["word"] for one in told["items"]] == [rules.word(Kind.WEEK, days)]
