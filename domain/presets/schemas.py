"""What presets are asked for, and what leaves the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from domain.kernel.asking import Ask
from domain.kernel.bounds import Bounds

MAX_NAME, MAX_QUERY, MOST = 20, 4000, 30
"""Characters of a name and of a query; presets of one person for one list."""
PLACE = Bounds(1, MOST)


@dataclass(frozen=True, slots=True)
class PresetInput:
    """What a preset is called and how it stands; `position` counts from 1, none leaves it where it is."""

    name: Annotated[str, Ask("名称", example="如：本周到期的欠薪", most=MAX_NAME, wide=True)]
    shared: Annotated[bool, Ask("共享给本单位（他人只能使用，不能修改）")] = False
    first: Annotated[bool, Ask("打开列表时先显示它（个人默认）")] = False
    position: Annotated[int | None, Ask("排在第几", within=PLACE)] = None


@dataclass(frozen=True, slots=True)
class PresetView:
    """A preset as one person sees it; `by` is who shared it, empty for the own."""

    id: UUID
    name: str
    query: str
    position: int
    first: bool
    shared: bool
    by: str = ""
