"""QR codes as vectors for slips."""

from __future__ import annotations

from state.qr import QUIET, matrix, path_of

__all__ = ["QUIET", "matrix", "qr_svg"]


def qr_svg(url: str, *, label: str = "查询进度二维码") -> str:
    """Draw a QR code as an SVG of one path, which scales to the box it is put in.

    `label` is its text alternative; it and the address contain nothing but what is drawn.
    """
    rows = matrix(url)
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path_of(rows)}"/></svg>'
    )
