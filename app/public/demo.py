"""The demo's short messages, on /demo/sms; the page does not exist outside demo mode."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.public.pages import page
from app.settings import Settings
from domain.kernel.clock import stamp
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import queries
from domain.notices.schemas import MessageView
from state.clock import now

SHOWN = 12
"""So many fit into the ten kilobytes that every plain page keeps to."""
_LINK = re.compile(r"https?://[^\s，。；]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, a link or not."""

    text: str
    link: str = ""


def routes(settings: Settings) -> list[Route]:
    """Give the route of the page, or none outside demo mode."""
    return [Route("/demo/sms", show, methods=["GET"])] if settings.demo else []


async def show(_request: Request) -> Response:
    """List the newest messages."""
    async with unit_of_work() as session:
        messages = await queries.recent(session, at=now(), limit=SHOWN)
    return page("sms.html", centre="演示短信箱", messages=[_shown(message) for message in messages])


def _shown(message: MessageView) -> dict[str, object]:
    return {
        "at": stamp(message.created_at, "%m-%d %H:%M:%S"),
        "occasion": message.occasion,
        "phone": message.phone,
        "state": message.state,
        "pieces": pieces(message.text),
    }


def pieces(text: str) -> list[Piece]:
    """Cut a text into plain pieces and links to our own pages."""
    found: list[Piece] = []
    place = 0
    for link in _LINK.finditer(text):
        found += [Piece(text[place : link.start()]), Piece(link.group(), link.group())]
        place = link.end()
    return [piece for piece in (*found, Piece(text[place:])) if piece.text]
