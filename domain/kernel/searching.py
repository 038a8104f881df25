"""One form of everything that is searched and compared: what looks alike to people is equal to the product.

NFKC (full-width letters and digits), case, blanks, the kinds of middle dot and dash, traditional characters. What is
shown stays as it was written; what is compared is folded on both sides. Decision 0015.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("simplified.txt")
"""Pairs of a traditional and its simplified character, from OpenCC's TSCharacters (docs/dependencies.md)."""
_DOTS = dict.fromkeys(map(ord, "·•‧∙⋅・･‣●"), "·")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_QUOTES = {ord(one): "'" for one in "’‘‛`´ʼ"}
_HIDDEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_HAN = "[㐀-鿿豈-﫿𠀀-𳎯]"
_DOT_BETWEEN = re.compile(rf"(?<={_HAN})[·.](?={_HAN})")
_PHONE = re.compile(r"(?<!\d)(1\d{2})-(\d{4})-(\d{4})(?!\d)")
_NOT_OF_A_NAME = re.compile(r"[·.'\-]")


@cache
def _signs() -> dict[int, str | None]:
    pairs = _TABLE.read_text(encoding="utf-8").replace("\n", "")
    simplified = {ord(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}
    return {**simplified, **_DOTS, **_DASHES, **_QUOTES, **_HIDDEN}


def fold(text: str) -> str:
    """Bring a text to the form in which it is compared; line breaks alone stay of its blanks."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(_signs())
    lines = ("".join(line.split()) for line in plain.splitlines())
    joined = _DOT_BETWEEN.sub("", "\n".join(lines).rstrip("\n"))
    # what a blank or a hidden sign kept apart may be one character now
    return unicodedata.normalize("NFKC", _PHONE.sub(r"\1\2\3", joined))


def words_of(text: str) -> tuple[str, ...]:
    """Give the words that somebody looks for, folded: parted by blanks, each must occur."""
    return tuple(dict.fromkeys(word for piece in text.split() if (word := fold(piece))))


def fits(text: str, *within: str) -> bool:
    """Tell whether each word of a search occurs in one of some texts; an empty search fits everything."""
    folded = [fold(one) for one in within]
    return all(any(word in one for one in folded) for word in words_of(text))


def document(texts: Iterable[str]) -> str:
    """Fold the texts of a thing into the one in which its words are looked for."""
    return "\n".join(fold(one) for one in texts)


def name_key(name: str) -> str:
    """Bring a name to the form in which it is compared: without blanks, dots, dashes and apostrophes."""
    return _NOT_OF_A_NAME.sub("", fold(name))


def number_key(number: str) -> str:
    """Bring a number that people quote to its stored form: "ｑｘ2026-000001 " is QX2026000001."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number).translate(_signs())).upper()
