"""What a dialog of a step was sent with, as the input of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.cases.models import CallOutcome, Method, Ruling, Satisfaction, Supervision
from domain.cases.rules import EXTENSION, PROMISE
from domain.cases.schemas import StepInput
from domain.kernel.bounds import Bounds
from domain.kernel.refusals import Invalid
from state.inputs import choice_in, flag_in, moment_in, number_in, text_in

SENDING = "sending"
"""Stands for a picture that is still on its way; any other word that is no id for one that failed."""


def step_input(form: Mapping[str, Any], uploads: Sequence[str]) -> StepInput:
    """This function will read the form of a step; `uploads` are the ids of its pictures.

    :raises Invalid: a figure is none, or a picture has no id
    """
    days = number_in(form, "days", 0, label="延期工作日", within=Bounds(0, EXTENSION.most))
    promised = number_in(form, "promise_days", 0, label="承诺办结工作日", within=Bounds(0, PROMISE.most))
    chosen = sorted(key.removeprefix("assist_") for key in form if key.startswith("assist_") and flag_in(form, key))
    return StepInput(
        opinion=text_in(form, "opinion"),
        attachments=_ids(uploads),
        lead_department=text_in(form, "lead_department", most=40),
        assist_departments=tuple(chosen),
        department=text_in(form, "department", most=40),
        person_in_charge=text_in(form, "person_in_charge", most=200),
        person_phone=text_in(form, "person_phone", most=100),
        result=text_in(form, "result"),
        answer=text_in(form, "answer") if "answer" in form else None,
        show_pictures=flag_in(form, "show_pictures") if {"answer", "result"} & form.keys() else None,
        resolution_method=choice_in(form, "resolution_method", Method),
        days=days or None,
        promise_days=promised or None,
        ruling=choice_in(form, "ruling", Ruling),
        called_at=moment_in(form, "called_at", label="回访时间"),
        called_by=text_in(form, "called_by", most=60),
        call_outcome=choice_in(form, "call_outcome", CallOutcome),
        typical_text=text_in(form, "typical_text"),
        consent=text_in(form, "consent"),
        watch=flag_in(form, "watch"),
        watch_reason=text_in(form, "watch_reason", most=600),
        target_area=text_in(form, "target_area", most=60),
        level=choice_in(form, "level", Supervision),
        satisfaction=choice_in(form, "satisfaction", Satisfaction),
    )


def _ids(uploads: Sequence[str]) -> tuple[UUID, ...]:
    if SENDING in uploads:
        raise Invalid.of({"attachments": "有图片还没有传完，请等它传完再提交"})
    try:
        return tuple(UUID(i) for i in uploads)
    except ValueError:
        raise Invalid.of({"attachments": "有图片上传失败，请移除后重新上传"}) from None
