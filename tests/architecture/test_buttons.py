"""A button says what it does: its act, never a bare 确定."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_button_says_merely_ok() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for floor in ("components", "app/pages")
        for path in sorted((ROOT / floor).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("确定")
    ]
    assert not bare
