"""Domain shapes of processes turned into what the pages show."""

from __future__ import annotations

from collections.abc import Mapping

from domain.calendar.models import Link
from domain.calendar.rules import Limit
from domain.cases import categories
from domain.cases.models import ProcessState, ProcessVersion
from domain.cases.process import Approval, Process, Tweaks, allowed_roles, keeps_opinion, needs_picture
from domain.cases.queries import drawing
from domain.cases.queries.trial import Trial
from domain.cases.vocabulary import Status
from domain.cases.workflow import OPEN, Step
from domain.kernel.clock import stamp
from domain.kernel.permissions import Role
from state.processes.editing import ROWS, standard_label, standard_roles
from state.processes.shapes import (
    Group,
    LateShown,
    LimitShown,
    Place,
    RefusedShown,
    RoleBox,
    SkipShown,
    StatusShown,
    StepAsked,
    StepShown,
    TrialShown,
    VersionShown,
    Way,
)

ELSEWHERE = "各在办状态"
"""The heading of rows that start at several statuses."""
TONES = {ProcessState.DRAFT: "orange", ProcessState.ENABLED: "green", ProcessState.RETIRED: "gray"}
CONSEQUENCES = {
    Approval.RETURN: "部门申请退回后不再审批：案件立即回到待转派，原派单退回，由综治中心重新转派。",
    Approval.EXTENSION: "部门申请延期后不再审批：时限立即按申请的工作日顺延；每件最多 2 次、超红牌不能申请的限制不变。",
    Approval.ORDER: "综治中心提请交办后不再由领导审批：案件立即成为重点交办件，派给提请时所选的单位。",
}


def bound_label(code: str) -> str:
    """Name a category code, or the group that it begins."""
    if found := categories.CATEGORIES.get(code):
        return found.full
    members = [c for c in categories.CATEGORIES.values() if c.code.startswith(code)]
    groups = {c.group for c in members}
    return f"{members[0].group}（整组）" if len(groups) == 1 else code


def version_shown(version: ProcessVersion, open_cases: int | None, enabler: str) -> VersionShown:
    return VersionShown(
        id=str(version.id),
        name=version.name,
        code=version.code,
        version=f"第 {version.version} 版",
        state=version.state.value,
        state_label=version.state.label,
        tone=TONES[version.state],
        bound="、".join(bound_label(code) for code in version.categories) or "未绑定",
        open_cases="—" if open_cases is None else str(open_cases),
        enabled=f"{stamp(version.enabled_at)} {enabler}".strip() if version.enabled_at else "—",
        note=version.note,
        href=f"/process/{version.id}",
    )


_ENDS = {Status.CLOSED.value, Status.VOID.value}


def places(process: Process) -> list[Place]:
    """Place the statuses of a picture."""
    found = []
    for node in drawing.nodes(process):
        tone = "gone" if not node.reached else "renamed" if node.renamed else "end" if node.code in _ENDS else ""
        word = "已跳过" if not node.reached else f"原名 {Status(node.code).label}" if node.renamed else ""
        found.append(Place(node.code, node.label, word, tone, node.column, node.row))
    return found


def ways(process: Process) -> list[Way]:
    """Draw the arrows of a picture, each from side to side."""
    drawn = drawing.nodes(process)
    at = {node.code: (node.column, node.row) for node in drawn}
    reached = {node.code for node in drawn if node.reached}
    found = []
    for arrow in drawing.arrows(process):
        leave, enter = _sides(at[arrow.source], at[arrow.target])
        tone, word = ("changed", "已改") if arrow.changed else ("gone", "已取消") if arrow.gone else ("", "")
        if arrow.minor or not {arrow.source, arrow.target} <= reached:
            word = ""  # the place itself says that it is skipped
        found.append(
            Way(
                f"{arrow.source}-{arrow.target}", arrow.source, arrow.target, leave, enter, arrow.label, arrow.who,
                tone, word, arrow.minor,
            )
        )  # fmt: skip
    return found


def _sides(source: tuple[int, int], target: tuple[int, int]) -> tuple[str, str]:
    across, down = target[0] - source[0], target[1] - source[1]
    if down == 0:
        return ("right", "left") if across == 1 else ("top", "top") if across > 0 else ("bottom", "bottom")
    return ("bottom", "top") if down > 0 else ("top", "bottom")


def groups_of(process: Process, tweaks: Tweaks) -> list[Group]:
    """List all rows of the table under the status where they start."""
    found: dict[str, list[StepShown]] = {}
    for row in ROWS:
        found.setdefault(_heading(row, process), []).append(_step(row, process, tweaks))
    order = ["登记", *(process.status_label(status) for status in Status), ELSEWHERE]
    return [Group(label, found[label]) for label in dict.fromkeys(order) if label in found]


def _heading(row: str, process: Process) -> str:
    sources = {step.source for step in ROWS[row]}
    if len(sources) > 1:
        return ELSEWHERE
    source = next(iter(sources))
    return process.status_label(source) if source else "登记"


