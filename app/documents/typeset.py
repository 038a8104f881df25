"""Paper: a template and the words on it become a PDF, or a picture for a preview.

Only the fonts that come with the packages are used, so that it prints alike everywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst
from fontTools.ttLib import TTFont

from app.launch.checks import FONT, font_folder

PREVIEW_PPI = 96
FONTS = (FONT, "SourceHanMonoSC-Regular.otf")
"""The second has some rare hanzi of names that the first lacks."""


def typeset(
    template: Path,
    data: Mapping[str, Any],
    *,
    at: datetime,
    kind: Literal["pdf", "png"] = "pdf",
    ppi: float = PREVIEW_PPI,
) -> bytes:
    """Lay out a PDF, or one page as a picture; it computes for up to a third of a second, so call it in a thread."""
    printed = typst.compile(
        template,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
        format=kind,
        ppi=ppi,
    )
    if not isinstance(printed, bytes):
        raise TypeError("a picture is one page: typst gives it as bytes")
    return printed


def printable(text: str) -> str:
    """Give a text as paper can show it: what no font has becomes a word, never an empty box.

    A smiley with its joiners and skin tones is one word; a hanzi is told by its number, so that a name stays certain.
    """
    return _PICTURE.sub("〔表情〕", "".join(_sign(sign) for sign in text))


_PICTURE = re.compile("(?:\ufffc[\u200d\ufe0e\ufe0f\u20e3]*)+")
"""What `_sign` marks, and the joiners that make one picture of several signs."""


def _sign(sign: str) -> str:
    kind, number = unicodedata.category(sign), ord(sign)
    if number in _drawn() or kind in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
        return sign
    if kind == "Lo" or 0x20000 <= number < 0x40000:  # the planes of hanzi, newer ones than Python knows too
        return f"〔U+{number:04X}〕"
    return "" if kind in {"Mn", "Me"} else "\ufffc"


@lru_cache(maxsize=1)
def _drawn() -> frozenset[int]:
    # The signs that the fonts have.
    found: set[int] = set()
    for name in FONTS:
        with TTFont(font_folder() / name, lazy=True) as font:
            found |= (font.getBestCmap() or {}).keys()
    return frozenset(found)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # The fonts that come with the packages, read once: that alone takes a quarter of a second.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder()])
