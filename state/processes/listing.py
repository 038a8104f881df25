"""The list of processes: every version of the configured ones, copied and taken out of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import ProcessState as Stage
from domain.cases.models import ProcessVersion
from domain.cases.operations import processes as operations
from domain.cases.operations.processes import MAX_NAME
from domain.cases.queries import processes as queries
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing
from domain.kernel.permissions import Permission
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.kit.listing import Act, Col, Listing, ListState
from state.processes.shapes import VersionShown
from state.processes.showing import version_shown
from state.session import SignedInState

STANDARD = "standard"
"""The key of the standard process, which has no version."""


@dataclass(frozen=True, slots=True)
class NextVersion:
    name: Annotated[str, Ask("流程名称", most=MAX_NAME, wide=True)]


@dataclass(frozen=True, slots=True)
class NewProcess(NextVersion):
    code: Annotated[
        str,
        Ask(
            "流程代码",
            hint="2 至 30 位小写字母、数字、横线，以字母开头；以后的版本沿用这个代码",
            example="例如 labour",
            wide=True,
        ),
    ]


async def _rows(session: AsyncSession, actor: Actor, _wanted: Nothing, *, at: datetime) -> Sequence[VersionShown]:
    counts = await queries.open_cases(session, actor)
    names = await queries.enablers(session, actor)
    return [
        version_shown(one, None if counts is None else counts.get(one.id, 0), names.get(one.id, ""))
        for one in await queries.every(session, actor)
        if one.created_at <= at
    ]


async def _begin(session: AsyncSession, actor: Actor, key: str, given: NewProcess, at: datetime) -> ProcessVersion:
    source = None if key == STANDARD else id_of(key)
    return await operations.copy(session, actor, code=given.code, name=given.name, source=source, at=at)


async def _go_on(session: AsyncSession, actor: Actor, key: str, given: NextVersion, at: datetime) -> ProcessVersion:
    source = await queries.find(session, actor, id_of(key))
    return await operations.copy(session, actor, code=source.code, name=given.name, source=source.id, at=at)


async def _retire(session: AsyncSession, actor: Actor, key: str, _given: Nothing, at: datetime) -> ProcessVersion:
    return await operations.retire(session, actor, id_of(key), at=at)


async def _of_new(session: AsyncSession, actor: Actor, key: str) -> Asked:
    name = "标准流程" if key == STANDARD else (await queries.find(session, actor, id_of(key))).name
    return Asked(says=[f"从“{name}”复制一份草稿，在办案件不受影响。"])


async def _of_next(session: AsyncSession, actor: Actor, key: str) -> Asked:
    asked = await _of_new(session, actor, key)
    return Asked(says=asked.says, typed={"name": (await queries.find(session, actor, id_of(key))).name})


async def _of_retiring(session: AsyncSession, actor: Actor, key: str) -> Asked:
    version = await queries.find(session, actor, id_of(key))
    counts = await queries.open_cases(session, actor)
    one = version_shown(version, None if counts is None else counts.get(version.id, 0), "")
    warns = ["停用后不能恢复，需要时可复制为新版本再启用。"]
    if version.state is Stage.DRAFT:
        return Asked(says=[f"“{one.name}”{one.version}还没有启用，放弃后不能再修改，仍留在列表中。"], warns=warns)
    says = [
        f"停用“{one.name}”{one.version}后：",
        f"适用类别（{one.bound}）新受理的案件按标准流程办理；",
        f"在办案件（{one.open_cases} 件）仍按这个版本办完。",
    ]
    return Asked(says=says, warns=warns)


def _acts(one: VersionShown) -> Sequence[Act]:
    end = {Stage.DRAFT.value: [Act("放弃草稿", "drop")], Stage.ENABLED.value: [Act("停用", "retire")]}
    return [Act("复制为新版本", "next"), Act("复制为新流程", "new"), *end.get(one.state, [])]


PROCESSES: Listing[VersionShown] = Listing(
    "processes",
    "办理流程",
    _rows,
    (
        Col("name", "流程", lambda one: one.name, link=lambda one: one.href, sort=True, phone="title"),
        Col("code", "代码", lambda one: one.code, look="code", sort=True, phone="head"),
        Col("version", "版本", lambda one: one.version),
        Col("state", "状态", lambda one: one.state_label, tone=lambda one: one.tone, sort=True, phone="tag"),
        Col("bound", "适用类别", lambda one: one.bound, chars=40),
        Col("open", "在办案件", lambda one: one.open_cases, by=lambda one: one.open_cases.zfill(9), sort=True),
        Col("enabled", "启用", lambda one: one.enabled, sort=True),
    ),
    key=lambda one: one.id,
    rights=(Permission.ARRANGE,),
    whole=True,
    title=lambda one: f"{one.name} {one.version}",
    href=lambda one: one.href,
    acts=_acts,
    unit="个版本",
    none_yet=("还没有配置过流程", "从标准流程复制一份，改好并启用后会列在这里"),
)


def _draft(one: ProcessVersion) -> str:
    return f"/process/{one.id}"


class ProcessListState(ListState, DialogState, SignedInState):
    """One browser's list of processes, and how many open cases follow the standard one."""

    LISTING: ClassVar = PROCESSES
    DIALOGS: ClassVar = {
        "new": Dialog("复制为新流程", _begin, "", Permission.ARRANGE, NewProcess, "复制", fill=_of_new, goes=_draft),
        "next": Dialog("复制为新版本", _go_on, "", Permission.ARRANGE, NextVersion, "复制", fill=_of_next, goes=_draft),
        "retire": Dialog(
            "停用流程",
            _retire,
            lambda one: f"“{one.name}”已停用，新受理的案件按标准流程办理",
            Permission.ARRANGE,
            word="停用",
            look="danger",
            fill=_of_retiring,
        ),
        "drop": Dialog(
            "放弃草稿",
            _retire,
            lambda one: f"已放弃“{one.name}”第 {one.version} 版的草稿",
            Permission.ARRANGE,
            word="放弃",
            look="danger",
            fill=_of_retiring,
        ),
    }
    standard_open: str = "—"

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        counts = await queries.open_cases(session, actor)
        self.standard_open = "—" if counts is None else str(counts.get(None, 0))
