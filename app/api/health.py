"""How the product is doing, for supervisors and monitors."""

from __future__ import annotations

import shutil
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import causes, limits
from app.api import doors
from app.api.edge import REGISTRY
from app.jobs import report
from app.launch import database
from domain.kernel import outbox
from domain.kernel.permissions import Permission
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

LATE_SECONDS = 900
LOW_BYTES, FULL_BYTES = 1 << 30, 20 << 20
JOBS_AWAY = "后台任务没有在运行，到期提醒和短信暂停，正在自行恢复；持续几分钟时请查看日志"
_UNWRITABLE = {causes.Cause.DISK_FULL, causes.Cause.STORAGE, causes.Cause.READ_ONLY}
router = APIRouter(tags=["运行"])
_WAITING = Gauge("fengqiao_outbox_waiting", "Messages that are due and not delivered", registry=REGISTRY)
_LAG = Gauge("fengqiao_outbox_lag_seconds", "Age of the oldest message that is due", registry=REGISTRY)


class Alive(BaseModel):
    """进程在运行。"""

    status: str = "ok"


class Readiness(BaseModel):
    """能否服务，包括保存。外发积压（`late`）、空间不足（`low`）、后台任务停止和 Redis 断开只提示，不影响服务。"""

    status: str
    database: str
    migrations: str
    outbox: str
    storage: str
    """`ok`，剩余空间不足 1 GB 时为 `low`，写不进去时为 `full`。"""
    jobs: str = "ok"
    """`ok`；短信、到期提醒等后台任务的进程没有在工作时为 `failed`，由服务自行重启。"""
    redis: str = "unused"
    """`ok`；连接不上时为 `away`，没有设置时为 `unused`。"""
    causes: list[str] = Field(default_factory=list)
    """最近一分钟妨碍办理的原因，如 `disk_full`、`database_away`，与日志中的名称相同；`clock_doubted` 在日志中为 `clock.held`。"""
    said: list[str] = Field(default_factory=list)
    """同样的原因，用中文说明。"""
    outbox_waiting: int = 0
    outbox_lag_seconds: int = 0


@router.get("/healthz", summary="进程在运行", include_in_schema=False)
async def healthz() -> Alive:
    """不查数据库。"""
    return Alive()


@router.get("/readyz", summary="可以服务", include_in_schema=False)
async def readyz(request: Request, response: Response) -> Readiness:
    """数据库、表结构、磁盘空间、外发积压；不能服务时为 503。"""
    found = await readiness(request.app.state.settings.data)
    response.status_code = 503 if found.status == "failed" else 200
    response.headers["Cache-Control"] = "no-store"
    return found


async def readiness(data: Path) -> Readiness:
    """Look at the database, its schema, the room on the disk, the jobs process and what waits to be delivered."""
    beside = _beside(data)
    try:
        async with unit_of_work() as session:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
            waiting = await outbox.backlog(session, at=now())
    except (SQLAlchemyError, RuntimeError):
        return Readiness(status="failed", database="failed", migrations="unknown", outbox="unknown", **beside)
    lag = int((now() - waiting.oldest).total_seconds()) if waiting.oldest else 0
    current = revision == database.head()
    return Readiness(
        status="ok" if current and beside["storage"] != "full" else "failed",
        database="ok",
        migrations="ok" if current else "failed",
        outbox="late" if lag > LATE_SECONDS else "ok",
        outbox_waiting=waiting.waiting,
        outbox_lag_seconds=lag,
        **beside,
    )


def _beside(data: Path) -> dict[str, Any]:
    """Tell what is known without the database: this process's causes and those that the jobs process reports."""
    jobs, counting = report.read(report.path_of(data)), limits.rates()
    met = dict.fromkeys([*causes.lasting(), *(jobs.causes if jobs else ()), *([causes.Cause.REDIS] * counting.away)])
    return {
        "storage": _storage(data, set(met)),
        "jobs": "ok" if jobs else "failed",
        "redis": ("away" if counting.away else "ok") if counting.shared else "unused",
        "causes": [cause.value for cause in met],
        "said": [*(cause.sentence for cause in met), *([] if jobs else [JOBS_AWAY])],
    }


@router.get("/metrics", summary="指标（Prometheus）", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """只回答本机，或系统管理员的接口令牌。"""
    if not _from_here(request):
        async with unit_of_work() as session:
            (await doors.who(session, request, at=now())).require(Permission.ACCOUNT_MANAGE)
    found = await readiness(request.app.state.settings.data)
    _WAITING.set(found.outbox_waiting)
    _LAG.set(found.outbox_lag_seconds)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _storage(data: Path, met: set[causes.Cause]) -> str:
    """Judge by what is left, and by what was met: another machine's database may be full as well."""
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < FULL_BYTES or _UNWRITABLE & met:
        return "full"
    return "low" if free < LOW_BYTES else "ok"


def _from_here(request: Request) -> bool:
    # A proxy on this machine speaks for others: whoever comes through one is not from here.
    if any(name in request.headers for name in ("x-forwarded-for", "x-real-ip", "forwarded")):
        return False
    try:
        return ip_address(doors.address_of(request)).is_loopback
    except ValueError:
        return False
