"""What dates and numbers may be taken at all.

Every input asks here: bodies and filters of the interface by the types below, forms and sheets by the functions.
A rule of a room may be narrower (nobody takes in tomorrow's dispute); none is wider.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from domain.kernel.clock import SHANGHAI
from domain.kernel.refusals import OWN_SENTENCE, Invalid

FIRST_YEAR, LAST_YEAR = 1900, 2099
EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=SHANGHAI)
LATEST = datetime(LAST_YEAR, 12, 31, 23, 59, 59, 999999, tzinfo=SHANGHAI)
PERIOD = f"应在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间"
MOST = 1_000_000
"""The greatest number of people, days or places that any input takes; far below what a column holds."""

_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.\d*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and greatest value of a number, both allowed; `unit` follows the figures in words."""

    least: int | Decimal = 0
    most: int | Decimal = MOST
    unit: str = ""

    def fault(self, label: str, number: int | Decimal) -> str:
        """Say why a number cannot be taken; empty when it can."""
        if self.least <= number <= self.most:
            return ""
        return f"{label}应在 {self.least:,} 至 {self.most:,} {self.unit}之间"


COUNT = Bounds()


def moment_fault(label: str, moment: datetime | date) -> str:
    """Say why a moment or a day cannot be taken; empty when it can."""
    if isinstance(moment, datetime):
        return "" if EARLIEST <= moment <= LATEST else f"{label}{PERIOD}"
    return "" if FIRST_YEAR <= moment.year <= LAST_YEAR else f"{label}{PERIOD}"


def narrow(text: str) -> str:
    """Bring typed figures to plain ones: full-width digits, signs and blanks are what an input method leaves."""
    return unicodedata.normalize("NFKC", text).strip()


def whole(text: str, *, label: str, within: Bounds = COUNT, field: str) -> int:
    """Read a whole number that somebody typed.

    :raises Invalid: it is none, or out of bounds
    """
    figures = narrow(text).replace("−", "-")
    if not figures.removeprefix("-").isdecimal() or not figures.isascii():
        raise Invalid.of({field: f"{label}应为整数"})
    # far beyond any bound, but short enough to be read at all
    number = int(figures[:20])
    if fault := within.fault(label, number):
        raise Invalid.of({field: fault})
    return number


def money(text: str, *, label: str, within: Bounds, field: str) -> Decimal:
    """Read an amount in yuan that somebody typed. It is taken as it is written, or not at all.

    :raises Invalid: it is no number, out of bounds, or finer than a fen
    """
    figures = narrow(text).removeprefix("¥").removesuffix("元").strip()
    if not _AMOUNT.fullmatch(figures):
        raise Invalid.of({field: f"{label}应为数字，单位为元，如 12000 或 12,000.50"})
    amount = Decimal(figures.replace(",", ""))
    if fault := money_fault(label, amount, within=within):
        raise Invalid.of({field: fault})
    return amount.quantize(Decimal("0.01"))


def money_fault(label: str, amount: Decimal, *, within: Bounds) -> str:
    """Say why an amount cannot be taken; empty when it can."""
    if not amount.is_finite():
        return f"{label}应为数字，单位为元"
    fault = within.fault(label, amount)
    exponent = amount.normalize().as_tuple().exponent
    return fault or (f"{label}最多两位小数，单位为元" if isinstance(exponent, int) and exponent < -2 else "")


def local_moment(text: str, *, label: str, field: str) -> datetime:
    """Read a moment of a form or a command, in Asia/Shanghai unless it names its zone, as UTC.

    :raises Invalid: it is none, or out of bounds
    """
    try:
        found = datetime.fromisoformat(narrow(text))
    except ValueError:
        raise Invalid.of({field: f"{label}应为有效的日期和时间，如 2026-11-23T08:00"}) from None
    found = found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
    if fault := moment_fault(label, found):
        raise Invalid.of({field: fault})
    return found.astimezone(UTC)


def day(text: str, *, label: str, field: str) -> date:
    """Read a day of a form or a sheet; slashes and dots may stand for hyphens.

    :raises Invalid: it is none, or out of bounds
    """
    try:
        found = date.fromisoformat(narrow(text).replace("/", "-").replace(".", "-"))
    except ValueError:
        raise Invalid.of({field: f"{label}应为日期，如 2026-12-31"}) from None
    if fault := moment_fault(label, found):
        raise Invalid.of({field: fault})
    return found


def within_period(moment: datetime) -> datetime:
    """Let a moment of the interface through that lies in the period.

    :raises PydanticCustomError: it does not
    """
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment_fault("", zoned):
        raise PydanticCustomError(OWN_SENTENCE, "时间" + PERIOD)
    return moment


def _figures(value: Any) -> Any:
    return narrow(value) if isinstance(value, str) else value


TAKEN = ConfigDict(frozen=True, extra="forbid")
"""Of every body: a key that nobody knows is refused, since whoever wrote it expects it to count."""
When = Annotated[datetime, AfterValidator(within_period)]
Count = Annotated[int, BeforeValidator(_figures), Field(ge=0, le=MOST)]
