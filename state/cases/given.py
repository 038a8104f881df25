"""What a dialog of a step, or the form of a case, was sent with, as the input of the act."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.cases.inputs import CaseChanges, PartyInput, StepInput
from domain.cases.models import PartyKind
from state.inputs import Reading, flag_in

_PARTY_FIELD = re.compile(r"p([0-9]{1,4})_")
_STEP = StepInput.model_fields.keys() - CaseChanges.model_fields.keys()
SENDING = "sending"
"""Stands for a picture that is still on its way; any other word that is no id for one that failed."""


def step_input(reading: Reading, uploads: Sequence[str] = ()) -> StepInput:
    """Read the form of a step; `uploads` are the ids of its pictures."""
    form = reading.form
    chosen = sorted(key.removeprefix("assist_") for key in form if key.startswith("assist_") and flag_in(form, key))
    return reading.take(
        StepInput,
        only=_STEP,
        assist_departments=tuple(chosen),
        show_pictures=flag_in(form, "show_pictures") if {"answer", "result"} & form.keys() else None,
        attachments=_ids(reading, uploads),
    )


def _ids(reading: Reading, uploads: Sequence[str]) -> tuple[UUID, ...]:
    if SENDING in uploads:
        reading.refuse("attachments", "有图片还没有传完，请等它传完再提交")
        return ()
    try:
        return tuple(UUID(i) for i in uploads)
    except ValueError:
        reading.refuse("attachments", "有图片上传失败，请移除后重新上传")
        return ()


def party_in(reading: Reading, place: int) -> PartyInput:
    """Read the party that was typed at a place of a case form."""
    return reading.take(PartyInput, prefix=f"p{place}_")


def place_of(name: str) -> int | None:
    """Tell to which typed party a field of the form belongs ("p3_name": 3); none for any other field."""
    found = _PARTY_FIELD.match(name)
    return int(found[1]) if found else None


def joined(mine: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    """Add what another form holds to what stands in this one; its parties stay themselves, behind those of this one."""
    behind = max((place + 1 for name in mine if (place := place_of(name)) is not None), default=0)

    def moved(name: str) -> str:
        place = place_of(name)
        return name if place is None else _PARTY_FIELD.sub(f"p{place + behind}_", name, count=1)

    return {moved(name): text for name, text in theirs.items()} | {name: text for name, text in mine.items() if text}


def besides(typed: Mapping[str, str]) -> list[int]:
    """Give the places of the parties who are no petitioners: nobody has to reach them."""
    kinds = {
        place: text for name, text in typed.items() if name.endswith("_kind") and (place := place_of(name)) is not None
    }
    return sorted(place for place, text in kinds.items() if text not in {"", PartyKind.PETITIONER.value})
