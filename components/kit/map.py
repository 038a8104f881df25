"""Areas filled by a number that its reader picks; the part that draws them loads only on pages that have a map."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.scripts import library

BORDERS = "/api/v1/areas/borders"


class _Map(rx.NoSSRComponent):
    library = library("map")
    tag = "AreaMap"
    lib_dependencies: list[str] = ["maplibre-gl@6.17.0"]
    shown: rx.Var[Any]
    borders: rx.Var[str]
    label: rx.Var[str]


def area_map(shown: Any, *, label: str, borders: str = BORDERS) -> rx.Component:
    """Draw a map, and below it the same numbers as a table that is folded away; without WebGL the table alone.

    :param shown: var of a `Chart` of the kind map
    :param label: what the picture shows, for those who listen
    :param borders: address of the areas as GeoJSON, with `code`, `name` and `center` of each
    """
    return rx.el.div(
        rx.el.div(class_name="chart-wait"),
        rx.el.span("正在加载", class_name="sr", role="status"),
        _Map.create(shown=shown, borders=borders, label=label),
        class_name="chart tall map",
    )
