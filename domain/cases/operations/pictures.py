"""Upload a picture before the step that brings it; take along what was given."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import detail
from domain.kernel import files, journal, pictures
from domain.kernel.actor import Actor
from domain.kernel.files import Part
from domain.kernel.models import StoredFile
from domain.kernel.permissions import Permission


async def upload(session: AsyncSession, actor: Actor, content: bytes, *, at: datetime) -> StoredFile:
    """Check a picture, keep it as it is, and its copies for screens; it belongs to who uploaded it.

    :raises NotPermitted: the actor takes no steps
    :raises TooLarge: more than `pictures.MAX_BYTES`
    :raises UnsupportedMedia: not a picture, whatever its name says
    :raises Invalid: a picture that cannot be read, or of too many pixels
    """
    actor.require(Permission.CASE_WORK)
    copies = await asyncio.to_thread(pictures.copies_of, content)
    parts = {Part.ORIGINAL: content, Part.SCREEN: copies.screen, Part.THUMBNAIL: copies.thumbnail}
    return await files.keep(
        session, actor, kind="picture", media_type=copies.media_type, parts=parts, note=copies.note, at=at
    )


async def take_original(
    session: AsyncSession, actor: Actor, file_id: UUID, *, at: datetime
) -> tuple[StoredFile, bytes]:
    """Give a picture within reach as it was uploaded, with what the camera wrote; a line of the journal says who.

    :raises NotFound: none, out of reach, or of the time when originals were not kept
    """
    stored = await detail.file_within_reach(session, actor, file_id)
    content = await files.read(stored, Part.ORIGINAL)
    number = await detail.number_of_file(session, actor, file_id)
    told = {"file": str(file_id), "digest": stored.digest} | ({"number": number} if number else {})
    await journal.record(session, actor, "case.original", "account", actor.account_id, at=at, detail=told)
    return stored, content
