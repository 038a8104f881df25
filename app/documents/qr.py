"""QR codes as vectors: on screens and on slips."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4
"""The standard's empty border, in modules; scanners need it on a coloured ground."""


def matrix(url: str) -> list[list[bool]]:
    """This function will give the modules of a QR code with its border, row by row, True for dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(url)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_svg(url: str, *, label: str = "查询进度二维码") -> str:
    """This function will draw a QR code as an SVG of one path, which scales to the box it is put in.

    `label` is its text alternative; it and the address contain nothing but what is drawn.
    """
    rows = matrix(url)
    size = len(rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """The dark stretches of a row as (start, length)."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            found.append((start, place - start))
            start = None
    return found
