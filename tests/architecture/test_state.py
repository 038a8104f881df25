"""States: every public method is a declared handler, and a handler leaves judging to the domain."""

from __future__ import annotations

import ast

from tests.architecture.source import Function, Module, called, calls, modules

_DECLARING = ("rx.event", "rx.var", "event", "var", "property", "staticmethod", "classmethod")


def _states() -> list[tuple[Module, ast.ClassDef]]:
    """List the states: classes whose bases end in `State`."""
    return [
        (module, node)
        for module in modules("state")
        for node in module.classes()
        if any(ast.unparse(base).endswith("State") for base in node.bases)
    ]


def _declared(method: Function) -> bool:
    return any(ast.unparse(d).partition("(")[0] in _DECLARING for d in method.decorator_list)


def test_there_are_states_to_inspect() -> None:
    assert _states()


def test_every_public_method_is_declared() -> None:
    loose = [
        f"{module.name} {node.name}.{method.name}"
        for module, node in _states()
        for method in node.body
        if isinstance(method, Function) and not method.name.startswith("_") and not _declared(method)
    ]

    assert not loose


def test_no_handler_catches_everything() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules("state")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) == "Exception")
    ]

    assert not found


_SCRIPTS = {"call_script", "call_function", "set_clipboard", "console_log", "download"}
"""Events of Reflex that the browser would evaluate as text: the policy of the pages lets none of them do anything."""


def test_no_event_is_a_script() -> None:
    found = [
        f"{module.name}:{call.lineno} {called(call)}"
        for module in modules("app", "components", "state")
        for call in calls(module.tree)
        if called(call) in _SCRIPTS and ast.unparse(call.func).startswith("rx.")
    ]

    assert not found
