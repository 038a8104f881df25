"""Find half-width marks between Chinese words."""

from __future__ import annotations

import re

HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
WORD = "\ufffc"
"""Stands for what an expression will put there."""
_FULL = "[" + WORD + "，。：；？！、）》”’]"
_HALF = re.compile(
    rf"(?:{HAN}|{_FULL})\s*[,;:](?!//)|{HAN}\s*[?!]|[,;:?!]\s*{HAN}"  # a mark that touches Chinese on either side
    rf"|{HAN}\s*\(|\(\s*{HAN}|{HAN}\s*\)|\)\s*{HAN}|{WORD}\s*\([^)]*(?:{HAN}|{WORD})"  # a bracket that does
    rf"|^\s*[,;:]\s*{WORD}"  # one at the beginning of what is put behind something
    rf"|{HAN}\.(?=\s|$)|{HAN}\.\.\.|\.\.\.{HAN}"  # a full stop, an ellipsis
    rf"|{HAN}\s*[\"']{HAN}"  # a straight quotation mark
)


def halves(text: str) -> list[str]:
    """List the half-width marks in a text that has Chinese words, with what stands around each."""
    if not re.search(HAN, text):
        return []
    return [text[max(0, hit.start() - 8) : hit.end() + 8] for hit in _HALF.finditer(text)]
