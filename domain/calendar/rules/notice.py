"""Read a year's holiday notice from rows of plain text, as they are copied out of a table or a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from domain.calendar.rules.line import DAY
from domain.calendar.schemas import NoticeDay
from domain.kernel.refusals import Invalid

_DATE = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_PARTS = r",\t;、，；"
_ROW = re.compile(
    rf"^{_DATE}(?:\s*(?:至|到|~|～|—|–)\s*{_DATE})?\s*[{_PARTS} ]\s*(\S[^{_PARTS}]*?)\s*(?:[{_PARTS}](.*))?$"
)
_OFF, _ON = {"休", "放假", "休息", "假", "off", "0"}, {"班", "上班", "调休上班", "补班", "work", "1"}
_HEADS = ("日期", "date", "day")
MAX_ROWS, MAX_DAYS, MAX_NOTE = 400, 40, 40


def read_notice(text: str, year: int) -> tuple[NoticeDay, ...]:
    """Read rows such as `2027-10-01至2027-10-07,休,国庆节` or `2027-10-09,班,调休`.

    A head line and empty lines are passed over; commas, semicolons and tabs, half or full width, part the columns.

    :raises Invalid: one sentence for each line that cannot be taken, keyed `line <number>`, or no line at all
    """
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MAX_ROWS:
        raise Invalid.of({"text": f"放假安排最多 {MAX_ROWS} 行"})
    found: dict[date, NoticeDay] = {}
    faults: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        row = line.strip().strip('"')
        if row and not (number == 1 and row.lower().startswith(_HEADS)) and (fault := _take(row, year, found)):
            faults[f"line {number}"] = f"第 {number} 行：{fault}"
    if faults:
        raise Invalid.of(faults)
    if not found:
        raise Invalid.of({"text": "没有读到任何日期，每行请写成：日期，休或班，名称"})
    return tuple(found[day] for day in sorted(found))


def _take(row: str, year: int, found: dict[date, NoticeDay]) -> str:
    """One row is put among those found; what is wrong with it is answered in words."""
    try:
        days = list(_days(row, year))
    except ValueError as fault:
        return str(fault)
    if again := next((one.day for one in days if one.day in found), None):
        return f"{again:%Y-%m-%d} 与前面的行重复"
    found.update((one.day, one) for one in days)
    return ""


def _days(row: str, year: int) -> Iterator[NoticeDay]:
    parts = _ROW.match(row)
    if parts is None:
        raise ValueError(f"“{row[:30]}”看不懂，请写成：日期，休或班，名称")
    first, last = _date(parts.groups()[:3]), _date(parts.groups()[3:6])
    kind, note = parts[7].strip().lower(), (parts[8] or "").strip()
    if kind not in _OFF | _ON:
        raise ValueError(f"第二栏“{kind[:10]}”须为“休”或“班”")
    if len(note) > MAX_NOTE:
        raise ValueError(f"名称最多 {MAX_NOTE} 字")
    last = last or first
    if first is None or last is None or {first.year, last.year} != {year}:
        raise ValueError(f"日期不在 {year} 年内")
    if not 0 <= (last - first).days < MAX_DAYS:
        raise ValueError(f"起止日期颠倒，或超过 {MAX_DAYS} 天")
    for offset in range((last - first).days + 1):
        yield NoticeDay(first + offset * DAY, kind in _ON, note)


def _date(parts: tuple[str | None, ...]) -> date | None:
    if parts[0] is None:
        return None
    year, month, day = (int(part or 0) for part in parts)
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise ValueError(f"没有 {year}-{month}-{day} 这一天") from fault