def _step(row: str, process: Process, tweaks: Tweaks) -> StepShown:
    kept = tuple(step for step in process.steps if step.row == row)
    step = (kept or ROWS[row])[0]
    tweak = tweaks.steps.get(row)
    return StepShown(
        row=row,
        label=step.label or step.action.label,
        standard=standard_label(row),
        moves=moves_of(row, process),
        who="、".join(dict.fromkeys(who.role.label for who in step.who)),
        opinion="必填" if step.opinion else "可不填",
        pictures=step.pictures.label if needs_picture(step) else "—",
        changes="、".join(_changes(row, process, tweaks)),
        off=bool(tweak and tweak.off),
    )


def _changes(row: str, process: Process, tweaks: Tweaks) -> list[str]:
    tweak = tweaks.steps.get(row)
    if tweak and tweak.off:
        return ["已停用"]
    if not any(step.row == row for step in process.steps):
        return ["已跳过"]
    named = (("label", "名称"), ("who", "角色"), ("opinion", "意见"), ("pictures", "图片"))
    found = [f"已改{word}" for part, word in named if tweak and getattr(tweak, part) is not None]
    usual = {(step.source, step.target) for step in ROWS[row]}
    at_once = any((step.source, step.target) not in usual for step in process.steps if step.row == row)
    return [*found, "免审批"] if at_once else found


def moves_of(row: str, process: Process) -> str:
    """Say from where to where a row goes."""
    steps = tuple(step for step in process.steps if step.row == row) or ROWS[row]
    sources = "、".join(process.status_label(step.source) if step.source else "新登记" for step in steps)
    if {step.source for step in ROWS[row]} >= set(OPEN):
        sources = "任一在办状态"
    targets = dict.fromkeys(_target(step, process) for step in steps)
    return f"{sources} → {'、'.join(targets)}"


def _target(step: Step, process: Process) -> str:
    if step.target is step.source:
        return "状态不变"
    return process.status_label(step.target) if step.target else "申请前的状态"


def asked(row: str, typed: Mapping[str, str], process: Process) -> StepAsked:
    """Open the dialog of a row with what the form holds."""
    step, allowed = ROWS[row][0], allowed_roles(row)
    chosen = {name for name in typed.get(f"step.{row}.who", "").split(",") if name}
    chosen = chosen or {role.value for role in standard_roles(row)}
    fixed = allowed <= standard_roles(row) and len(allowed) == 1
    return StepAsked(
        row=row,
        standard=standard_label(row),
        moves=moves_of(row, process),
        label=typed.get(f"step.{row}.label", ""),
        roles=[RoleBox(role.value, role.label, role.value in chosen) for role in Role if role in allowed],
        fixed_roles="、".join(role.label for role in allowed) if fixed else "",
        opinion=typed.get(f"step.{row}.opinion", ""),
        opinion_standard="必填" if step.opinion else "可不填",
        fixed_opinion=keeps_opinion(step),
        pictures=typed.get(f"step.{row}.pictures", ""),
        asks_pictures=needs_picture(step),
        off=bool(typed.get(f"step.{row}.off")),
    )


def statuses_of(typed: Mapping[str, str]) -> list[StatusShown]:
    """List the statuses with their own labels."""
    return [StatusShown(f"status.{s.value}", s.label, typed.get(f"status.{s.value}", "")) for s in Status]


def limits_of(typed: Mapping[str, str], usual: Mapping[Link, Limit], faults: Mapping[str, str]) -> list[LimitShown]:
    """List the limits of the form."""
    found = []
    for link in Link:
        yellow, red, unit = (f"limit.{link.value}.{part}" for part in ("yellow", "red", "unit"))
        limit = usual[link]
        found.append(
            LimitShown(
                link.value,
                link.label,
                limit.lamps,
                typed.get(yellow, ""),
                typed.get(red, ""),
                typed.get(unit) or limit.unit.value,
                faults.get(yellow) or faults.get(red, ""),
            )
        )
    return found


def skips_of(typed: Mapping[str, str]) -> list[SkipShown]:
    """List the approvals that may be skipped."""
    return [
        SkipShown(f"skip.{a.value}", a.label, CONSEQUENCES[a], bool(typed.get(f"skip.{a.value}"))) for a in Approval
    ]


def trial_shown(trial: Trial) -> TrialShown:
    """Show the result of a trial."""
    return TrialShown(
        True,
        trial.cases,
        trial.steps,
        trial.same,
        trial.steps - trial.same,
        [RefusedShown(one.label, one.reason, one.count, list(one.samples)) for one in trial.refused],
        [
            LateShown(
                one.link,
                one.clocks,
                f"{one.yellow_before} → {one.yellow_after}",
                f"{one.red_before} → {one.red_after}",
            )
            for one in trial.limits
        ],
    )
