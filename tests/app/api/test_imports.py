"""Units and accounts from Excel: what is taken, what is refused, and what hostile files come to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlmodel import col

from app.documents import sheets
from domain.kernel.models import FormDraft, JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries
from domain.orgs.models import Account, Unit
from state.orgs.importing import KINDS
from tests.app.api.conftest import Api

UNITS, ACCOUNTS = KINDS["units"].heads, KINDS["accounts"].heads


def book(heads: Sequence[object], *rows: Sequence[object]) -> bytes:
    """Make a workbook of one sheet."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (heads, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(body: bytes, name: str, content: bytes) -> bytes:
    """Add a part to a workbook, or put it in place of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part.filename))
        new.writestr(name, content)
    return out.getvalue()


async def send(api: Api, which: str, body: bytes, login: str = "sysadmin") -> httpx.Response:
    return await api.post(login, f"/api/v1/imports/{which}", files={"file": ("x.xlsx", body, "text/plain")})


async def confirm(api: Api, which: str, login: str = "sysadmin") -> httpx.Response:
    return await api.post(login, f"/api/v1/imports/{which}/confirm")


async def counts() -> tuple[int, int]:
    async with unit_of_work() as session:
        units = await session.scalar(select(func.count()).select_from(Unit))
        return units or 0, await session.scalar(select(func.count()).select_from(Account)) or 0


class TestTemplate:
    @pytest.mark.parametrize("which", ["units", "accounts", "areas"])
    async def test_comes_back_filled_as_it_went_out(self, api: Api, which: str) -> None:
        answer = await api.get("sysadmin", f"/api/v1/imports/{which}/template")

        assert answer.headers["content-type"] == sheets.XLSX
        assert answer.headers["cache-control"] == "no-store"
        kind = KINDS[which]
        (line,) = sheets.lines_of(answer.content, kind.heads, kind.required)
        assert tuple(line.values.values()) == kind.example

    @pytest.mark.parametrize("login", ["secadmin", "auditor", "center", "rsj"])
    async def test_is_for_administrators(self, api: Api, login: str) -> None:
        assert (await api.get(login, "/api/v1/imports/accounts/template")).status_code == 403


class TestUnits:
    async def test_are_imported_parents_first(self, api: Api) -> None:
        body = book(
            UNITS,
            ["slj", "水利局", "职能部门", "水利", "", "059512345", 30],
            ["slj_1", "河道所", "", "", "slj", "", ""],
        )

        assert (await send(api, "units", body)).json() == {"rows": 2}
        assert (await confirm(api, "units")).json() == {"rows": 2}

        async with unit_of_work() as session:
            names = await queries.unit_names_by_code(session)
            lines = await session.scalars(select(JournalEntry.action).where(JournalEntry.action == "orgs.import"))
            assert names["slj_1"] == "河道所"
            assert list(lines) == ["orgs.import"]

    async def test_one_bad_row_stops_all(self, api: Api) -> None:
        before = await counts()
        body = book(UNITS, ["good", "好局", "", "", "", "", ""], ["BAD CODE", "", "x", "", "nowhere", "", "-1"])

        assert (await send(api, "units", body)).status_code == 201
        answer = await confirm(api, "units")

        assert answer.status_code == 422
        assert "1 行有问题" in answer.json()["detail"]
        assert await counts() == before

    async def test_nothing_is_imported_twice(self, api: Api) -> None:
        await send(api, "units", book(UNITS, ["once", "一次局", "", "", "", "", ""]))

        assert (await confirm(api, "units")).status_code == 200
        assert (await confirm(api, "units")).status_code == 404


class TestAccounts:
    async def test_get_passwords_of_their_own_told_once(self, api: Api) -> None:
        body = book(
            ACCOUNTS,
            ["neu_a", "甲", "rsj", "部门经办", "", "", "2030-12-31"],
            ["neu_b", "乙", "住房和城乡建设局", "officer、department_head", "rsj", "", ""],
        )
        assert (await send(api, "accounts", body)).status_code == 201

        answer = await confirm(api, "accounts")

        assert answer.headers["cache-control"] == "no-store"
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        told = {str(row[0]): str(row[3]) for row in sheet.iter_rows(min_row=2, values_only=True)}
        assert set(told) == {"neu_a", "neu_b"}
        assert len(set(told.values())) == 2
        async with unit_of_work() as session:
            accounts = {one.login: one for one in await session.scalars(select(Account).where(Account.login.in_(told)))}  # type: ignore[attr-defined]
            assert all(one.roles == [] and one.proposed_roles for one in accounts.values())
            assert all(one.must_change_password for one in accounts.values())
            assert accounts["neu_a"].valid_until is not None
            for line in await session.scalars(select(JournalEntry)):
                assert not any(password in str(line.detail) for password in told.values())
            assert (await session.scalar(select(func.count()).where(col(FormDraft.form) == "import.accounts"))) == 0

    async def test_taken_logins_unknown_units_and_roles_are_named(self, api: Api) -> None:
        before = await counts()
        body = book(
            ACCOUNTS,
            ["rsj", "甲", "rsj", "部门经办", "", "", ""],
            ["neu_c", "乙", "没有的局", "部门经办", "", "", ""],
            ["neu_c", "丙", "rsj", "没有的角色", "没有的局", "999", "明年"],
            ["neu_d", "丁", "rsj", "部门经办、审计管理员", "", "", ""],
        )

        assert (await send(api, "accounts", body)).status_code == 201
        assert "4 行有问题" in (await confirm(api, "accounts")).json()["detail"]
        assert await counts() == before


class TestWhoMay:
    @pytest.mark.parametrize("login", ["secadmin", "auditor", "center", "leader", "rsj"])
    async def test_others_neither_upload_nor_import(self, api: Api, login: str) -> None:
        body = book(UNITS, ["others", "别局", "", "", "", "", ""])

        for which in ("units", "accounts"):
            assert (await send(api, which, body, login)).status_code == 403
            assert (await confirm(api, which, login)).status_code == 403

    async def test_a_stranger_is_sent_away(self, api: Api) -> None:
        for path in ("/api/v1/imports/units", "/api/v1/imports/units/confirm"):
            assert (await api.client.post(path, files={"file": ("x.xlsx", b"PK", "x/y")})).status_code == 401

    async def test_an_unknown_kind_is_refused(self, api: Api) -> None:
        assert (await send(api, "cases", b"PK\x03\x04")).status_code == 422


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 415),
            (b"code,name\nx,y", 415),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, 415),
            (b"%PDF-1.7", 415),
            (b"PK\x03\x04" + b"\0" * 100, 415),
            (b"PK\x03\x04" + b"\0" * sheets.MAX_BYTES, 413),
            (b"\0" * (sheets.MAX_BYTES + 100_000), 413),
        ],
        ids=["empty", "csv", "old xls", "pdf", "no archive", "too long", "body too long"],
    )
    async def test_no_workbook(self, api: Api, body: bytes, status: int) -> None:
        answer = await send(api, "units", body)

        assert answer.status_code == status
        assert answer.json()["detail"]

    async def test_macros(self, api: Api) -> None:
        answer = await send(api, "units", with_part(book(UNITS, ["a", "甲局"]), "xl/vbaProject.bin", b"x"))

        assert answer.status_code == 415
        assert "宏" in answer.json()["detail"]

    async def test_a_bomb_is_not_unpacked(self, api: Api) -> None:
        bomb = with_part(book(UNITS, ["a", "甲局"]), "xl/sharedStrings.xml", b"0" * (sheets.MAX_UNPACKED + 1))
        assert len(bomb) < sheets.MAX_BYTES

        assert (await send(api, "units", bomb)).status_code == 413

    async def test_entities_are_not_expanded(self, api: Api) -> None:
        laughs = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
        )
        body = with_part(book(UNITS, ["a", "甲局"]), "xl/worksheets/sheet1.xml", laughs)

        assert (await send(api, "units", body)).status_code == 415

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
    async def test_no_part_may_hold_entities(self, api: Api, part: str) -> None:
        body = book(UNITS, ["a", "甲局"])
        head, _, rest = zipfile.ZipFile(io.BytesIO(body)).read(part).rpartition(b"?>")
        laughs = head + (b"?>" if head else b"") + b'<!DOCTYPE x [<!ENTITY a "ha">]>' + rest

        assert (await send(api, "units", with_part(body, part, laughs))).status_code == 415

    async def test_too_many_rows(self, api: Api) -> None:
        body = book(UNITS, *([f"u{place}", "甲局"] for place in range(10_000)))

        assert (await send(api, "units", body)).status_code == 413

    async def test_a_row_far_below_does_not_make_a_million(self, api: Api) -> None:
        body = book(UNITS, ["a", "甲局"])
        sheet = zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml")
        far = (
            sheet.replace(b'<row r="2"', b'<row r="1048576"')
            .replace(b'"A2"', b'"A1048576"')
            .replace(b'"B2"', b'"B1048576"')
        )

        assert (await send(api, "units", with_part(body, "xl/worksheets/sheet1.xml", far))).status_code in {413, 422}

    async def test_formulas_are_named_and_never_read(self, api: Api) -> None:
        before = await counts()
        body = book(UNITS, ["formula", '=HYPERLINK("http://x","y")', "", "", "", "", ""])

        assert (await send(api, "units", body)).status_code == 201
        assert (await confirm(api, "units")).status_code == 422
        assert await counts() == before

    async def test_a_foreign_heading_is_told(self, api: Api) -> None:
        answer = await send(api, "units", book(["x", "y"], ["a", "b"]))

        assert answer.status_code == 422
        assert "单位代码" in answer.json()["fields"]["file"]

    async def test_no_rows(self, api: Api) -> None:
        assert (await send(api, "units", book(UNITS))).status_code == 422


def test_what_goes_out_is_text_only() -> None:
    body = sheets.workbook("表", ("甲",), [("=1+1",), ("@SUM(1)",), ("+1",), ("https://x",)])

    cells = [row[0] for row in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
