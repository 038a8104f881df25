"""Take the pictures of the Chinese manual; names take only those: `python -m tests.manual [NAME ...]`."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from app.demo.loading import fresh_password
from app.launch import browser
from tests.journeys.conftest import PHONE, People, Person
from tests.manual import PICTURES
from tests.manual.shots import Shot, chosen
from tests.manual.stage import PETITIONER, Stage
from tests.support.county import phone
from tests.support.serving import Serving

CASES = "120"
"""Cases of the demo county: enough for full lists."""
LOADED = """() => document.fonts.status === "loaded"
    && !document.querySelector(".bone:not(img), .skeleton, [aria-busy=true]")
    && [...document.images].every((one) => one.complete || one.loading === "lazy")"""
QUIET = """() => {
    for (const one of document.querySelectorAll("[data-sonner-toaster], .watermark")) one.style.display = "none";
}"""
"""Messages come and go, and the watermark tells the hour: neither belongs into a picture that is taken again."""


class Camera:
    """Goes from window to window, one at a time: nobody is seen beside the person whose picture it is."""

    def __init__(self, chromium: Browser, base: str, password: str, cases: dict[str, str]) -> None:
        self.people, self.base, self.password, self.cases = People(chromium, base), base, password, cases
        self._key: tuple[str, bool] | None = None

    async def take(self, shot: Shot) -> None:
        """Take one picture."""
        person = await self._window(shot)
        person.page = page = await person.page.context.new_page()  # a tab of its own: nothing is left open in it
        await person.open(shot.path.format_map(self.cases))
        await page.locator(shot.wait).first.wait_for()
        await settled(page)
        if shot.doing:
            await shot.doing(page)
            await page.locator(shot.then or shot.wait).first.wait_for()
            await settled(page)
        await keep(page, shot.name)
        await page.close()

    async def _window(self, shot: Shot) -> Person:
        """Give the window of a person, who leaves before the next one comes."""
        key = shot.login, shot.phone
        if self._key != key:
            await self.people.close()
            self._key, self._person = key, await self.people.somebody(shot.size)
            if shot.login:
                await self._person.sign_in(shot.login, "/me", self.password)
        return self._person

    async def petitioner(self) -> None:
        """Take the pictures of what the petitioner sees: the door, and the case behind it."""
        person = await self.people.somebody(PHONE)
        page = person.page
        await page.goto(await person.link_in_message(self.cases["told"]))
        await keep(page, "petitioner-door")
        await page.fill("[name=phone]", phone(PETITIONER))
        await page.get_by_role("button", name="获取验证码").click()
        await page.fill("[name=code]", await self._code())
        await page.get_by_role("button", name="查看进度").click()
        await expect(page.locator("body")).to_contain_text(self.cases["told"])
        await settled(page)
        await keep(page, "petitioner", whole=True)

    async def _code(self) -> str:
        page = (await self.people.somebody()).page
        for _ in range(40):
            await page.goto(self.base + "/demo/sms")
            if found := re.search(r"验证码\D{0,6}(\d{6})", await page.locator("body").inner_text()):
                return found.group(1)
            await asyncio.sleep(0.3)
        raise RuntimeError("no code was sent")


async def settled(page: Page) -> None:
    """Wait until nothing is awaited any more."""
    await page.wait_for_function(LOADED)
    await page.wait_for_timeout(250)
    await page.wait_for_function(LOADED)


async def keep(page: Page, name: str, *, whole: bool = False) -> None:
    """Write what the window shows, without loss: of a red dot nothing may be missing."""
    await page.evaluate(QUIET)
    taken = await page.screenshot(animations="disabled", caret="hide", full_page=whole)
    Image.open(io.BytesIO(taken)).convert("RGB").save(PICTURES / f"{name}.webp", lossless=True, quality=80)


async def shoot(base: str, password: str, cases: dict[str, str], names: list[str]) -> None:
    """Take the named pictures, all without a name."""
    async with async_playwright() as playwright:
        path = await asyncio.to_thread(browser.ensure)
        chromium = await playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"],
        )
        camera = Camera(chromium, base, password, cases)
        for shot in chosen(names):
            await camera.take(shot)
            say(shot.name)
        if not names or "petitioner" in names:
            await camera.petitioner()
            say("petitioner")
        await chromium.close()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(names: list[str]) -> int:
    """Serve a demo county of its own, set the stage, take the pictures."""
    began, password = time.monotonic(), os.environ.get("DEMO_PASSWORD") or fresh_password()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        serving = Serving(Path(folder), {"DEMO": "1", "DEMO_PASSWORD": password, "DEMO_CASES": CASES}).start()
        try:
            with Stage(serving.url, password) as stage:
                cases = stage.set()
            asyncio.run(shoot(serving.url, password, cases, names))
        finally:
            serving.stop()
    weighs = sum(path.stat().st_size for path in PICTURES.iterdir())
    say(f"{len(list(PICTURES.iterdir()))} pictures, {weighs / 2**20:.1f} MB, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
