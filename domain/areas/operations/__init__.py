"""Writes: areas are founded, taken from a list, and changed with their history."""

# pyright: reportUnusedImport=false
from __future__ import annotations

from domain.areas.operations.changing import create, end, merge, move, rename
from domain.areas.operations.founding import add, add_all
from domain.areas.operations.listing import draw, take_list, undraw
