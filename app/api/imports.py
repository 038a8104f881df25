"""Units, accounts and areas from files: the template, the upload that is only looked at, and the act itself.

An uploaded file is kept sealed as a draft of its administrator until it is imported or replaced. Initial
passwords exist in the answer to the act alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from app.api.doors import Acting, Call, GuardedRoute, who
from app.documents import borders, sheets
from app.documents.workbook import Mark
from domain.kernel import bounds, drafts, journal
from domain.kernel.clock import local_date
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotPermitted, TooLarge
from domain.kernel.unit_of_work import unit_of_work
from state.areas import lines as area_lines
from state.clock import now
from state.kit.importing import Kind, Read
from state.orgs.importing import KINDS

Which = Literal["units", "accounts", "areas", "shapes"]
Sheet = Literal["units", "accounts", "areas"]
Day = Annotated[str, Query(max_length=20)]
RIGHTS = (Permission.UNIT_MANAGE, Permission.ACCOUNT_MANAGE, Permission.AREA_MANAGE)
"""One of them lets somebody upload; the kind of import asks for its own."""
MOST_KEPT = 12_000_000
"""Characters of a file that waits for its confirmation."""
_NO_STORE = {"Cache-Control": "no-store"}
_ONCE = "初始密码只在这个文件里，系统不保存：请分发给本人后删除文件，本人首次登录须修改。"


class ImportRoute(GuardedRoute):
    """A route that takes a sheet, from administrators of units, accounts or areas alone."""

    limit: ClassVar[int] = sheets.MAX_BYTES + 64 * 1024

    async def admit(self, request: Request) -> None:
        """Make sure, before the body is read, that whoever is signed in may import anything."""
        async with unit_of_work() as session:
            actor = await who(session, request, at=now())
        if not any(actor.may(right) for right in RIGHTS):
            raise NotPermitted("您的账号不能导入数据")


class BorderRoute(ImportRoute):
    """A route that takes borders, which are longer than sheets."""

    limit: ClassVar[int] = borders.MAX_BYTES + 64 * 1024


router = APIRouter(prefix="/api/v1/imports", include_in_schema=False, route_class=ImportRoute)
long_router = APIRouter(prefix="/api/v1/imports", include_in_schema=False, route_class=BorderRoute)


@router.get("/{which}/template")
async def template(call: Acting, which: Sheet) -> Response:
    """Give the sheet to fill in."""
    kind = KINDS[which]
    call.actor.require(kind.right)
    heads = [f"{head}*" if head in kind.required else head for head in kind.heads]
    body = sheets.workbook(kind.word, heads, [kind.example], notes=kind.notes)
    return _file(body, f"{which}-template.xlsx")


@long_router.post("/shapes", status_code=201)
async def stage_borders(
    call: Acting, file: Annotated[UploadFile, File()], since: Day = "", datum: Annotated[str, Query(max_length=10)] = ""
) -> JSONResponse:
    """Read borders and keep them, sealed, for their preview; nothing is imported yet."""
    kind = KINDS["shapes"]
    call.actor.require(kind.right)
    asked = {"since": _day(since), "datum": area_lines.datum_in({"datum": datum}).value}
    found = await asyncio.to_thread(borders.borders_of, await file.read())
    content = area_lines.kept_borders(found) | asked
    return await _keep(call, kind, content, len(found))


@router.post("/{which}", status_code=201)
async def stage(call: Acting, which: Sheet, file: Annotated[UploadFile, File()], since: Day = "") -> JSONResponse:
    """Read a sheet and keep it, sealed, for its preview; nothing is imported yet."""
    kind = KINDS[which]
    call.actor.require(kind.right)
    asked = {"since": _day(since)} if "since" in kind.asks else {}
    csv = ".csv" in kind.endings
    found = await asyncio.to_thread(
        sheets.lines_of, await file.read(), kind.heads, kind.required, aliases=kind.aliases, csv=csv
    )
    if len(found) > kind.most:
        raise TooLarge(f"一次最多导入 {kind.most} 行{kind.word}，请分批导入")
    kept = [(line.number, [line.values.get(head, "") for head in kind.heads], dict(line.faults)) for line in found]
    return await _keep(call, kind, {"lines": kept, **asked}, len(kept))


async def _keep(call: Call, kind: Kind, content: dict[str, object], rows: int) -> JSONResponse:
    if len(json.dumps(content, ensure_ascii=False)) > MOST_KEPT:
        raise TooLarge("文件内容过多，请分批导入")
    await drafts.keep(call.session, call.actor, kind.form, content, at=call.at, most=MOST_KEPT)
    return JSONResponse({"rows": rows}, 201, headers=_NO_STORE)


def _day(text: str) -> str:
    # The day from which changes count; today where none is given.
    return (bounds.day(text, label="生效日期", field="since") if text else local_date(now())).isoformat()


@router.post("/{which}/confirm")
async def confirm(call: Acting, which: Which) -> Response:
    """Import the kept file, all or nothing; for accounts it answers their initial passwords."""
    kind = KINDS[which]
    call.actor.require(kind.right)
    content = await drafts.load(call.session, call.actor, kind.form)
    rows = await kind.read(call.session, call.actor, content)
    if wrong := [row.number for row in rows if row.faults]:
        raise Invalid.of({"file": f"还有 {len(wrong)} 行有问题（第 {wrong[0]} 行起），请改好后重新上传"})
    taken = await kind.take(call.session, call.actor, rows, content, call.at)
    await drafts.drop(call.session, call.actor, kind.form)
    detail = {"kind": which, "rows": taken}
    await journal.record(
        call.session, call.actor, "orgs.import", "account", call.actor.account_id, at=call.at, detail=detail
    )
    if which == "accounts":
        return _passwords(call, rows)
    return JSONResponse({"rows": taken}, headers=_NO_STORE)


def _passwords(call: Call, rows: Sequence[Read]) -> Response:
    told = [(row.given.login, row.given.name, row.given.unit_code, row.given.password) for row in rows]
    marked = Mark.of(call.actor, len(told), at=call.at).words
    body = sheets.workbook("初始密码", ("账号", "姓名", "单位代码", "初始密码"), told, notes=(marked, _ONCE))
    return _file(body, "initial-passwords.xlsx")


def _file(body: bytes, name: str) -> Response:
    headers = {**_NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=sheets.XLSX, headers=headers)
