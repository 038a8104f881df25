"""QR codes as one path of modules: screens draw it, and so do the slips."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4
"""The standard's empty border, in modules; scanners need it on a coloured ground."""


def matrix(text: str) -> list[list[bool]]:
    """Give the modules of a QR code with its border, row by row, True for dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def path_of(rows: list[list[bool]]) -> str:
    """Write the dark modules as the path of a vector picture, one unit a module."""
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    # The dark stretches of a row as (start, length).
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            found.append((start, place - start))
            start = None
    return found
