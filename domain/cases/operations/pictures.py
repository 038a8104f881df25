"""Upload a picture before the step that brings it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import files, pictures
from domain.kernel.actor import Actor
from domain.kernel.models import StoredFile
from domain.kernel.permissions import Permission


async def upload(session: AsyncSession, actor: Actor, content: bytes, *, at: datetime) -> StoredFile:
    """This function will check, re-encode and keep a picture; it belongs to who uploaded it.

    :raises NotPermitted: the actor takes no steps
    :raises TooLarge: more than `pictures.MAX_BYTES`
    :raises UnsupportedMedia: not a picture, whatever its name says
    """
    actor.require(Permission.CASE_WORK)
    full, thumbnail = await asyncio.to_thread(pictures.reencoded, content)
    return await files.keep(
        session, actor, kind="picture", media_type="image/jpeg", content=full, thumbnail=thumbnail, at=at
    )
