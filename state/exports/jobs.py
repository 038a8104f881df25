"""The person's own long exports: how far they are, their files, and the dialogs that cancel them and have them go on."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.exports import operations, queries, rules
from domain.exports.models import State
from domain.exports.schemas import ExportRow
from domain.kernel.actor import Actor
from domain.kernel.asking import Nothing
from domain.kernel.clock import end_stamp, stamp
from domain.kernel.permissions import Permission
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.kit.listing import Act, Col, Listing, ListState
from state.session import SignedInState


async def _cancel(session: AsyncSession, actor: Actor, key: str, _given: Nothing, at: datetime) -> None:
    await operations.cancel(session, actor, id_of(key), at=at)


async def _go_on(session: AsyncSession, actor: Actor, key: str, _given: Nothing, _at: datetime) -> None:
    await operations.go_on(session, actor, id_of(key))


async def _about(session: AsyncSession, actor: Actor, key: str) -> Asked:
    job = await queries.own_job(session, actor, id_of(key))
    return Asked(about=f"{stamp(job.asked_at)} 申请，{job.said}", says=[rules.progress(job.state, job.rows, job.total)])


def _acts(one: ExportRow) -> list[Act]:
    found = [Act("下载", file=f"/api/v1/exports/{one.id}/file", look="pri")] if one.state is State.DONE else []
    found += [Act("继续", "go_on", look="pri")] if one.may_go_on else []
    return found + ([Act("取消", "cancel")] if one.state in rules.OPEN or one.may_go_on else [])


EXPORTS: Listing[ExportRow] = Listing(
    "exports",
    "导出记录",
    queries.own,
    (
        Col("asked", "申请时间", lambda one: stamp(one.asked_at), sort=True, phone="head"),
        Col("list", "清单", lambda _: "案件台账"),
        Col("said", "条件", lambda one: one.said, look="wide", phone="title", chars=40),
        Col(
            "state",
            "状态",
            lambda one: one.state.label,
            tone=lambda one: rules.TONES.get(one.state, "gray"),
            phone="tag",
        ),
        Col("progress", "进度", lambda one: one.progress, chars=24),
        Col("until", "下载截止", lambda one: end_stamp(one.until)),
        Col("taken", "最近下载", lambda one: stamp(one.taken_at)),
        Col("fault", "说明", lambda one: one.fault, look="wide", chars=40),
    ),
    key=lambda one: str(one.id),
    rights=(Permission.CASE_EXPORT,),
    whole=True,
    title=lambda one: stamp(one.asked_at),
    acts=_acts,
    live=(operations.CHANGED,),
    says="只列出您本人转入后台的导出。文件完成后保存 24 小时，请及时下载；行数不多的导出直接得到文件，不在这里。",
    none_yet=("还没有后台导出", "在案件台账中导出 2,000 件以上时，会转入后台并出现在这里"),
    icon="download",
)


class ExportsState(ListState, DialogState, SignedInState):
    """One browser's list of exports."""

    LISTING: ClassVar = EXPORTS

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        await super()._prepare(session, actor)
        self.may_export = False  # a sheet of sheets is for machines

    DIALOGS: ClassVar = {
        "cancel": Dialog(
            "取消导出",
            _cancel,
            "已取消",
            Permission.CASE_EXPORT,
            word="取消导出",
            look="danger",
            fill=_about,
            says="已导出的部分会删除，不能恢复。",
        ),
        "go_on": Dialog("继续导出", _go_on, "已继续", Permission.CASE_EXPORT, word="继续导出", fill=_about),
    }
