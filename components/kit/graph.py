"""A way of work as a picture; the part that draws it loads only on pages that have one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.scripts import library


class _Graph(rx.NoSSRComponent):
    library = library("graph")
    tag = "Graph"
    lib_dependencies: list[str] = ["@xyflow/react@12.12.1"]
    nodes: rx.Var[list[Any]]
    edges: rx.Var[list[Any]]
    columns: rx.Var[int]
    rows: rx.Var[int]
    label: rx.Var[str]


def graph(nodes: Any, edges: Any, *, columns: int, rows: int, label: str) -> rx.Component:
    """Draw places and the arrows between them; a table beside it must say the same in words.

    :param nodes: list var of objects with .id .label .word .tone ("", end, renamed, gone) .column .row from 0
    :param edges: list var of objects with .id .source .target .leave .enter (sides: left, right, top, bottom)
        .label .who .tone ("", changed, gone) .word .minor
    :param columns: how many places lie beside each other at most, and `rows` below each other
    :param label: what the picture shows, for those who listen
    """
    return _Graph.create(
        nodes=nodes,
        edges=edges,
        columns=columns,
        rows=rows,
        label=label,
    )
