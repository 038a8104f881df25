"""What holds for every declared list: who may read it, its columns, its order, its sheet, its line in the journal."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.api import lists
from app.jobs.sealer import seal_rest
from domain.cases.operations.saying import add_word
from domain.cases.queries import saying
from domain.kernel.asking import asked
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Permission
from domain.kernel.unit_of_work import unit_of_work
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from domain.warnings.models import Level
from state.clock import now
from state.lists import LISTS
from tests.app.api.conftest import Api
from tests.support import county as support
from tests.support import risk
from tests.support.county import MAIN_LINE

EVERYBODY = ("guide", "registrar", "center", "rsj", "rsj_head", "leader", "viewer", "sysadmin", "secadmin", "auditor")
NAMES = sorted(LISTS)


@pytest_asyncio.fixture(autouse=True)
async def filled(api: Api) -> None:
    """Bring rows where the county has none by itself."""
    async with unit_of_work() as session:
        if not await saying.added(session, api.county["center"]):
            for category, word in (("0701", "磨洋工"), ("0804", "打白条")):
                await add_word(session, api.county["center"], category=category, word=word, no_name=True, at=now())
            await _labels(session, api)
            for seed in range(9):
                person = PersonInput("林" + "水木", id_number=support.id_number(seed), phone=support.phone(seed))
                at = now() - timedelta(days=seed)
                await visits.register(session, api.county["guide"], VisitInput(person, "反映事项"), at=at)


async def _labels(session: AsyncSession, api: Api) -> None:
    """Let a model say something of three cases that no department has; the first was to be answered long ago."""
    county, at = await risk.add_machine(session, api.county), now()
    for seed, level in enumerate((Level.RED, Level.YELLOW, Level.BLUE)):
        then = at - timedelta(days=20 if seed == 0 else 0)
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=then, seed=seed)
        await risk.send(session, county, risk.said(number, level, at=then), at=then)


def reader(api: Api, name: str) -> str:
    """Name somebody who may read a list."""
    return next(login for login in EVERYBODY if LISTS[name].sheet_for(api.county[login]))


async def items(api: Api, login: str, name: str, **wanted: object) -> list[dict[str, str]]:
    """Read a list to its end, page by page."""
    found: list[dict[str, str]] = []
    cursor = ""
    while True:
        answer = await api.post(login, f"/api/v1/lists/{name}/search", {**wanted, "cursor": cursor, "limit": 7})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if not cursor:
            return found


@pytest.mark.parametrize("name", NAMES)
async def test_is_read_by_whom_its_rights_name_and_by_nobody_else(api: Api, name: str) -> None:
    for login in EVERYBODY:
        may = LISTS[name].open_to(api.county[login])
        named = (await api.get(login, "/api/v1/lists")).json()["items"]
        assert (name in {one["name"] for one in named}) == may
        takes = LISTS[name].sheet_for(api.county[login])
        for answer, right in (
            (await api.get(login, f"/api/v1/lists/{name}"), may),
            (await api.post(login, f"/api/v1/lists/{name}/search", {}), may),
            (await api.post(login, f"/api/v1/lists/{name}/export", {}), takes),
        ):
            assert answer.status_code == (200 if right else 403), (login, answer.text)


@pytest.mark.parametrize("name", NAMES)
async def test_says_of_each_row_what_its_columns_declare(api: Api, name: str) -> None:
    found = await items(api, reader(api, name), name)

    assert {tuple(one) for one in found} <= {("id", *(one.key for one in LISTS[name].columns))}
    assert len({one["id"] for one in found}) == len(found)


@pytest.mark.parametrize("name", NAMES)
async def test_every_order_holds_the_same_rows(api: Api, name: str) -> None:
    spec, login = LISTS[name], reader(api, name)
    await seal_rest()
    plain = {one["id"] for one in await items(api, login, name)}

    assert any(one.sort for one in spec.columns)
    for one in (one for one in spec.columns if one.sort):
        rising = [row["id"] for row in await items(api, login, name, sort=one.key)]
        falling = [row["id"] for row in await items(api, login, name, sort=f"-{one.key}")]
        assert set(rising) == set(falling) == plain
        if len({row[one.key] for row in await items(api, login, name)}) > 1:
            assert rising != falling, one.key


@pytest.mark.parametrize("name", NAMES)
async def test_the_sheet_is_the_list_and_a_line_of_the_journal(api: Api, name: str) -> None:
    spec, login = LISTS[name], reader(api, name)
    listed = await items(api, login, name)
    answer = await api.post(login, f"/api/v1/lists/{name}/export", {})

    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    _, _, heads, *rows = sheet.iter_rows(values_only=True)
    assert list(heads) == [one.label for one in spec.columns]
    assert len(rows) == len(listed)
    assert [str(row[0] or "").lstrip("'") for row in rows] == [one[spec.columns[0].key].lstrip("'") for one in listed]
    async with unit_of_work() as session:
        query = select(JournalEntry).where(col(JournalEntry.action) == "list.export")
        lines = list(await session.scalars(query.order_by(col(JournalEntry.seq).desc()).limit(1)))
    assert (lines[0].detail["rows"], lines[0].detail["filters"]) == (len(rows), [name])


@pytest.mark.parametrize("name", NAMES)
async def test_refuses_what_it_does_not_know(api: Api, name: str) -> None:
    login = reader(api, name)
    for wanted, field in (
        ({"filters": {"nonsense": "x"}}, "filters.nonsense"),
        ({"sort": "nonsense"}, "sort"),
        ({"view": "nonsense"}, "view"),
        ({"unknown": 1}, "unknown"),
        ({"limit": 0}, "limit"),
    ):
        answer = await api.post(login, f"/api/v1/lists/{name}/search", wanted)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, [field]), answer.text
    assert (await api.get(login, "/api/v1/lists/nonsense")).status_code == 404


@pytest.mark.parametrize("name", NAMES)
async def test_every_condition_narrows(api: Api, name: str) -> None:
    login = reader(api, name)
    every = {one["id"] for one in await items(api, login, name)}
    for one in asked(LISTS[name].wanted):
        if one.kind is str and not one.ask.choices:
            assert await items(api, login, name, filters={one.name: "没有这样的内容"}) == []
        elif one.kind is datetime:
            found = [await items(api, login, name, filters={one.name: f"{year}-01-01T00:00"}) for year in (2020, 2099)]
            assert sorted(len(rows) for rows in found) == [0, len(every)]
        elif one.kind is date:
            body = {"filters": {one.name: "2026-02-30"}}
            answer = await api.post(login, f"/api/v1/lists/{name}/search", body)
            assert (answer.status_code, list(answer.json()["fields"])) == (422, [one.name]), answer.text
        elif one.kind is bool:
            ticked = {row["id"] for row in await items(api, login, name, filters={one.name: "1"})}
            assert ticked <= every or every <= ticked
        elif not one.ask.choices:
            narrowed = [await items(api, login, name, filters={one.name: str(word)}) for word in one.kind]
            assert {row["id"] for rows in narrowed for row in rows} <= every
            assert all(len(rows) < len(every) for rows in narrowed) or len(every) < 2


async def test_a_search_for_a_visitor_is_a_line_of_the_journal_without_what_was_sought(api: Api) -> None:
    wanted = {"filters": {"phone": support.phone(3), "arrived_from": "2026-01-01"}}
    assert (await api.post("center", "/api/v1/lists/visits/search", wanted)).json()["total"] == "1"

    async with unit_of_work() as session:
        query = select(JournalEntry).where(col(JournalEntry.action) == "person.search")
        lines = list(await session.scalars(query.order_by(col(JournalEntry.seq).desc()).limit(1)))
    assert [(line.actor_id, line.detail) for line in lines] == [
        (api.county["center"].account_id, {"fields": ["phone"]})
    ]


async def test_a_sheet_may_need_a_right_of_its_own(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = replace(LISTS["journal"], export=Permission.CASE_EXPORT)
    monkeypatch.setattr(lists, "LISTS", {"journal": spec})

    assert (await api.post("auditor", "/api/v1/lists/journal/search", {})).status_code == 200
    assert (await api.post("auditor", "/api/v1/lists/journal/export", {})).status_code == 403
