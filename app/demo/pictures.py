"""Drawn pictures for feedback and results: a few simple scenes with a caption, made once a run."""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from app.launch.errors import CannotStart

SIZE = (640, 480)
SCENES: tuple[str, ...] = ("现场走访", "调解现场", "整改前", "整改后", "协议签署", "入户核实", "施工现场", "联合检查")
_SKY = ("#cfe3f1", "#f3e3cf", "#d7d9dd", "#d5ecdc", "#e7dcee", "#f4e8d0", "#dfe6ee", "#d2e6e6")
_GROUND = ("#8aa17c", "#b08b63", "#7b7f86", "#6f9a70", "#8d7aa0", "#a58c55", "#9a8f80", "#6d8f94")


@cache
def scene(place: int) -> bytes:
    """Draw one of the scenes as a JPEG."""
    rng = Random(place)  # noqa: S311 — a picture to look at
    picture = Image.new("RGB", SIZE, _SKY[place])
    pen = ImageDraw.Draw(picture)
    width, height = SIZE
    pen.rectangle((0, 300, width, height), fill=_GROUND[place])
    for left in range(20, width - 80, 110):
        top = rng.randrange(120, 220)
        pen.rectangle((left, top, left + 86, 310), fill="#f5f1ea", outline="#8c857b", width=2)
        for window in range(top + 16, 290, 34):
            pen.rectangle((left + 14, window, left + 34, window + 18), fill="#7f9db3")
            pen.rectangle((left + 50, window, left + 70, window + 18), fill="#7f9db3")
    for _ in range(4):
        _figure(
            pen, rng.randrange(60, width - 60), rng.randrange(340, 390), rng.choice(("#2f5d8a", "#9b3d33", "#4a6b4f"))
        )
    pen.rectangle((0, height - 56, width, height), fill="#1f2933")
    pen.text((20, height - 46), f"{SCENES[place]} · 演示图片", font=_font(), fill="white")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _figure(pen: ImageDraw.ImageDraw, x: int, y: int, colour: str) -> None:
    pen.ellipse((x - 11, y - 44, x + 11, y - 22), fill="#e8c39e")
    pen.rounded_rectangle((x - 16, y - 22, x + 16, y + 28), 6, fill=colour)


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Find the font that the product carries along; the package itself is never imported."""
    found = find_spec("mplfonts")
    folders = found.submodule_search_locations if found else None
    if not folders:
        raise CannotStart("缺少字体，请重新安装依赖。")
    return ImageFont.truetype(str(Path(folders[0]) / "fonts" / "NotoSansCJKsc-Regular.otf"), 24)
