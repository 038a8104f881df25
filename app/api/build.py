"""The HTTP application around the pages: interface for machines, plain pages, health, and the outermost layer."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute

from app import refusals
from app.api import (
    attachments,
    auth,
    briefs,
    cases,
    desk,
    docs,
    exports,
    families,
    health,
    imports,
    lists,
    meta,
    persons,
    reports,
    statistics,
    visits,
    warnings,
)
from app.api.edge import Edge
from app.api.policy import Policies
from app.public import petitioner, signin, signon
from app.settings import Settings, load
from app.throttle import Throttle
from state.orgs import own
from state.peers import peers

DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.json"
_ROOMS = (
    auth.router,
    auth.own,
    visits.router,
    cases.router,
    families.router,
    exports.router,
    lists.router,
    attachments.uploads,
    attachments.router,
    persons.router,
    statistics.router,
    warnings.router,
    briefs.router,
    reports.router,
    meta.router,
    desk.router,
    health.router,
    docs.router,
    imports.long_router,
    imports.router,
    signin.router,
    signon.router,
)


def build_api(*more: APIRouter, settings: Settings | None = None, client: Path | None = None) -> FastAPI:
    """Build the HTTP application; `more` are routers of other doors.

    Mount the pages last, at "": every route here wins over them.

    :param client: folder of the compiled pages, whose scripts the policy lets through
    """
    app = FastAPI(
        title="枫桥 接口",
        docs_url=None,
        redoc_url=None,
        openapi_url=docs.DESCRIPTION_PATH,
        generate_unique_id_function=_name,
        redirect_slashes=False,
    )
    app.state.settings = settings or load()
    app.state.throttle = Throttle(peers)
    app.state.sign_on = signon.providers_of(app.state.settings)
    own.offer({one.name: one.label for one in app.state.sign_on.values()})
    refusals.install(app)
    pages = Policies.of(client) if client else None
    app.add_middleware(Edge, pages=pages, public_url=app.state.settings.public_url)
    for router in (*_ROOMS, *more):
        app.include_router(router)
    app.router.routes.extend(petitioner.routes(app.state.settings))
    app.add_api_route(
        "/api/{_path:path}", _nowhere, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
    )
    described = docs.describe(app)
    app.openapi = lambda: described  # type: ignore[method-assign]
    return app


def described() -> str:
    """Write the description as it is kept in docs/openapi.json."""
    return json.dumps(build_api(settings=Settings()).openapi(), ensure_ascii=False, indent=2) + "\n"


async def _nowhere(request: Request) -> None:
    """Answer for the machines' addresses that lead nowhere: the pages would answer as to a person.

    :raises HTTPException: always: no such address, or not by this method
    """
    known = (re.sub(r"\{[^}]+\}", "[^/]+", path) for path in request.app.openapi()["paths"])
    raise HTTPException(405 if any(re.fullmatch(path, request.url.path) for path in known) else 404)


def _name(route: APIRoute) -> str:
    return route.name


if __name__ == "__main__":
    DESCRIPTION.write_text(described(), encoding="utf-8")
    sys.stdout.write(f"{DESCRIPTION.name}\n")
