"""Pictures: uploaded before the step that brings them, read within reach."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile
from pydantic import BaseModel

from app.api.answers import answers
from app.api.doors import Acting, Call, GuardedRoute, UploadRoute
from domain.cases.operations import pictures
from domain.cases.queries import detail
from domain.kernel import files
from domain.kernel.clock import stamp
from domain.kernel.files import Part
from domain.kernel.pictures import ENDINGS, TOLD

uploads = APIRouter(prefix="/api/v1/attachments", tags=["图片"], route_class=UploadRoute)
router = APIRouter(prefix="/api/v1/attachments", tags=["图片"], route_class=GuardedRoute)
_HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


class Uploaded(BaseModel):
    """一张已保存的图片；办理时把 `id` 放进 `attachments`。"""

    id: UUID
    kind: str
    size: int
    """原图的字节数。"""
    note: str
    """副本没有显示的内容，如动图只显示第一帧；没有则为空。"""


@uploads.post(
    "",
    status_code=201,
    summary="上传图片",
    responses=answers(
        {"id": "0199aa00-0000-7000-8000-000000000001", "kind": "picture", "size": 182044, "note": ""},
        "not_permitted", "too_large", "unsupported_media", "invalid", status=201,
    ),
)  # fmt: skip
async def upload_picture(call: Acting, file: Annotated[UploadFile, File(description=TOLD)]) -> Uploaded:
    """按内容检查后原样加密保存，另存供页面显示的副本；副本去除拍摄信息，窄边不超过 1440 像素。"""
    stored = await pictures.upload(call.session, call.actor, await file.read(), at=call.at)
    return Uploaded(id=stored.id, kind=stored.kind, size=stored.size, note=stored.note)


@router.get(
    "/{file_id}",
    summary="图片",
    response_class=Response,
    responses=answers(None, "not_found", media="image/jpeg"),
)
async def read_picture(call: Acting, file_id: UUID) -> Response:
    """查看范围内图片的副本。"""
    return await _copy(call, file_id, Part.SCREEN)


@router.get(
    "/{file_id}/thumb",
    summary="缩略图",
    response_class=Response,
    responses=answers(None, "not_found", media="image/jpeg"),
)
async def read_thumbnail(call: Acting, file_id: UUID) -> Response:
    """查看范围内图片的缩略图，最长 240 像素。"""
    return await _copy(call, file_id, Part.THUMBNAIL)


@router.get(
    "/{file_id}/original",
    summary="原图",
    response_class=Response,
    responses=answers(None, "not_found", media="image/*"),
)
async def read_original(call: Acting, file_id: UUID) -> Response:
    """下载查看范围内图片的原图，与上传时逐字节相同，含拍摄信息；每次下载都记入审计日志。"""
    stored, content = await pictures.take_original(call.session, call.actor, file_id, at=call.at)
    name = f"picture-{stamp(stored.uploaded_at, '%Y%m%d-%H%M%S')}.{ENDINGS[stored.media_type]}"
    headers = {**_HEADERS, "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=stored.media_type, headers=headers)


async def _copy(call: Call, file_id: UUID, part: Part) -> Response:
    stored = await detail.file_within_reach(call.session, call.actor, file_id)
    return Response(await files.read(stored, part), media_type="image/jpeg", headers=_HEADERS)
