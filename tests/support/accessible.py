"""The rules of axe-core on a page that stands: in the light theme all of them, in the dark one those of colour.

The product's policy forbids foreign scripts; what the browser's own tools evaluate is not bound by it.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

HEAVY = frozenset({"serious", "critical"})
_RUN = """(rules) => axe.run(document, { resultTypes: ["violations"], ...rules }).then((found) => found.violations)"""
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""Between the themes nothing but the colours differs."""
_STILL = """(dark) => {
    document.documentElement.classList.toggle("dark", dark);
    const ending = (one) => one.effect.getComputedTiming().endTime !== Infinity;
    document.getAnimations().filter(ending).forEach((one) => one.finish());
}"""
"""Colours fade from one theme to the other: their contrast is measured at the end."""


async def expect_accessible(page: Page) -> None:
    """Hold a page to 0 serious and critical violations, in both themes; the theme it had comes back."""
    if await page.evaluate("typeof window.axe === 'undefined'"):
        await page.evaluate(AXE_SCRIPT)
    was_dark = await page.evaluate("document.documentElement.classList.contains('dark')")
    found = await _heavy(page, "light", {})
    found += await _heavy(page, "dark", _COLOURS)
    await page.evaluate(_STILL, was_dark)
    assert found == [], "\n".join([page.url, *found])


async def _heavy(page: Page, theme: str, rules: dict[str, Any]) -> list[str]:
    await page.evaluate(_STILL, theme == "dark")
    violations: list[dict[str, Any]] = await page.evaluate(_RUN, rules)
    return [
        f"{theme}: {one['id']} ({one['impact']}) {node['target']} {node['any'][0]['message'] if node['any'] else one['help']}"
        for one in violations
        if one["impact"] in HEAVY
        for node in one["nodes"]
    ]
