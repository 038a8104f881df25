"""Pure decisions: codes and paths, borders, and what a list of areas comes to."""

# pyright: reportUnusedImport=false
from __future__ import annotations

from domain.areas.rules.borders import centre, contains, middle, shape_fault, shape_of, size, within_shape
from domain.areas.rules.codes import (
    code_fault,
    codes_in,
    escaped,
    faults,
    level_above,
    level_of,
    name_fault,
    parent_fault,
    parent_in,
    path_under,
    plain_code,
    prefix_pattern,
)
from domain.areas.rules.lists import plan
