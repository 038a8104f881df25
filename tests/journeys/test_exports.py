"""A long export is pressed, followed, told of and taken, while its person stays where the work is."""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from pathlib import Path

import psycopg
import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser, expect

from app.launch.postgres import Postgres
from tests.benchmarks import crowd
from tests.journeys.conftest import PASSWORD, People
from tests.support.serving import Serving

MANY = 5_000


@pytest.mark.timeout(300)
async def test_is_pressed_followed_told_of_and_taken(chromium: Browser) -> None:
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        given = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": "10"}
        serving = await asyncio.to_thread(Serving(Path(folder), given).start)
        try:
            conninfo = Postgres(serving.data / "postgres").conninfo()
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await crowd.grow(connection, MANY)
            people = People(chromium, serving.url)
            await _told(people)
            await people.close()
        finally:
            await asyncio.to_thread(serving.stop)


async def _told(people: People) -> None:
    centre = await people.staff("center", "/cases")
    page = centre.page
    await page.get_by_role("button", name="导出", exact=True).click()
    await expect(page.get_by_text("已转入后台导出")).to_be_visible()
    await expect(page).to_have_url(re.compile("/cases"))

    await page.get_by_role("button", name="查看进度").click()
    await expect(page.get_by_role("heading", name="导出记录")).to_be_visible()
    row = page.locator("main tr[data-row]").first
    await expect(row.get_by_text("已完成")).to_be_visible()
    async with page.expect_download() as coming:
        await row.get_by_role("button", name=re.compile("下载")).click()
    taken = await coming.value
    assert re.fullmatch(r"案件台账-\d{8}-\d{4}\.xlsx", taken.suggested_filename)
    sheet = load_workbook(io.BytesIO(Path(await taken.path()).read_bytes()), read_only=True).worksheets[0]
    rows = sum(1 for _ in sheet.iter_rows(4, max_col=1))
    assert rows >= MANY

    await expect(row).to_contain_text(f"共 {rows:,} 行")
    await page.locator(".bell summary").click()
    told = page.locator(".notices li", has_text="导出完成").first
    await expect(told).to_contain_text(f"案件台账 {rows:,} 行，请在 24 小时内到“导出记录”下载")
