"""What a visitor's registration takes: all of one card, or all typed; never a name of one and a number of the other."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from domain.kernel.bounds import Bounds
from domain.kernel.clock import stamp
from domain.people import rules as people
from domain.people.models import IdType, Sex
from domain.people.schemas import PersonInput
from domain.visits.models import IdSource

MAX_REASON, MAX_DESK_NAME = 200, 30
_DESK = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
COMPANIONS = Bounds(0, 500, "人")
IDENTITY = ("name", "id_type", "id_number")
"""Who somebody is: with a card, all of it is the card's."""
BESIDES = ("sex", "nation", "address")
"""What a card says besides, and the desk may know better."""
LABELS: Mapping[str, str] = {
    "name": "姓名",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "sex": "性别",
    "nation": "民族",
    "address": "住址",
}


def desk_code_fault(code: str) -> str:
    """Say why a desk cannot bear a code, which stands in addresses; empty when it can."""
    return "" if _DESK.fullmatch(code) else "窗口代码由小写字母、数字、下划线和短横组成，最长 32 位"


def form_of(person: PersonInput) -> dict[str, str]:
    """Bring what a card may say of a person to the form in which two are compared; what is not said is empty."""
    named = person.id_type is not IdType.NONE
    return {
        "name": people.tidy(person.name).upper(),
        "id_type": person.id_type.label,
        "id_number": people.tidy_id(person.id_number) if named else "",
        "sex": "" if person.sex is Sex.UNKNOWN else person.sex.label,
        "nation": people.tidy(person.nation).removesuffix("族"),
        "address": people.tidy(person.address),
    }


def card_faults(typed: PersonInput, card: PersonInput | None, kept: Collection[str]) -> dict[str, str]:
    """Say where a form and the card read for it differ and nobody has decided; empty when it may be registered.

    :param kept: what the desk decided to keep against the card; it counts for `BESIDES` alone
    """
    if card is None:
        return {}
    ours, theirs = form_of(typed), form_of(card)
    faults: dict[str, str] = {}
    for name in ("name", "id_number"):
        if not theirs[name]:
            faults[name] = f"证件上没有读到{LABELS[name]}，请重新放置证件；不用这张证件的，全部手工录入"
    for name in IDENTITY:
        if theirs[name] and ours[name] != theirs[name]:
            faults[name] = f"{LABELS[name]}与证件不一致，请选择采用证件，或不用这张证件"
    for name in BESIDES:
        if theirs[name] and ours[name] and ours[name] != theirs[name] and name not in kept:
            faults[name] = f"{LABELS[name]}与证件不一致，请选择采用，或保留所填"
    return faults


def sources(typed: PersonInput, card: PersonInput | None, otherwise: IdSource) -> dict[str, str]:
    """Tell of each field that holds something where it came from; without a card all came the same way."""
    ours = form_of(typed)
    if card is None:
        return {name: otherwise.value for name, text in ours.items() if text}
    theirs = form_of(card)
    return {
        name: (IdSource.CARD if text == theirs[name] else IdSource.MANUAL).value for name, text in ours.items() if text
    }


def again_fault(arrived_at: datetime, queue_number: int) -> str:
    """Ask whether somebody who waits already is to be registered once more."""
    return f"今天 {stamp(arrived_at, '%H:%M')} 已登记（{queue_number:03d} 号），仍要再登记一次？"


def source_words(id_source: IdSource, found: Mapping[str, str]) -> str:
    """Word where a visitor's data came from: “读卡”, and what was typed all the same."""
    typed = [LABELS[name] for name in LABELS if found.get(name) == IdSource.MANUAL.value]
    if id_source is IdSource.CARD and typed:
        return f"{id_source.label}（{'、'.join(typed)}为{IdSource.MANUAL.label}）"
    return id_source.label
