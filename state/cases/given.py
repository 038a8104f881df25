"""What a dialog of a step, or the form of a case, was sent with, as the input of the act."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.cases.models import (
    CallOutcome,
    Method,
    PartyKind,
    RiskLevel,
    Ruling,
    Satisfaction,
    Scale,
    Source,
    Supervision,
)
from domain.cases.rules import AMOUNT, EXTENSION, HEADCOUNT, PROMISE
from domain.cases.schemas import CaseChanges, PartyInput, StepInput
from domain.kernel.bounds import Bounds
from domain.people.models import IdType
from state.inputs import Reading, amount_in, choice_in, flag_in, moment_in, number_in, text_in, word_in

_PARTY_FIELD = re.compile(r"p([0-9]{1,4})_")
SENDING = "sending"
"""Stands for a picture that is still on its way; any other word that is no id for one that failed."""


def step_input(reading: Reading, uploads: Sequence[str]) -> StepInput:
    """Read the form of a step; `uploads` are the ids of its pictures."""
    form = reading.form
    days = reading(number_in, "days", 0, label="延期工作日", within=Bounds(0, EXTENSION.most))
    promised = reading(number_in, "promise_days", 0, label="承诺办结工作日", within=Bounds(0, PROMISE.most))
    chosen = sorted(key.removeprefix("assist_") for key in form if key.startswith("assist_") and flag_in(form, key))
    return StepInput(
        opinion=text_in(form, "opinion"),
        attachments=_ids(reading, uploads),
        lead_department=text_in(form, "lead_department", most=40),
        assist_departments=tuple(chosen),
        department=text_in(form, "department", most=40),
        person_in_charge=text_in(form, "person_in_charge", most=200),
        person_phone=text_in(form, "person_phone", most=100),
        result=text_in(form, "result"),
        answer=text_in(form, "answer") if "answer" in form else None,
        show_pictures=flag_in(form, "show_pictures") if {"answer", "result"} & form.keys() else None,
        resolution_method=reading(choice_in, "resolution_method", Method),
        days=days or None,
        promise_days=promised or None,
        ruling=reading(choice_in, "ruling", Ruling),
        called_at=reading(moment_in, "called_at", label="回访时间"),
        called_by=text_in(form, "called_by", most=60),
        call_outcome=reading(choice_in, "call_outcome", CallOutcome),
        typical_text=text_in(form, "typical_text"),
        consent=text_in(form, "consent"),
        watch=flag_in(form, "watch"),
        watch_reason=text_in(form, "watch_reason", most=600),
        target_area=text_in(form, "target_area", most=60),
        level=reading(choice_in, "level", Supervision),
        satisfaction=reading(choice_in, "satisfaction", Satisfaction),
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


def matter_in(reading: Reading) -> CaseChanges:
    """Read the matter of a case form; its parties are read one by one."""
    form = reading.form
    return CaseChanges(
        title=text_in(form, "title"),
        content=text_in(form, "content"),
        category=text_in(form, "category", most=40),
        area=text_in(form, "area", most=40),
        source=reading(word_in, "source", Source, Source.WALK_IN),
        occurred_at=reading(moment_in, "occurred_at", label="发生时间"),
        risk_level=reading(word_in, "risk_level", RiskLevel, RiskLevel.LOW),
        scale=reading(word_in, "scale", Scale, Scale.INDIVIDUAL),
        headcount=reading(number_in, "headcount", 1, label="涉及人数", within=HEADCOUNT),
        amount=reading(amount_in, "amount", label="涉及金额", within=AMOUNT),
        major=flag_in(form, "major"),
        urgent=flag_in(form, "urgent"),
    )


def party_in(reading: Reading, place: int) -> PartyInput:
    """Read the party that was typed at a place of a case form."""
    form = reading.form
    return PartyInput(
        kind=reading(word_in, f"p{place}_kind", PartyKind, PartyKind.PETITIONER),
        name=text_in(form, f"p{place}_name"),
        id_type=reading(word_in, f"p{place}_id_type", IdType, IdType.RESIDENT),
        id_number=text_in(form, f"p{place}_id_number"),
        phone=text_in(form, f"p{place}_phone"),
        address=text_in(form, f"p{place}_address"),
        no_id_reason=text_in(form, f"p{place}_no_id_reason"),
    )


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
