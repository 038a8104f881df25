"""What people read in Chinese is set as Chinese is set: full-width marks between Chinese words.

The source is searched, not the screen: every literal of the product, its templates, scripts, texts and the manual.
Whatever an expression puts into a text counts as a word. Left out, each by a rule and none by its place:

- docstrings and comments: they are English and quote Chinese words in brackets;
- patterns: a raw literal is read by a program;
- a mark between letters or digits (`15:30`, `https://`), and a literal that joins nothing but keys of a machine;
- the separators `: ` and `, ` of a table that the product reads: a constant of several lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.source import FLOORS, ROOT, Module, called, modules
from tests.support.typography import WORD, halves

_BETWEEN = re.compile(rf"(?:{WORD}|^)\s*[,;:]\s*{WORD}|{WORD}\s*\({WORD}")
_FILLED_LATER = re.compile(r"\{\w+(?:[:!][^{}]*)?\}")
"""A place of `str.format`."""
_LONE = re.compile(r"\s*[,;:()]+\s*")
_CUTS = {"split", "rsplit", "partition", "rpartition", "replace", "strip", "rstrip", "startswith", "endswith"}
_PEOPLE_READ = ("app", "components", "state", "domain")


@pytest.mark.parametrize(
    "text",
    [
        "请核对,再提交",
        "时限:5 天",
        "你好;再见",
        "已满 3 天(自动)",
        f"{WORD},未受理",
        f"时限来自{WORD}:{WORD}；红牌",
        f"张三({WORD} 人)",
        f"第 3 行（共 5 行）,{WORD} 个",
        "办完了.",
        "正在读取...",
        '点"确定"',
        "为什么?",
    ],
)
def test_a_half_width_mark_is_found(text: str) -> None:
    assert halves(text)


@pytest.mark.parametrize(
    "text",
    [
        "请核对，再提交：5 天（自动）。",
        "每天 15:30 前，见 https://example.cn/甲",
        "按 Ctrl+K 打开（J、K 移动）",
        "自 2026-11-02 09:00 起",
        "/t/{token}/case:1,2",
    ],
)
def test_what_is_set_rightly_is_left_alone(text: str) -> None:
    assert not halves(text)


@pytest.mark.parametrize("floor", FLOORS)
def test_no_literal_has_half_width_marks(floor: str) -> None:
    wrong = [
        f"{module.name}:{line} {found}"
        for module in modules(floor)
        for line, text in _literals(module)
        for found in halves(text)
    ]

    assert not wrong


@pytest.mark.parametrize("floor", _PEOPLE_READ)
def test_no_words_are_joined_by_half_width_marks(floor: str) -> None:
    """A literal without a Chinese word may still stand between two: `f"{name}:{said}"`, or a child `","`."""
    joined = (
        (module, line, text)
        for module in modules(floor)
        if module.room != "domain/kernel"  # keys of a machine
        for line, text in _literals(module)
        if not re.search("[A-Za-z]|//", text) and _BETWEEN.search(text)
    )
    wrong = [f"{module.name}:{line} {text!r}" for module, line, text in joined]
    wrong += [found for module in modules(floor) if floor == "components" for found in _lone_children(module)]

    assert not wrong


def _literals(module: Module) -> Iterator[tuple[int, str]]:
    """List the texts of a module, an f-string as one; expressions stand as one word each."""
    said = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    parts = {
        id(part) for node in ast.walk(module.tree) if isinstance(node, ast.JoinedStr) for part in node.values
    } | said
    tables = {
        id(node.value)
        for node in module.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    lines = [line.encode() for line in module.text.splitlines()]
    for node in ast.walk(module.tree):
        if id(node) in parts or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        if lines[node.lineno - 1][node.col_offset :].startswith((b'r"', b'rf"')):
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_part(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            separated = id(node) in tables and "\n" in node.value
            yield node.lineno, re.sub("[:,] ", "\n", node.value) if separated else _FILLED_LATER.sub(WORD, node.value)


def _part(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else WORD


def _lone_children(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and called(node) not in _CUTS:
            for given in node.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and _LONE.fullmatch(given.value):
                    yield f"{module.name}:{given.lineno} {given.value!r}"


def _page(text: str) -> list[str]:
    """Read a template twice: with its tags (their attributes are read aloud) and without (words meet across them)."""
    filled = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", re.sub(r"\{\{.*?\}\}", WORD, text))
    return [filled, re.sub(r"<[^>]*>", "", filled)]


def _script(text: str) -> list[str]:
    bare = re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)
    return [re.sub(r"\$?\{[\w.]+\}|\$\{[^{}]*\}", WORD, bare)]


def _sheet(text: str) -> list[str]:
    bare = re.sub(r"^\s*//[^\n]*", "", text, flags=re.MULTILINE)
    return [re.sub(r"#[\w.-]+(?:\([^()]*\)[\w.-]*)*", WORD, bare)]


def _prose(text: str) -> list[str]:
    return [re.sub(r"`[^`\n]*`", WORD, re.sub(r"\]\([^)\n]*\)", "]", text))]


_FILES: dict[str, Callable[[str], list[str]]] = {
    "app/public/templates/*.*": _page,
    "assets/**/*.js": _script,
    "assets/**/*.jsx": _script,
    "app/**/*.typ": _sheet,
    "app/**/*.txt": _prose,
    "docs/手册.md": _prose,
    "docs/手册/*.md": _prose,
}


def _all_files() -> Iterator[tuple[Path, Callable[[str], list[str]]]]:
    for pattern, read in _FILES.items():
        found = sorted(ROOT.glob(pattern))
        assert found, pattern
        yield from ((path, read) for path in found)


def test_no_template_script_or_text_has_half_width_marks() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} {found!r}"
        for path, read in _all_files()
        for text in read(path.read_text(encoding="utf-8"))
        for line in text.splitlines()
        for found in halves(line)
    ]

    assert not wrong
