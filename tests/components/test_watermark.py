"""Whatever opens over a page carries the watermark, whoever wrote it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = [path for path in sorted((ROOT / "assets" / "kit").glob("*.jsx")) if "<dialog" in path.read_text("utf-8")]
SOURCES = [path for path in sorted((ROOT / "components").rglob("*.py")) if "el.dialog(" in path.read_text("utf-8")]


@pytest.mark.parametrize("part", PARTS, ids=lambda path: path.name)
def test_every_dialog_of_the_kit_has_one(part: Path) -> None:
    for dialog in re.findall(r"<dialog\b.*?</dialog>", part.read_text(encoding="utf-8"), re.DOTALL):
        assert "<Watermark " in dialog


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_page_opens_a_dialog_of_its_own_without_one(source: Path) -> None:
    for dialog in source.read_text(encoding="utf-8").split("el.dialog(")[1:]:
        assert "watermark(" in dialog


def test_it_is_kept_on_paper() -> None:
    sheet = (ROOT / "assets" / "styles" / "print.css").read_text(encoding="utf-8")
    assert re.search(r"\.watermark \{[^}]*print-color-adjust: exact", sheet)
    assert not re.search(r"\.watermark[^{]*\{[^}]*display: none", sheet)
