"""Units and accounts from Excel: the template, the upload that is only looked at, and the act itself.

An uploaded sheet is kept sealed as a draft of its administrator until it is imported or replaced. Initial
passwords exist in the answer to the act alone.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from app.api.doors import Acting, GuardedRoute, who
from app.documents import sheets
from app.documents.workbook import Mark
from domain.kernel import drafts, journal
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, TooLarge
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations
from domain.orgs.schemas import NewAccount, UnitInput
from state.clock import now
from state.orgs import lines

Which = Literal["units", "accounts"]
_NO_STORE = {"Cache-Control": "no-store"}
_ONCE = "初始密码只在这个文件里，系统不保存：请分发给本人后删除文件，本人首次登录须修改。"


class ImportRoute(GuardedRoute):
    """A route that takes a sheet, from administrators of units or accounts alone."""

    limit: ClassVar[int] = sheets.MAX_BYTES + 64 * 1024

    async def admit(self, request: Request) -> None:
        """This function will make sure, before the body is read, that whoever is signed in may import anything."""
        async with unit_of_work() as session:
            actor = await who(session, request, at=now())
        if not actor.may(Permission.UNIT_MANAGE):
            actor.require(Permission.ACCOUNT_MANAGE)


router = APIRouter(prefix="/api/v1/imports", include_in_schema=False, route_class=ImportRoute)


@router.get("/{which}/template")
async def template(call: Acting, which: Which) -> Response:
    """This function will give the sheet to fill in."""
    kind = lines.KINDS[which]
    call.actor.require(kind.right)
    heads = [f"{head}*" if head in kind.required else head for head in kind.heads]
    body = sheets.workbook(kind.word, heads, [kind.example], notes=kind.notes)
    return _file(body, f"{which}-template.xlsx")


@router.post("/{which}", status_code=201)
async def stage(call: Acting, which: Which, file: Annotated[UploadFile, File()]) -> JSONResponse:
    """This function will read a sheet and keep it, sealed, for its preview; nothing is imported yet."""
    kind = lines.KINDS[which]
    call.actor.require(kind.right)
    found = await asyncio.to_thread(sheets.lines_of, await file.read(), kind.heads, kind.required)
    if len(found) > kind.most:
        raise TooLarge(f"一次最多导入 {kind.most} 行{kind.word}，请分批导入")
    kept = [(line.number, [line.values.get(head, "") for head in kind.heads], dict(line.faults)) for line in found]
    if len(json.dumps(kept, ensure_ascii=False)) > drafts.MAX_CHARACTERS - 100:
        raise TooLarge("表格内容过多，请分批导入")
    await drafts.keep(call.session, call.actor, kind.form, {"lines": kept}, at=call.at)
    return JSONResponse({"rows": len(kept)}, 201, headers=_NO_STORE)


@router.post("/{which}/confirm")
async def confirm(call: Acting, which: Which) -> Response:
    """This function will import the kept sheet, all or nothing; for accounts it answers their initial passwords."""
    kind = lines.KINDS[which]
    call.actor.require(kind.right)
    content = await drafts.load(call.session, call.actor, kind.form)
    rows = await lines.read(call.session, call.actor, which, lines.staged_in(content))
    if wrong := [row.number for row in rows if row.faults]:
        raise Invalid.of({"file": f"还有 {len(wrong)} 行有问题（第 {wrong[0]} 行起），请改好后重新上传"})
    units = [row.given for row in rows if isinstance(row.given, UnitInput)]
    accounts = [row.given for row in rows if isinstance(row.given, NewAccount)]
    if which == "units":
        await operations.import_units(call.session, call.actor, units, at=call.at)
    else:
        await operations.import_accounts(call.session, call.actor, accounts, at=call.at)
    await drafts.drop(call.session, call.actor, kind.form)
    detail = {"kind": which, "rows": len(rows)}
    await journal.record(
        call.session, call.actor, "orgs.import", "account", call.actor.account_id, at=call.at, detail=detail
    )
    if which == "units":
        return JSONResponse({"rows": len(rows)}, headers=_NO_STORE)
    told = [(one.login, one.name, one.unit_code, one.password) for one in accounts]
    marked = Mark.of(call.actor, len(told), at=call.at).words
    body = sheets.workbook("初始密码", ("账号", "姓名", "单位代码", "初始密码"), told, notes=(marked, _ONCE))
    return _file(body, "initial-passwords.xlsx")


def _file(body: bytes, name: str) -> Response:
    headers = {**_NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=sheets.XLSX, headers=headers)
