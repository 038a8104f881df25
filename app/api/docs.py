"""The description of the interface as a page, served from the package alone: no other host is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import swagger_ui_bundle
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.api.answers import problem_answer
from app.refusals import Problem
from domain.kernel.refusals import NotFound

_NOT_OURS = ("HTTPValidationError", "ValidationError")
DESCRIPTION_PATH = "/api/v1/openapi.json"
_FILES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "favicon-32x32.png": "image/png"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>枫桥 接口说明</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
_START = f"""SwaggerUIBundle({{
  url: "{DESCRIPTION_PATH}",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
}});
"""
_INTRODUCTION = """市县一体化治理协同平台的机器接口。

先以 `POST /api/v1/auth/token` 换取令牌，放在 `Authorization: Bearer` 中。时间都带时区；个人信息只以掩码给出，
也不进入网址。出错时回答 `application/problem+json`（RFC 9457），程序按 `code` 判断。办理动作时，`If-Match`
防止覆盖他人的办理，`Idempotency-Key` 防止重复办理。
"""
router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
async def page() -> HTMLResponse:
    """Show the description for people."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/api/docs/start.js")
async def start() -> Response:
    """Give the script that starts the page: the page itself may hold none."""
    return Response(_START, media_type="text/javascript")


@router.get("/api/docs/{name}")
async def file(name: str) -> FileResponse:
    """Give one of the page's files.

    :raises NotFound: it has no such file
    """
    if name not in _FILES:
        raise NotFound("没有这个文件")
    folder = cast("Path", swagger_ui_bundle.swagger_ui_path)
    return FileResponse(folder / name, media_type=_FILES[name], headers={"Cache-Control": "public, max-age=86400"})


def describe(app: FastAPI) -> dict[str, Any]:
    """Describe the interface (OpenAPI 3.0, which the page can show), its problems included."""
    found = get_openapi(
        title="枫桥 接口", version="1", description=_INTRODUCTION, routes=app.routes, openapi_version="3.0.3"
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in _NOT_OURS:
        schemas.pop(name, None)
    for operation in (operation for methods in found["paths"].values() for operation in methods.values()):
        _refuse_in_our_words(operation["responses"])
    _as_3_0(schemas)
    _as_3_0(found["paths"])
    return found


def _as_3_0(part: Any) -> None:
    """Say in the words of 3.0 what pydantic says in those of 3.1, in place."""
    inner: list[Any] = []
    if isinstance(part, list):
        inner = part
    elif isinstance(part, dict):
        _reword(part)
        inner = [value for name, value in part.items() if name not in {"example", "examples"}]
    for item in inner:
        _as_3_0(item)


def _reword(schema: dict[str, Any]) -> None:
    _nullable(schema)
    if schema.pop("contentMediaType", ""):
        schema["format"] = "binary"
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if isinstance(schema.get("examples"), list):
        schema["example"] = schema.pop("examples")[0]


def _nullable(schema: dict[str, Any]) -> None:
    # A value or null is a choice in 3.1 and a mark in 3.0.
    options = schema.get("anyOf")
    if not isinstance(options, list) or {"type": "null"} not in options:
        return
    rest = [option for option in options if option != {"type": "null"}]
    del schema["anyOf"]
    schema["nullable"] = True
    if len(rest) > 1:
        schema["anyOf"] = rest
    elif "$ref" in rest[0]:
        schema["allOf"] = rest
    else:
        schema.update(rest[0])


def _refuse_in_our_words(answers: dict[str, Any]) -> None:
    """Whatever takes an input may refuse it; the framework would describe its own shape for that."""
    if any(name in str(answers.get("422", "")) for name in _NOT_OURS):
        answers["422"] = problem_answer("`invalid` 填写有误")
