"""Checks of free text, the same for every field that people write in."""

from __future__ import annotations

import re
from unicodedata import category

_BREAKS = "\n\r\t"


def as_written(text: str) -> str:
    """Give a text as its writer sees it: one kind of line break, no empty lines around, the first line's indent kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return re.sub(r"\A(?:[^\S\n]*\n)+|\A[ \t]+", "", lines)


def line_fault(label: str, text: str, *, most: int, least: int = 1) -> str:
    """Say why a name, a number or an address cannot be taken, which is a single line; empty when it can."""
    fault = text_fault(label, text, most=most, least=least)
    broken = any(sign in text for sign in _BREAKS)
    return fault or (f"{label}只能有一行，不能有换行和制表符" if broken else "")


def text_fault(label: str, text: str, *, most: int, least: int = 1) -> str:
    """Say why a text cannot be taken; empty when it can.

    Lengths are in characters. Markup and emoji are text like any other: they are stored
    as typed and shown as typed. Control characters are refused, since neither the
    database nor a printed slip can hold them.
    """
    size = len(text.strip())
    if size == 0 and least > 0:
        return f"请填写{label}"
    if size < least:
        return f"{label}至少 {least} 个字，现为 {size} 个"
    if size > most:
        return f"{label}最长 {most} 个字，现为 {size} 个"
    if any(category(c) == "Cc" and c not in _BREAKS for c in text):
        return f"{label}含有无法识别的控制字符，请删除后重试"
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return f"{label}含有残缺的字符，请删除后重试"
    return ""
