"""One form of everything that is searched and compared: what looks alike to people is equal to the product.

NFKC (full-width letters and digits), case, blanks, the kinds of middle dot and dash, traditional characters. What is
shown stays as it was written; what is compared is folded on both sides. Decision 0015.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
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


def parts(text: str, words: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Cut a text as it is written into pieces, each with whether folded words stand there; none where no word does."""
    found: list[tuple[str, bool]] = []
    end = 0
    for first, last in _hits(text, words):
        found += [(text[end:first], False), (text[first:last], True)]
        end = last
    return tuple(one for one in (*found, (text[end:], False)) if one[0]) if found else ()


def excerpt(text: str, words: Iterable[str], *, before: int = 12, most: int = 48) -> str:
    """Give what stands around the first of some folded words in a text, in one line; empty where none does."""
    hit = next(iter(_hits(text, words)), None)
    if hit is None:
        return ""
    start = max(0, hit[0] - before)
    cut = text[start : max(hit[1], start + most)]
    return f"{'…' if start else ''}{' '.join(cut.split())}{'…' if start + len(cut) < len(text) else ''}"


def _hits(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Give the stretches of a text where folded words stand, in order; what touches is one."""
    folded, places = _placed(text)
    stretches: list[tuple[int, int]] = []
    for word in filter(None, words):
        at = folded.find(word)
        while at >= 0:
            stretches.append((places[at][0], places[at + len(word) - 1][1]))
            at = folded.find(word, at + 1)
    merged: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _placed(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold a text and tell of each character where it comes from: the same as `fold`, sign by sign."""
    signs, places = "", list[tuple[int, int]]()
    for first, last in _clusters(text):
        put = _sign(text[first:last])
        signs += put
        places += [(first, last)] * len(put)
    gone = {hit.start() for hit in _DOT_BETWEEN.finditer(signs)}
    gone |= {at for hit in _PHONE.finditer(signs) for at in (hit.end(1), hit.end(2))}
    kept = [at for at in range(len(signs)) if at not in gone]
    return "".join(signs[at] for at in kept), [places[at] for at in kept]


def _clusters(text: str) -> list[tuple[int, int]]:
    """Give the stretches of a text that are folded by themselves: a sign, with those that join it."""
    alone = [(at, at + 1) for at in range(len(text))]
    whole = unicodedata.normalize("NFKC", text)
    if "".join(unicodedata.normalize("NFKC", sign) for sign in text) == whole:
        return alone
    starts: list[int] = []
    for at, sign in enumerate(text):
        before = text[starts[-1] : at] if starts else ""
        apart = unicodedata.normalize("NFKC", before) + unicodedata.normalize("NFKC", sign)
        if not starts or unicodedata.normalize("NFKC", before + sign) == apart:
            starts.append(at)
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


@lru_cache(maxsize=30_000)
def _sign(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign).lower().translate(_signs())
    return "\n" if sign.splitlines() == [""] else "".join(plain.split())


def document(texts: Iterable[str]) -> str:
    """Fold the texts of a thing into the one in which its words are looked for."""
    return "\n".join(fold(one) for one in texts)


def name_key(name: str) -> str:
    """Bring a name to the form in which it is compared: without blanks, dots, dashes and apostrophes."""
    return _NOT_OF_A_NAME.sub("", fold(name))


def number_key(number: str) -> str:
    """Bring a number that people quote to its stored form: "ｑｘ2026-000001 " is QX2026000001."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number).translate(_signs())).upper()
