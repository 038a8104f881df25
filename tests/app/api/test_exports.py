"""Exports: who may take one, what is in it, and that it is a line of the journal."""

from __future__ import annotations

import io
import re
from uuid import UUID

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.api import exports
from app.documents.workbook import XLSX
from app.jobs import exporting
from domain.audit.models import CaseReading
from domain.cases.vocabulary import Action
from domain.exports import rules
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.unit_of_work import unit_of_work
from domain.people import operations as people
from domain.people.policy import Field, Purpose, Showing
from state.clock import now
from tests.app.api.conftest import BASE, Api
from tests.support import county as support
from tests.support import states

CASES, JOURNAL = "/api/v1/cases/export", "/api/v1/journal/export"
EVERYBODY = (
    "guide", "registrar", "center", "rsj", "rsj_head", "zjj_head", "leader", "station", "viewer",
    "sysadmin", "secadmin", "auditor",
)  # fmt: skip
MAY_CASES = {"center", "rsj_head", "zjj_head", "leader"}
ATTACK = "=cmd|' /C calc'!A0 讨薪"


async def filled(api: Api) -> None:
    """Bring some cases along, once for the module; one has a title that attacks whoever opens the file."""
    if (await api.get("center", "/api/v1/cases")).json()["total"]:
        return
    await api.case((Action.SUBMIT,), seed=1)
    await api.case((Action.SUBMIT, Action.DISPATCH), seed=2)
    async with unit_of_work() as session:
        number = await support.draft(session, api.county, at=now(), seed=3, title=ATTACK)
        await support.main_step(session, api.county, number, Action.SUBMIT, at=now())


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    _, _, heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, (value or "" for value in row), strict=True)) for row in rows]  # type: ignore[arg-type]


async def journalled(action: str) -> list[JournalEntry]:
    async with unit_of_work() as session:
        query = select(JournalEntry).where(JournalEntry.action == action).order_by(JournalEntry.seq)  # type: ignore[arg-type]
        return list(await session.scalars(query))


