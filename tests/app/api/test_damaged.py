"""A moment in the database that nobody can read takes no list, page, export or search down: it is shown as damaged."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import Date, DateTime, text

from domain.kernel.unit_of_work import unit_of_work
from migrations.models import metadata
from tests.app.api.conftest import Api
from tests.support.county import MAIN_LINE
from tests.support.database import committing_into_savepoints

READ = ("case_file", "assignment", "case_copy", "deadline", "person", "visit")
"""Tables whose moments these readings put to use; the driver reads every other the same way."""
PLACES = [
    (name, column.name)
    for name in READ
    for column in metadata().tables[name].columns
    if isinstance(column.type, DateTime | Date)
]
VISIT = {"name": "某某", "id_type": "none", "no_id_reason": "遗失", "phone": "0595-22000000", "reason": "反映欠薪"}
DAMAGED = "0001-01-01T00:00:00Z"


async def readings(api: Api, number: str) -> dict[str, int]:
    """Read whatever holds a case, as everybody who works on it."""
    found = {}
    for login in ("center", "rsj"):
        for path in (
            "/api/v1/cases", "/api/v1/cases?view=todo", "/api/v1/cases?view=overdue", "/api/v1/cases?sort=-due",
            f"/api/v1/cases/{number}", f"/api/v1/cases/{number}/journal", f"/api/v1/cases/{number}/actions",
        ):  # fmt: skip
            found[f"{login} {path}"] = (await api.get(login, path)).status_code
    search = await api.post("center", "/api/v1/cases/search", {"name": "林水木"})
    found["search"] = search.status_code
    found["export"] = (await api.post("center", "/api/v1/cases/export", {})).status_code
    found["figures"] = (await api.get("center", "/api/v1/statistics/departments")).status_code
    found["visits"] = (await api.get("guide", "/api/v1/visits")).status_code
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def number(api: Api) -> str:
    """Make a case and a visitor once, and sign everybody in before the tests roll anything back."""
    await api.post("guide", "/api/v1/visits", VISIT)
    for login in ("registrar", "center", "rsj", "leader", "guide"):
        await api.bearer(login)
    return await api.case(MAIN_LINE[:4])


@pytest.mark.parametrize("table", sorted({table for table, _ in PLACES}))
async def test_everything_stays_readable(api: Api, number: str, table: str) -> None:
    async with committing_into_savepoints(api.engine):
        async with unit_of_work() as session:
            # names of our own tables, from the metadata; all moments of one at once
            put = ", ".join(f"\"{column}\" = '0044-03-15 BC'" for name, column in PLACES if name == table)
            await session.execute(text(f'UPDATE "{table}" SET {put}'))
        found = await readings(api, number)

    wrong = {what: status for what, status in found.items() if status != 200}
    assert not wrong


async def test_is_shown_as_damaged(api: Api, number: str) -> None:
    async with committing_into_savepoints(api.engine):
        async with unit_of_work() as session:
            await session.execute(text("UPDATE case_file SET occurred_at = '0044-03-15 BC'"))
        answer = await api.get("registrar", f"/api/v1/cases/{number}")

    assert answer.json()["occurred_at"] == DAMAGED
