"""Pictures: uploaded before the step that brings them, read within reach."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel

from app.api.answers import answers
from app.api.doors import Acting, Call, GuardedRoute, UploadRoute
from domain.cases.operations import pictures
from domain.cases.queries import detail
from domain.kernel import files
from domain.kernel.refusals import NotFound

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


@uploads.post(
    "",
    status_code=201,
    summary="上传图片",
    responses=answers(
        {"id": "0199aa00-0000-7000-8000-000000000001", "kind": "picture", "size": 182044},
        "not_permitted", "too_large", "unsupported_media", "invalid", status=201,
    ),
)  # fmt: skip
async def upload_picture(
    call: Acting,
    file: Annotated[UploadFile, File(description="JPG、PNG 或 WebP，最大 20 MB；按内容判断，拍摄信息会被去除")],
) -> Uploaded:
    """保存一张图片：按内容检查，缩至 1600 像素，去除拍摄信息。"""
    stored = await pictures.upload(call.session, call.actor, await file.read(), at=call.at)
    return Uploaded(id=stored.id, kind=stored.kind, size=stored.size)


@router.get(
    "/{file_id}",
    summary="图片",
    response_class=FileResponse,
    responses=answers(None, "not_found", media="image/jpeg"),
)
async def read_picture(call: Acting, file_id: UUID) -> FileResponse:
    """查看范围内的图片。"""
    return await _file(call, file_id)


@router.get(
    "/{file_id}/thumb",
    summary="缩略图",
    response_class=FileResponse,
    responses=answers(None, "not_found", media="image/jpeg"),
)
async def read_thumbnail(call: Acting, file_id: UUID) -> FileResponse:
    """查看范围内图片的缩略图，最长 240 像素。"""
    return await _file(call, file_id, ".thumb")


async def _file(call: Call, file_id: UUID, suffix: str = "") -> FileResponse:
    stored = await detail.file_within_reach(call.session, call.actor, file_id)
    path = files.path_of(stored.id, suffix)
    if not path.is_file():
        raise NotFound("图片文件已丢失，请联系管理员从备份恢复")
    return FileResponse(path, media_type=stored.media_type, headers=_HEADERS)