class TestCases:
    @pytest.mark.parametrize("login", EVERYBODY)
    async def test_whoever_may_gets_exactly_the_list(self, api: Api, login: str) -> None:
        await filled(api)
        answer = await api.post(login, CASES, {})

        if login not in MAY_CASES:
            assert answer.status_code == 403
            assert answer.json()["code"] == "not_permitted"
            return
        listed = (await api.get(login, "/api/v1/cases", params={"limit": 100})).json()["items"]
        rows = rows_of(answer)
        assert [(r["编号"], r["诉求人"], r["状态"], r["责任人"]) for r in rows] == [
            (one["number"], one["party"], one["status_label"], one["handler"]) for one in listed
        ]

    async def test_bears_who_took_it_and_is_kept_nowhere(self, api: Api) -> None:
        await filled(api)
        answer = await api.post("center", CASES, {})

        assert answer.headers["content-type"] == XLSX
        assert answer.headers["cache-control"] == "no-store"
        assert 'attachment; filename="cases-' in answer.headers["content-disposition"]
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        marked = str(sheet["A2"].value)
        assert f"导出人 {api.county['center'].name} 账号 center" in marked
        assert marked.endswith("共 3 条")

    async def test_holds_nothing_clear_and_nothing_that_computes(self, api: Api) -> None:
        await filled(api)
        answer = await api.post("center", CASES, {})

        text = str(rows_of(answer))
        for seed in (1, 2, 3):
            assert support.phone(seed) not in text
            assert support.id_number(seed) not in text
        assert "林" + "水木" not in text
        assert f"'{ATTACK}" in {row["诉求标题"] for row in rows_of(answer)}
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)

    async def test_follows_the_field_policy_of_exports(self, api: Api) -> None:
        await filled(api)
        cell = (Role.CENTER_ADMIN, Field.NAME, Purpose.EXPORT)

        for showing in (Showing.HIDDEN, Showing.MASKED):  # as it was, in the end
            async with unit_of_work() as session:
                await people.set_rules(session, api.county["secadmin"], {cell: showing}, at=now())
            shown = {bool(row["诉求人"]) for row in rows_of(await api.post("center", CASES, {}))}
            assert shown == {showing is Showing.MASKED}

    async def test_keeps_to_the_filters_and_the_journal_says_which(self, api: Api) -> None:
        await filled(api)
        before = len(await journalled("case.export"))
        answer = await api.post("center", CASES, {"phone": support.phone(2), "status": ["to_accept"], "limit": 1})

        assert len(rows_of(answer)) == 1
        line = (await journalled("case.export"))[before]
        assert line.detail == {"rows": 1, "filters": ["phone", "status"]}
        assert line.actor_id == api.county["center"].account_id

    async def test_a_wrong_filter_is_refused_and_not_journalled(self, api: Api) -> None:
        before = len(await journalled("case.export"))

        assert (await api.post("center", CASES, {"status": ["x"]})).status_code == 422
        assert (await api.post("center", CASES, {"password": "x"})).status_code == 422
        assert len(await journalled("case.export")) == before

    async def test_many_come_later_and_are_handed_to_their_person(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await filled(api)
        monkeypatch.setattr(rules, "FEW", 2)
        answer = await api.post("center", CASES, {"name": "林", "status": ["to_dispatch", "to_accept"]})
        begun = answer.json()

        assert (answer.status_code, list(begun)) == (202, ["id", "detail"])
        assert "导出记录" in begun["detail"]
        file = f"/api/v1/exports/{begun['id']}/file"
        early = await api.post("center", file)
        assert (early.status_code, early.json()["code"]) == (409, "action_not_allowed")
        await exporting.write(UUID(begun["id"]))

        assert len(rows_of(await api.post("center", file))) == 3
        listed = (await api.post("center", "/api/v1/lists/exports/search", {})).json()["items"]
        assert (listed[0]["state"], listed[0]["progress"]) == ("已完成", "共 3 行")
        assert "林" not in listed[0]["said"]
        for login, status in (("leader", 404), ("viewer", 403), ("auditor", 403)):
            assert (await api.post(login, file)).status_code == status
        (line,) = await journalled("export.ask")
        assert line.detail == {"filters": ["name", "status"]}

    async def test_many_batches_are_one_list(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        await filled(api)
        whole = rows_of(await api.post("center", CASES, {}))
        monkeypatch.setattr(exports, "_BATCH", 2)

        assert rows_of(await api.post("center", CASES, {})) == whole

    async def test_a_page_may_ask_and_a_stranger_may_not(self, api: Api) -> None:
        await filled(api)
        cookie = {"Cookie": await states.signed_in("center")}

        ours = await api.client.post(CASES, json={}, headers=cookie | {"Origin": BASE, "Sec-Fetch-Site": "same-origin"})
        foreign = await api.client.post(CASES, json={}, headers=cookie | {"Origin": "http://evil.test"})
        nobody = await api.client.post(CASES, json={})

        assert (ours.status_code, foreign.status_code, nobody.status_code) == (200, 403, 401)


class TestJournal:
    @pytest.mark.parametrize("login", EVERYBODY)
    async def test_is_for_the_auditor(self, api: Api, login: str) -> None:
        await filled(api)
        answer = await api.post(login, JOURNAL, {})

        assert answer.status_code == (200 if login == "auditor" else 403)

    async def test_gives_the_lines_newest_first_in_words(self, api: Api) -> None:
        await filled(api)
        rows = rows_of(await api.post("auditor", JOURNAL, {"group": "case"}))

        numbers = [int(row["序号"]) for row in rows]
        assert numbers == sorted(numbers, reverse=True)
        assert {row["类别"] for row in rows} == {"案件办理"}
        assert {row["操作"] for row in rows} >= {Action.SUBMIT.label, Action.DISPATCH.label}
        assert support.phone(1) not in str(rows)
        assert "主办：" in " ".join(row["明细"] for row in rows)
        for row in rows:
            assert not re.search(r"[{}\[\]]|[0-9a-f]{8}-[0-9a-f]{4}-|[a-z]_[a-z]", " ".join(map(str, row.values())))

    async def test_is_itself_a_line(self, api: Api) -> None:
        before = len(await journalled("journal.export"))
        answer = await api.post("auditor", JOURNAL, {"login": "center", "from": "2026-01-01"})

        assert {row["账号"] for row in rows_of(answer)} >= {"center"}  # and what was done to the account
        line = (await journalled("journal.export"))[before]
        assert line.detail == {"rows": len(rows_of(answer)), "filters": ["from", "login"]}

    async def test_many_batches_are_one_list_and_too_many_are_refused(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await filled(api)
        whole = rows_of(await api.post("auditor", JOURNAL, {"group": "case"}))
        monkeypatch.setattr(exports, "_BATCH", 2)
        assert rows_of(await api.post("auditor", JOURNAL, {"group": "case"})) == whole

        monkeypatch.setattr(exports, "MOST_LINES", len(whole))
        assert (await api.post("auditor", JOURNAL, {"group": "case"})).status_code == 200
        monkeypatch.setattr(exports, "MOST_LINES", len(whole) - 1)
        assert (await api.post("auditor", JOURNAL, {"group": "case"})).status_code == 422


async def test_a_case_read_by_the_interface_is_counted_like_an_opened_page(api: Api) -> None:
    number = await api.case((), seed=83)
    async with unit_of_work() as session:
        before = await session.scalar(select(func.count()).select_from(CaseReading)) or 0
    for login in ("center", "center", "registrar"):
        await api.get(login, f"/api/v1/cases/{number}")
    await api.get("zjj", f"/api/v1/cases/{number}")

    async with unit_of_work() as session:
        assert await session.scalar(select(func.count()).select_from(CaseReading)) == before + 2
