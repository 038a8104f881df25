"""Our own line icons, 24 × 24, drawn with the colour of the text."""

from __future__ import annotations

import reflex as rx

_PATHS = {
    "shield": "M12 3l7 3v5c0 5-3.5 8.5-7 10-3.5-1.5-7-5-7-10V6z M9 12l2 2 4-4",
    "inbox": "M3 13l3-8h12l3 8v6H3z M3 13h5l1.5 3h5L16 13h5",
    "list": "M8 6h13 M8 12h13 M8 18h13 M3.5 6h.01 M3.5 12h.01 M3.5 18h.01",
    "alarm": "M12 21a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M12 10v4l2.5 2 M4 5l3-2 M20 5l-3-2",
    "plus": "M12 5v14 M5 12h14",
    "print": "M7 9V3h10v6 M7 17H4v-7h16v7h-3 M7 14h10v7H7z",
    "branch": "M6 8v8 M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M6 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z "
    "M18 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M18 8c0 5-6 4-12 8",
    "phone": "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z M11 18h2",
    "bell": "M6 17V11a6 6 0 1 1 12 0v6l1.5 1.5h-15z M10 21h4",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M20 20l-4-4",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4 21c0-4 3.6-6 8-6s8 2 8 6",
    "card": "M3 5h18v14H3z M7 10.5a2 2 0 1 0 4 0 2 2 0 0 0-4 0z M6 16c.5-2 5.5-2 6 0 M14.5 9.5H18 M14.5 13H18",
    "camera": "M3 8h4l2-3h6l2 3h4v12H3z M12 17a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
    "sun": "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M12 2v2 M12 20v2 M2 12h2 M20 12h2 M5 5l1.5 1.5 M17.5 17.5L19 19 "
    "M5 19l1.5-1.5 M17.5 6.5L19 5",
    "moon": "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
    "logout": "M10 4H4v16h6 M14 8l4 4-4 4 M8 12h10",
    "chevron": "M6 9l6 6 6-6",
    "close": "M6 6l12 12 M18 6L6 18",
    "check": "M5 13l4 4L19 7",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3 2",
    "eye": "M2 12s3.5-6 10-6 10 6 10 6-3.5 6-10 6-10-6-10-6z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    "home": "M4 11l8-7 8 7v9H4z M10 20v-6h4v6",
    "lock": "M5 11h14v9H5z M8 11V8a4 4 0 0 1 8 0v3",
    "menu": "M4 6h16 M4 12h16 M4 18h16",
    "file": "M6 2.5h8.5L19 7v14.5H6z M14.5 2.5V7H19 M9 12h7 M9 16h7",
    "pin": "M12 21.5s7-6.5 7-12a7 7 0 0 0-14 0c0 5.5 7 12 7 12z M12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "refresh": "M20 5v5h-5 M4 19v-5h5 M19 10A7.5 7.5 0 0 0 5.5 8 M5 14a7.5 7.5 0 0 0 13.5 2",
    "keyboard": "M3 6h18v12H3z M6.5 10h.01 M10 10h.01 M14 10h.01 M17.5 10h.01 M8 14h8",
    "rows": "M3 5h18 M3 9.7h18 M3 14.3h18 M3 19h18",
    "chart": "M4 3v17h17 M8 16v-4 M12.5 16V8 M17 16V5",
    "map": "M3 6l6-2.5 6 2.5 6-2.5V18l-6 2.5L9 18l-6 2.5z M9 3.5V18 M15 6v14.5",
    "download": "M12 4v11 M7.5 11l4.5 4.5 4.5-4.5 M4 17v3h16v-3",
    "info": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z M12 11v5 M12 8v.01",
    "warn": "M12 3.5L2.5 20h19z M12 10v4.5 M12 17v.01",
    "building": "M5 21V4h9v17 M14 9h5v12 M8 8h3 M8 12h3 M8 16h3 M3 21h18",
}


def icon(name: str, size: int = 16, *, turn: bool = False) -> rx.Component:
    """Draw an icon; it is decoration, the word stands beside it.

    :param size: edge in pixels
    :param turn: turn it over while the menu it stands on is open
    :raises KeyError: there is no such icon
    """
    return _drawn(_PATHS[name], size, "icon turn" if turn else "icon")


def icon_of(name: rx.Var[str], size: int = 16) -> rx.Component:
    """Draw the icon that a var names; any other name draws a list."""
    known = rx.Var.create(_PATHS)
    return _drawn(rx.cond(known.contains(name), known[name], _PATHS["list"]), size, "icon")


def _drawn(path: str | rx.Var[str], size: int, look: str) -> rx.Component:
    # How lines are drawn stands in the sheet (assets/styles/base.css): as attributes Reflex would make a style of each.
    return rx.el.svg(
        rx.el.path(d=path),
        width=str(size),
        height=str(size),
        view_box="0 0 24 24",
        class_name=look,
        custom_attrs={"aria-hidden": "true"},
    )
