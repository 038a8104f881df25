"""The source of the product, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("app", "components", "state", "integrations", "device_bridge", "analytics", "domain")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file; `name` is its path from the root."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        """Name the package two levels deep: `domain/cases`."""
        return "/".join(self.name.split("/")[:2])

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def functions(self) -> Iterator[Function]:
        """List functions and methods at every depth."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        """List classes at every depth."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


@cache
def modules(*floors: str) -> tuple[Module, ...]:
    """List the files of some floors, of all when none is named."""
    wanted = floors or FLOORS
    return tuple(Module(path) for floor in wanted for path in sorted((ROOT / floor).rglob("*.py")))


@cache
def tables() -> dict[str, Module]:
    """Give every table class and the file that declares it."""
    return {
        node.name: module
        for module in modules("domain")
        for node in module.classes()
        if any(keyword.arg == "table" for keyword in node.keywords)
    }


def called(node: ast.Call) -> str:
    """Name what a call calls, without what stands before the last dot."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """List the calls inside a node."""
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def names(node: ast.AST) -> set[str]:
    """List the plain names and last attributes used inside a node."""
    return {
        inner.id if isinstance(inner, ast.Name) else inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name | ast.Attribute)
    }


def length(function: Function) -> int:
    """Count the lines of a function without its docstring."""
    first = function.body[0]
    says = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    doc = (first.end_lineno or 0) - first.lineno + 1 if says else 0
    return (function.end_lineno or 0) - function.lineno + 1 - doc
