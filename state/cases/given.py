"""What a dialog of a step was sent with, as the input of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.cases.models import Method, Ruling, Satisfaction, Supervision
from domain.cases.rules import EXTENSION, PROMISE
from domain.cases.schemas import StepInput
from domain.kernel.bounds import Bounds
from domain.kernel.refusals import Invalid
from state.inputs import flag_in, number_in, text_in, word_in

SENDING = "sending"
"""Stands for a picture that is still on its way; any other word that is no id for one that failed."""


def step_input(form: Mapping[str, Any], uploads: Sequence[str]) -> StepInput:
    """This function will read the form of a step; `uploads` are the ids of its pictures.

    :raises Invalid: a figure is none, or a picture has no id
    """
    days = number_in(form, "days", 0, label="延期工作日", within=Bounds(0, EXTENSION.most))
    promised = number_in(form, "promise_days", 0, label="承诺办结工作日", within=Bounds(0, PROMISE.most))
    chosen = sorted(key.removeprefix("assist_") for key in form if key.startswith("assist_") and flag_in(form, key))
    method, level, grade = (text_in(form, n) for n in ("resolution_method", "level", "satisfaction"))
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
        resolution_method=word_in(form, "resolution_method", Method, Method.OTHER) if method else None,
        days=days or None,
        promise_days=promised or None,
        ruling=word_in(form, "ruling", Ruling, Ruling.UPHELD) if text_in(form, "ruling") else None,
        typical_text=text_in(form, "typical_text"),
        consent=text_in(form, "consent"),
        watch=flag_in(form, "watch"),
        watch_reason=text_in(form, "watch_reason", most=600),
        target_area=text_in(form, "target_area", most=60),
        level=word_in(form, "level", Supervision, Supervision.ORDINARY) if level else None,
        satisfaction=word_in(form, "satisfaction", Satisfaction, Satisfaction.SATISFIED) if grade else None,
    )


def _ids(uploads: Sequence[str]) -> tuple[UUID, ...]:
    if SENDING in uploads:
        raise Invalid.of({"attachments": "有图片还没有传完，请等它传完再提交"})
    try:
        return tuple(UUID(i) for i in uploads)
    except ValueError:
        raise Invalid.of({"attachments": "有图片上传失败，请移除后重新上传"}) from None
