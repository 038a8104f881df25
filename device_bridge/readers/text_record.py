"""The 256-byte text record of a card: UTF-16LE, padded with spaces.

Four layouts share it; the certificate flag at byte 248 tells which: space for residents, J for
residents of Hong Kong, Macau and Taiwan, I and Y for foreigners (issued from 2017 and 2023).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from device_bridge.protocol import LONG_TERM, CardFields, CardKind
from device_bridge.readers.codes import nation_label, sex_label

RECORD_BYTES = 256
FLAG_OFFSET = 248

FLAGS: Mapping[str, CardKind] = MappingProxyType(
    {" ": CardKind.PRC, "J": CardKind.HMT, "I": CardKind.FPR2017, "Y": CardKind.FPR2023}
)

# (field, offset, bytes); a field named twice is the two halves of one text.
_Slots = tuple[tuple[str, int, int], ...]

_RESIDENT: _Slots = (
    ("name", 0, 30),
    ("sex_code", 30, 2),
    ("nation_code", 32, 4),
    ("birth", 36, 16),
    ("address", 52, 70),
    ("id_no", 122, 36),
    ("issuer", 158, 30),
    ("valid_from", 188, 16),
    ("valid_to", 204, 16),
)
LAYOUTS: Mapping[CardKind, _Slots] = MappingProxyType(
    {
        CardKind.PRC: _RESIDENT,
        CardKind.HMT: (
            *(slot for slot in _RESIDENT if slot[0] != "nation_code"),
            ("pass_no", 220, 18),
            ("issue_count", 238, 4),
        ),
        CardKind.FPR2017: (
            ("eng_name", 0, 120),
            ("sex_code", 120, 2),
            ("id_no", 122, 30),
            ("nationality", 152, 6),
            ("name", 158, 30),
            ("valid_from", 188, 16),
            ("valid_to", 204, 16),
            ("birth", 220, 16),
        ),
        CardKind.FPR2023: (
            ("name", 0, 30),
            ("sex_code", 30, 2),
            ("issue_count", 32, 4),
            ("birth", 36, 16),
            ("eng_name", 52, 70),
            ("id_no", 122, 36),
            ("valid_from", 188, 16),
            ("valid_to", 204, 16),
            ("eng_name", 220, 22),
            ("nationality", 242, 6),
        ),
    }
)

# What a card has no business printing, and what would be refused further on.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RecordError(ValueError):
    """A record that cannot be read; the text never quotes it."""


@dataclass(frozen=True, slots=True)
class CardRecord:
    kind: CardKind
    fields: CardFields


def parse(record: bytes) -> CardRecord:
    """Read a text record of any of the four kinds.

    A field that is blank or makes no sense (a birth date that does not exist) becomes None; an
    unknown code keeps its value. Neither spoils the read.

    :param record: 256 bytes
    :raises RecordError: not 256 bytes, or a certificate flag nobody has described
    """
    if len(record) != RECORD_BYTES:
        raise RecordError("a text record has 256 bytes")
    flag = record[FLAG_OFFSET : FLAG_OFFSET + 2].decode("utf-16-le", errors="replace")
    kind = FLAGS.get(" " if flag == "\x00" else flag)
    if kind is None:
        raise RecordError("the certificate flag is unknown")
    halves: dict[str, str] = {}
    for name, offset, size in LAYOUTS[kind]:
        piece = record[offset : offset + size].decode("utf-16-le", errors="replace")
        halves[name] = halves.get(name, "") + piece
    return CardRecord(kind, _fields({name: _clean(text) for name, text in halves.items()}))


def _clean(text: str) -> str | None:
    return _CONTROL.sub("", text).strip() or None


def _fields(texts: Mapping[str, str | None]) -> CardFields:
    id_no = texts.get("id_no")
    return CardFields(
        name=texts.get("name"),
        sex=sex_label(texts.get("sex_code")),
        sex_code=texts.get("sex_code"),
        nation=nation_label(texts.get("nation_code")),
        nation_code=texts.get("nation_code"),
        birth=_day(texts.get("birth")),
        address=texts.get("address"),
        id_no=id_no.upper() if id_no else None,
        issuer=texts.get("issuer"),
        valid_from=_day(texts.get("valid_from")),
        valid_to=_end(texts.get("valid_to")),
        pass_no=texts.get("pass_no"),
        issue_count=texts.get("issue_count"),
        eng_name=texts.get("eng_name"),
        nationality=texts.get("nationality"),
    )


def _day(text: str | None) -> date | None:
    if text is None or not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _end(text: str | None) -> date | Literal["长期"] | None:
    return LONG_TERM if text == LONG_TERM else _day(text)
