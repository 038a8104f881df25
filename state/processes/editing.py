"""A process as it stands in its form: flat texts, as a browser sends them and a draft keeps them.

Keys: `name`, `note`, `categories` (codes with commas), `status.<status>`, `skip.<approval>`,
`limit.<link>.<yellow|red|unit>`, `step.<row>.<label|who|opinion|pictures|off>`. An empty text
or a missing key means: as in the standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from domain.calendar.models import LimitUnit, Link
from domain.calendar.rules.limits import FIGURES, Limit
from domain.cases.models import ProcessVersion
from domain.cases.process import Approval, LimitTweak, StepTweak, Tweaks
from domain.cases.vocabulary import PictureRule, Status
from domain.cases.workflow import STEPS, Step
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
from state.inputs import flag_in, number_in, text_in, word_in

ROWS: Mapping[str, tuple[Step, ...]] = {
    row: tuple(step for step in STEPS if step.row == row) for row in dict.fromkeys(step.row for step in STEPS)
}
"""The rows of the table in its order; a row that starts at several statuses has several steps."""
YES, NO = "yes", "no"
_STATUSES, _LINKS, _APPROVALS = ("|".join(kind) for kind in (Status, Link, Approval))
_KEY = re.compile(rf"name|note|status\.({_STATUSES})|skip\.({_APPROVALS})|limit\.({_LINKS})\.(yellow|red|unit)")


def is_key(name: str) -> bool:
    """Tell whether a field may be noted by itself; rows and categories have their own ways."""
    return bool(_KEY.fullmatch(name))


def typed_of(version: ProcessVersion) -> dict[str, str]:
    """Lay a stored version out as its form."""
    tweaks = Tweaks.model_validate(version.tweaks)
    typed = {"name": version.name, "note": version.note, "categories": ",".join(version.categories)}
    typed |= {f"status.{status.value}": label for status, label in tweaks.statuses.items()}
    typed |= {f"skip.{approval.value}": "on" for approval in tweaks.skipped}
    for link, limit in tweaks.limits.items():
        for part, value in (("yellow", limit.yellow), ("red", limit.red), ("unit", limit.unit.value)):
            typed[f"limit.{link.value}.{part}"] = str(value)
    for row, tweak in tweaks.steps.items():
        typed |= _typed_row(row, tweak)
    return {key: text for key, text in typed.items() if text}


def _typed_row(row: str, tweak: StepTweak) -> dict[str, str]:
    return {
        f"step.{row}.label": tweak.label or "",
        f"step.{row}.who": ",".join(role.value for role in tweak.who or ()),
        f"step.{row}.opinion": "" if tweak.opinion is None else YES if tweak.opinion else NO,
        f"step.{row}.pictures": tweak.pictures.value if tweak.pictures else "",
        f"step.{row}.off": "on" if tweak.off else "",
    }


def tweaks_of(typed: Mapping[str, str]) -> Tweaks:
    """Read the form; what is as in the standard is left out.

    :raises Invalid: one sentence for each limit that cannot be taken
    """
    tweaks, faults = read(typed)
    if faults:
        raise Invalid.of(faults)
    return tweaks


def read(typed: Mapping[str, str]) -> tuple[Tweaks, dict[str, str]]:
    """Read of the form what can be read, and say by field what cannot: one wrong limit hides no other finding."""
    rows = {row: tweak for row in ROWS if (tweak := _row_tweak(typed, row)) != StepTweak()}
    limits: dict[Link, LimitTweak] = {}
    faults: dict[str, str] = {}
    for link in Link:
        try:
            if limit := _limit(typed, link):
                limits[link] = limit
        except Invalid as refusal:
            faults |= refusal.fields
    tweaks = Tweaks(
        statuses={status: label for status in Status if (label := _own_label(typed, status))},
        steps=rows,
        skipped=tuple(approval for approval in Approval if flag_in(typed, f"skip.{approval.value}")),
        limits=limits,
    )
    return tweaks, faults


def _own_label(typed: Mapping[str, str], status: Status) -> str:
    label = text_in(typed, f"status.{status.value}").strip()
    return "" if label == status.label else label


def _row_tweak(typed: Mapping[str, str], row: str) -> StepTweak:
    step = ROWS[row][0]
    label = text_in(typed, f"step.{row}.label").strip()
    opinion = text_in(typed, f"step.{row}.opinion")
    pictures = word_in(typed, f"step.{row}.pictures", PictureRule, step.pictures)
    asks = None if opinion not in {YES, NO} else opinion == YES
    return StepTweak(
        label=label if label not in {"", standard_label(row)} else None,
        who=_roles(typed, row),
        opinion=None if asks is step.opinion else asks,
        pictures=None if pictures is step.pictures else pictures,
        off=flag_in(typed, f"step.{row}.off"),
    )


def _roles(typed: Mapping[str, str], row: str) -> tuple[Role, ...] | None:
    named = {name for name in text_in(typed, f"step.{row}.who").split(",") if name}
    roles = tuple(role for role in Role if role.value in named)
    return None if not roles or set(roles) == standard_roles(row) else roles


def standard_roles(row: str) -> set[Role]:
    """Give the roles of a row of the standard table."""
    return {who.role for step in ROWS[row] for who in step.who}


def standard_label(row: str) -> str:
    """Give what a row is called in the standard table."""
    step = ROWS[row][0]
    return step.label or step.action.label


def _limit(typed: Mapping[str, str], link: Link) -> LimitTweak | None:
    keys = {part: f"limit.{link.value}.{part}" for part in ("yellow", "red", "unit")}
    given = [text_in(typed, keys[part]).strip() for part in ("yellow", "red")]
    if not any(given):
        return None
    if not all(given):
        raise Invalid.of({keys["yellow"]: f"{link.label}时限的黄牌和红牌要一起填写"})
    if text_in(typed, keys["unit"]) not in {unit.value for unit in LimitUnit}:
        raise Invalid.of({keys["yellow"]: f"请选择{link.label}时限的单位"})
    yellow, red = (
        number_in(typed, keys[part], 0, label=f"{link.label}{word}时限", within=FIGURES)
        for part, word in (("yellow", "黄牌"), ("red", "红牌"))
    )
    try:
        limit = Limit(yellow, red, LimitUnit(text_in(typed, keys["unit"])))
    except Invalid as refusal:
        raise Invalid.of({keys["yellow"]: f"{link.label}{refusal.message}"}) from refusal
    return LimitTweak(yellow=limit.yellow, red=limit.red, unit=limit.unit)


def bound_in(typed: Mapping[str, str]) -> list[str]:
    """Read the categories of the form."""
    return [code for code in text_in(typed, "categories").split(",") if code]


def with_bound(typed: Mapping[str, str], codes: Iterable[str]) -> dict[str, str]:
    """Put categories into the form; a group takes its members' place."""
    wanted = set(codes)
    kept = sorted(code for code in wanted if not any(code != other and code.startswith(other) for other in wanted))
    return {**typed, "categories": ",".join(kept)}
