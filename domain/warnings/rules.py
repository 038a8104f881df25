"""When an answer is due, how a label stands, what of a batch cannot be taken: pure decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.calendar.models import LimitUnit
from domain.calendar.rules import WorkCalendar, due
from domain.kernel.bounds import moment_fault
from domain.kernel.words import line_fault, text_fault
from domain.warnings.models import Level, RiskLabel
from domain.warnings.schemas import LabelBatch, LabelInput, Standing

ANSWER_WITHIN: Mapping[Level, tuple[int, LimitUnit] | None] = MappingProxyType(
    {
        Level.RED: (4, LimitUnit.WORKHOURS),
        Level.ORANGE: (1, LimitUnit.WORKDAYS),
        Level.YELLOW: (2, LimitUnit.WORKDAYS),
        Level.BLUE: None,
    }
)
"""Within how much working time a label of a level is answered, from the moment it came; blue may be, at any time."""
TONES: Mapping[Level, str] = MappingProxyType({level: level.value for level in Level})
"""In which tone a level is drawn."""
MOST, LONGEST_NAME, LONGEST_REASONS, LONGEST_ANSWER = 500, 80, 300, 500
AHEAD = timedelta(minutes=5)
"""An assessment is no further in the future: two machines' clocks differ by less."""


STANDING_TONES: Mapping[Standing, str] = MappingProxyType(
    {Standing.WAITING: "orange", Standing.LATE: "red", Standing.ANSWERED: "green"}
)


def due_at(level: Level, received_at: datetime, calendar: WorkCalendar) -> datetime | None:
    """Give when a label that came at a moment is to be answered, in UTC; none where no answer is due.

    :raises Invalid: the calendar has no working time within 400 days
    """
    within = ANSWER_WITHIN[level]
    return due(received_at, *within, calendar) if within else None


def standing(label: RiskLabel, *, at: datetime) -> Standing:
    """Tell how a label stands: late is what was not answered when it was due, to the moment."""
    if label.answered_at is not None:
        return Standing.ANSWERED
    return Standing.LATE if label.due_at is not None and label.due_at < at else Standing.WAITING


def superseded(label: RiskLabel) -> bool:
    """Tell whether a later assessment came before a label was answered: it asks for nothing any more."""
    return not label.newest and label.answered_at is None


def shown(label: RiskLabel, *, at: datetime) -> tuple[str, str]:
    """Give word and tone of how a label stands."""
    if superseded(label):
        return "已有新标签", "gray"
    stands = standing(label, at=at)
    return stands.label, STANDING_TONES[stands]


def batch_faults(given: LabelBatch) -> dict[str, str]:
    """Name what is wrong with a batch as a whole, each with its sentence."""
    count = len(given.labels)
    faults = {
        "batch": line_fault("批次", given.batch, most=LONGEST_NAME),
        "model": line_fault("模型名称", given.model, most=LONGEST_NAME),
        "model_version": line_fault("模型版本", given.model_version, most=LONGEST_NAME, least=0),
        "labels": "" if 1 <= count <= MOST else f"风险标签一次应报送 1 至 {MOST} 条，现为 {count} 条",
    }
    return {field: fault for field, fault in faults.items() if fault}


def number_fault(number: str) -> str:
    """Say why a number can be none of a case; empty when it can."""
    return line_fault("案件编号", number, most=40)


def label_fault(given: LabelInput, *, at: datetime) -> str:
    """Say why one label of a batch cannot be taken; empty when it can."""
    ahead = given.assessed_at > at + AHEAD
    return (
        text_fault("研判理由", given.reasons, most=LONGEST_REASONS)
        or moment_fault("研判时间", given.assessed_at)
        or ("研判时间不能晚于现在" if ahead else "")
    )


def same(label: RiskLabel, given: LabelInput) -> bool:
    """Tell whether a label that came before says what is sent again."""
    told = (label.level, label.reasons, label.assessed_at)
    return told == (given.level, given.reasons.strip(), given.assessed_at)
