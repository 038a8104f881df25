"""Personal data has one way out: the lens of `domain.people`. Whatever opens a sealed field elsewhere says why."""

from __future__ import annotations

import ast

from tests.architecture.source import called, calls, modules

_OPENERS = {"unseal", "readable", "opened", "mask_name", "mask_id", "mask_phone", "mask_address", "mask_birth_date"}
_SECRETS = {"tracking", "secret", "otp", "totp", "codes", "payload", "key"}
"""Sealed columns that hold a secret of the machine's, not a person."""
_KEEPERS = {"domain/kernel/crypto.py", "domain/kernel/sealing.py", "domain/kernel/file_sealing.py"}
"""What seals and re-seals: it hands nothing on."""
_DECLARED = {
    ("domain/orgs/queries/staff.py", "name_of"): "the display name of staff, who answer for what they do",
    ("domain/orgs/queries/acting.py", "_actor"): "the signed-in person's own name",
    ("domain/orgs/queries/acting.py", "_who_acts"): "the signed-in person's own name",
    ("domain/cases/queries/rows.py", "_handler"): "of staff; handed to the lens at once",
    ("domain/cases/queries/detail.py", "_assignments"): "of staff; handed to the lens at once",
    ("domain/cases/queries/beginning.py", "_own_phone"): "the signed-in person's own, into that person's own form",
    ("domain/cases/operations/hand_over.py", "_move_assignments"): "of staff; compared, and shown to nobody",
    ("domain/kernel/paging.py", "place_at"): "a cursor, sealed as it may hold a title; it goes into a condition",
    ("domain/kernel/drafts.py", "_open"): "a person's own unsent form",
    ("domain/kernel/files.py", "_opened"): "the bytes of a picture, whose reader was checked before",
    ("domain/kernel/parts.py", "read"): "the bytes of an export, whose reader was checked before",
    ("domain/exports/operations.py", "read_part"): "the conditions of an export, for the list that its person asked",
    ("domain/notices/queries/messages.py", "opened"): "what the provider sends, and the demo's own page of messages",
    ("domain/notices/queries/messages.py", "_view"): "the demo's own page of messages, masked; no county has it",
    ("domain/reports/queries.py", "_written"): "what was written into a report, whose reader was checked before",
    ("app/jobs/relay.py", "_clear"): "the provider sends it; nothing of it is shown or logged",
    ("state/peers.py", "hear"): "a word of another process of the product; a card goes on to the form armed for it",
    ("state/visits/desk.py", "_summary"): "a card that lies on this desk and was stored nowhere",
}
"""Functions outside `domain/people` that open or mask by themselves, each with its reason."""


def _found() -> set[tuple[str, str]]:
    return {
        (module.name, function.name)
        for module in modules("domain", "app", "state", "components")
        if module.room != "domain/people" and module.name not in _KEEPERS
        for function in module.functions()
        for call in calls(function)
        if called(call) in _OPENERS and not _is_own(call) and not _is_secret(call)
    }


def _is_secret(call: ast.Call) -> bool:
    return called(call) in {"unseal", "readable"} and any(
        isinstance(a, ast.Constant) and a.value in _SECRETS for a in call.args
    )


def _is_own(call: ast.Call) -> bool:
    # A method of the file's own class may be called alike (`self.opened` of the demo's stories).
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in {"self", "pen"}


def test_sealed_fields_are_opened_in_declared_places_alone() -> None:
    assert _found() <= set(_DECLARED)


def test_what_is_declared_is_still_there() -> None:
    assert set(_DECLARED) <= _found()


def test_persons_are_opened_in_their_room_alone() -> None:
    """Not even a declared place opens a field of the table of persons."""
    found = [
        f"{module.name}:{call.lineno}"
        for module in modules("domain", "app", "state", "components")
        if module.room != "domain/people"
        for call in calls(module.tree)
        if called(call) in {"unseal", "readable"} and call.args and ast.unparse(call.args[0]) == "'person'"
    ]

    assert not found
