"""Values as they come from a browser: anything may be in them, and of any type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from unicodedata import normalize

from domain.kernel.clock import SHANGHAI
from domain.kernel.labels import Labelled
from domain.kernel.refusals import Invalid


@dataclass
class Choice:
    """This class will hold one choice of a select."""

    value: str = ""
    label: str = ""


MOST = 200_000
"""Characters read of one field at most; longer ones are cut after being refused by length elsewhere."""
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.(?P<cents>\d*))?", re.ASCII)
W = TypeVar("W", bound=Labelled)


def as_text(value: object) -> str:
    """This function will take an argument of an event for text; anything else is empty."""
    return value[:MOST] if isinstance(value, str) else ""


def as_form(value: object) -> dict[str, Any]:
    """This function will take an argument of an event for the values of a form; anything else is an empty one."""
    return {str(name): given for name, given in value.items()} if isinstance(value, dict) else {}


def text_in(form: Mapping[str, Any], name: str, *, most: int = MOST) -> str:
    """This function will read a text; anything that is not one reads as empty."""
    value = form.get(name)
    return value[:most] if isinstance(value, str) else ""


def flag_in(form: Mapping[str, Any], name: str) -> bool:
    """This function will read a check box."""
    value = form.get(name)
    return value is True or (isinstance(value, str) and value in {"on", "true", "1"})


def word_in(form: Mapping[str, Any], name: str, kind: type[W], default: W) -> W:
    """This function will read a choice; empty reads as the default.

    :raises Invalid: it is not one of the choices
    """
    text = text_in(form, name)
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        raise Invalid.of({name: "请从列表中选择"}) from None


def number_in(form: Mapping[str, Any], name: str, default: int, *, label: str) -> int:
    """This function will read a whole number; empty reads as the default.

    :raises Invalid: it is not a whole number
    """
    text = text_in(form, name, most=20).strip()
    if not text:
        return default
    if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
        raise Invalid.of({name: f"{label}应为整数"})
    return int(text)


def amount_in(form: Mapping[str, Any], name: str, *, label: str) -> Decimal | None:
    """Read an amount of money in yuan; empty reads as none. It is taken as it is written, or not at all.

    :raises Invalid: it is not a number, or has more than two decimals
    """
    text = normalize("NFKC", text_in(form, name, most=60)).strip().removeprefix("¥").removesuffix("元").strip()
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Invalid.of({name: f"{label}应为数字，单位为元，如 12000 或 12,000.50"})
    if len(found["cents"] or "") > 2:
        raise Invalid.of({name: f"{label}最多两位小数，单位为元"})
    return Decimal(text.replace(",", "")).quantize(Decimal("0.01"))


def moment_in(form: Mapping[str, Any], name: str, *, label: str) -> datetime | None:
    """This function will read a local moment of an `input type=datetime-local` (Asia/Shanghai) as UTC.

    :raises Invalid: it is not a date and time
    """
    text = text_in(form, name, most=30).strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        raise Invalid.of({name: f"{label}应为有效的日期和时间"}) from None
