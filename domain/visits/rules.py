"""What a visitor's registration takes."""

from __future__ import annotations

from domain.kernel.bounds import Bounds

MAX_REASON = 200
COMPANIONS = Bounds(0, 500, "人")
