"""How the product is doing, for supervisors and monitors."""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.api import doors
from app.api.edge import REGISTRY
from app.launch import database
from domain.kernel import outbox
from domain.kernel.permissions import Permission
from domain.kernel.unit_of_work import unit_of_work
from state.clock import now

LATE_SECONDS = 900
router = APIRouter(tags=["运行"])
_WAITING = Gauge("fengqiao_outbox_waiting", "Messages that are due and not delivered", registry=REGISTRY)
_LAG = Gauge("fengqiao_outbox_lag_seconds", "Age of the oldest message that is due", registry=REGISTRY)


class Alive(BaseModel):
    """进程在运行。"""

    status: str = "ok"


class Readiness(BaseModel):
    """能否服务。外发积压只提示（`late`），不影响服务。"""

    status: str
    database: str
    migrations: str
    outbox: str
    outbox_waiting: int = 0
    outbox_lag_seconds: int = 0


@router.get("/healthz", summary="进程在运行", include_in_schema=False)
async def healthz() -> Alive:
    """不查数据库。"""
    return Alive()


@router.get("/readyz", summary="可以服务", include_in_schema=False)
async def readyz(response: Response) -> Readiness:
    """数据库、表结构、外发积压；不能服务时为 503。"""
    found = await readiness()
    response.status_code = 503 if found.status == "failed" else 200
    response.headers["Cache-Control"] = "no-store"
    return found


async def readiness() -> Readiness:
    """This function will look at the database, its schema and what waits to be delivered."""
    try:
        async with unit_of_work() as session:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
            waiting = await outbox.backlog(session, at=now())
    except (SQLAlchemyError, RuntimeError):
        return Readiness(status="failed", database="failed", migrations="unknown", outbox="unknown")
    lag = int((now() - waiting.oldest).total_seconds()) if waiting.oldest else 0
    current = revision == database.head()
    return Readiness(
        status="ok" if current else "failed",
        database="ok",
        migrations="ok" if current else "failed",
        outbox="late" if lag > LATE_SECONDS else "ok",
        outbox_waiting=waiting.waiting,
        outbox_lag_seconds=lag,
    )


@router.get("/metrics", summary="指标（Prometheus）", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """只回答本机，或系统管理员的接口令牌。"""
    if not _from_here(request):
        async with unit_of_work() as session:
            (await doors.who(session, request, at=now())).require(Permission.ACCOUNT_MANAGE)
    found = await readiness()
    _WAITING.set(found.outbox_waiting)
    _LAG.set(found.outbox_lag_seconds)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _from_here(request: Request) -> bool:
    """A proxy on this machine speaks for others: whoever comes through one is not from here."""
    if any(name in request.headers for name in ("x-forwarded-for", "x-real-ip", "forwarded")):
        return False
    try:
        return ip_address(doors.address_of(request)).is_loopback
    except ValueError:
        return False
