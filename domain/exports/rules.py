"""Pure: how much goes at once, how long it is kept, conditions as text and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast

from domain.cases.inputs import CaseFilter
from domain.exports.models import State
from domain.kernel.clock import Span

FEW = 2_000
"""Rows that are answered at once: about a second."""
MOST = 200_000
PART = 2_000
"""Rows of one part: what a killed process loses."""
AT_ONCE = 3
"""Jobs of one account that may wait or run."""
MOST_ATTEMPTS = 5
"""How often a job is taken up that does not get on; it would keep all others waiting for ever."""
KEPT, RECORDED = timedelta(hours=24), timedelta(days=30)
"""How long a file is kept, and for how long the job stands among the person's exports."""
OPEN = (State.WAITING, State.RUNNING)
TONES: Mapping[State, str] = MappingProxyType(
    {State.WAITING: "gray", State.RUNNING: "blue", State.DONE: "green", State.FAILED: "red", State.CANCELLED: "gray"}
)
CHANGED = "您的账号、权限或查看范围在申请导出后有变化，请重新导出"
TOO_MANY = f"符合条件的超过 {MOST:,} 件，请缩小范围后再导出"
STOPPED = "导出时系统出错，可以继续；多次中断请联系管理员"


def as_text(wanted: CaseFilter) -> str:
    """Write conditions down, to be sealed."""
    return json.dumps(asdict(wanted), ensure_ascii=False, default=datetime.isoformat)


def from_text(text: str) -> CaseFilter:
    """Read what `as_text` wrote."""
    return CaseFilter(**{name: _read(value) for name, value in json.loads(text).items()})


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        ends = cast("dict[str, str | None]", value)
        return Span(**{end: datetime.fromisoformat(at) if at else None for end, at in ends.items()})
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def progress(state: State, rows: int, total: int) -> str:
    """Say how far a job is."""
    if state in {State.DONE, State.EXPIRED}:
        return f"共 {rows:,} 行"
    return f"已导出 {rows:,} / {total:,} 行" if total else ""
