"""Demo cards and the writer of text records the simulated reader holds.

The people are invented, from the fictional county 清溪县. Their numbers are computed here; the
division 350599 is assigned to no place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from device_bridge.protocol import CardKind
from device_bridge.readers import text_record
from device_bridge.readers.sam import TEXT_BYTES

_DIVISION = "350599"
_ISSUER = "清溪县公安局"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PHOTO_BYTES = 1024
_BLANK = " ".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class SimulatedCard:
    """A card that can be put on the simulated reader.

    :ivar values: the texts as they stand in the record, by the field names of
        `text_record.LAYOUTS`; dates are YYYYMMDD, sex and nation are codes
    :ivar flag: the certificate flag, None for the one of the kind
    """

    kind: CardKind
    values: Mapping[str, str] = field(repr=False)
    flag: str | None = None

    def record(self) -> bytes:
        """Write the 256 bytes of the text record.

        :raises ValueError: a value does not fit its place
        """
        record = bytearray(_BLANK * (TEXT_BYTES // len(_BLANK)))
        # Counted in bytes: a rare character takes the room of two.
        rest = {name: text.encode("utf-16-le") for name, text in self.values.items()}
        for name, offset, size in text_record.LAYOUTS[self.kind]:
            piece = rest.get(name, b"")
            record[offset : offset + len(piece[:size])] = piece[:size]
            rest[name] = piece[size:]
        if any(rest.values()):
            raise ValueError("a value does not fit the record")
        flags = {kind: flag for flag, kind in text_record.FLAGS.items()}
        flag = self.flag or flags[self.kind]
        record[text_record.FLAG_OFFSET : text_record.FLAG_OFFSET + 2] = flag.encode("utf-16-le")
        return bytes(record)

    def payload(self) -> bytes:
        """Write the answer to "read text and photo": lengths, text, no face."""
        lengths = TEXT_BYTES.to_bytes(2, "big") + _PHOTO_BYTES.to_bytes(2, "big")
        return lengths + self.record() + bytes(_PHOTO_BYTES)


def id_number(division: str, birth: date, order: int) -> str:
    """Make an 18-digit number (GB 11643) with a fitting check digit.

    :param division: six digits, or `9` and the country for a foreigner
    :param order: 0 to 999; odd for men, even for women
    """
    body = f"{division}{birth:%Y%m%d}{order:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def _resident(name: str, birth: date, order: int, nation: str, village: str) -> dict[str, str]:
    return {
        "name": name,
        "sex_code": "1" if order % 2 else "2",
        "nation_code": nation,
        "birth": f"{birth:%Y%m%d}",
        "address": f"福建省清溪县{village}",
        "id_no": id_number(_DIVISION, birth, order),
        "issuer": _ISSUER,
        "valid_from": "20180601",
        "valid_to": "20380601",
    }


def _from_macau() -> dict[str, str]:
    birth = date(1979, 9, 9)
    home = _resident("何晓岚", birth, 4, "", "溪口镇望江路8号")
    del home["nation_code"]
    number = id_number("820000", birth, 4)
    return home | {"id_no": number, "pass_no": "M" + "0" * 7 + "1", "issue_count": "01"}


def _foreigner_2017() -> dict[str, str]:
    birth = date(1983, 5, 20)
    return {
        "eng_name": "EXAMPLE, MARIA",
        "sex_code": "2",
        "id_no": f"CAN350599{birth:%y%m%d}",
        "nationality": "CAN",
        "name": "马丽亚",
        "valid_from": "20190115",
        "valid_to": "20390114",
        "birth": f"{birth:%Y%m%d}",
    }


def _foreigner_2023() -> dict[str, str]:
    birth = date(1991, 11, 3)
    return {
        "name": "安明",
        "sex_code": "1",
        "issue_count": "01",
        "birth": f"{birth:%Y%m%d}",
        "eng_name": "EXAMPLE VAN DER MUSTERMANN-BEISPIEL, ANTON J",
        "id_no": id_number("935528", birth, 7),
        "valid_from": "20240301",
        "valid_to": "20340228",
        "nationality": "DEU",
    }


@cache
def demo_cards() -> Mapping[str, SimulatedCard]:
    """Give the demo cards by the name they are called with on the console."""
    prc = CardKind.PRC
    lin = _resident("林小满", date(1988, 3, 12), 11, "01", "云溪镇白鹭村3组12号")
    lan = _resident("蓝青禾", date(1995, 8, 24), 26, "22", "畲寨乡竹坑村1组5号")
    wu = _resident("吴守田", date(1951, 1, 30), 35, "01", "东山镇石桥社区7号")
    zhou = _resident("周未晚", date(2001, 12, 2), 48, "97", "云溪镇新街21号")
    return {
        "lin": SimulatedCard(prc, lin),
        "lan": SimulatedCard(prc, lan),
        "wu": SimulatedCard(prc, wu | {"valid_from": "20080101", "valid_to": "长期"}),
        "expired": SimulatedCard(prc, zhou | {"valid_from": "20110601", "valid_to": "20160601"}),
        "hmt": SimulatedCard(CardKind.HMT, _from_macau()),
        "fpr2017": SimulatedCard(CardKind.FPR2017, _foreigner_2017()),
        "fpr2023": SimulatedCard(CardKind.FPR2023, _foreigner_2023()),
    }
