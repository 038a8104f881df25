"""What was uploaded comes out again byte for byte, lies sealed, and is had by whoever may see its case."""

from __future__ import annotations

import hashlib
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.audit.notes import WORDS
from domain.cases.operations import pictures
from domain.kernel import files
from domain.kernel.files import Part
from domain.kernel.models import JournalEntry, StoredFile
from domain.kernel.refusals import NotFound
from tests.domain.kernel.test_pictures import HEIC
from tests.support.county import MORNING, County, png

GIVEN = {
    "a screenshot": png(size=(1080, 4000)),
    "a phone's photo": HEIC,
    "bytes behind a picture": png() + b"<p>more</p>",
}


async def _stored(session: AsyncSession, file_id: UUID) -> StoredFile:
    return (await session.scalars(select(StoredFile).where(col(StoredFile.id) == file_id))).one()


async def _lay_open(session: AsyncSession, stored: StoredFile) -> dict[Part, bytes]:
    """Make a file what it was before decision 0021: two copies in clear, and no key."""
    copies = {part: await files.read(stored, part) for part in (Part.SCREEN, Part.THUMBNAIL)}
    for part, content in copies.items():
        files.path_of(stored.id, part).write_bytes(content)
    files.path_of(stored.id, Part.ORIGINAL).unlink()
    digest = hashlib.sha256(copies[Part.SCREEN]).hexdigest()
    bare = {"original": False, "key_sealed": None, "sealed_at": None, "digest": digest}
    await session.execute(update(StoredFile).where(col(StoredFile.id) == stored.id).values(**bare))
    await session.refresh(stored)
    return copies


class TestAnOriginal:
    @pytest.mark.parametrize("name", GIVEN)
    async def test_comes_out_as_it_went_in(self, session: AsyncSession, county: County, name: str) -> None:
        stored = await pictures.upload(session, county["rsj"], GIVEN[name], at=MORNING)
        again, content = await pictures.take_original(session, county["rsj"], stored.id, at=MORNING)

        assert content == GIVEN[name]
        assert (again.size, again.digest) == (len(content), hashlib.sha256(content).hexdigest())

    async def test_taken_is_a_line_of_the_journal_in_words(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        await pictures.take_original(session, county["rsj"], stored.id, at=MORNING)

        query = select(JournalEntry).where(col(JournalEntry.action) == "case.original")
        line = (await session.scalars(query)).one()
        assert line.detail == {"file": str(stored.id), "digest": stored.digest}
        assert WORDS[line.action][1] == "下载原图"

    async def test_of_others_is_not_found(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        with pytest.raises(NotFound):
            await pictures.take_original(session, county["zjj"], stored.id, at=MORNING)


class TestTheFolder:
    @pytest.mark.parametrize("part", Part)
    async def test_names_what_is_lost_or_damaged(self, session: AsyncSession, county: County, part: Part) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        assert [one.id async for one in files.every(session)] == [stored.id]
        assert files.faults(stored) == {}

        path = files.path_of(stored.id, part)
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert files.faults(stored) == {part: files.Fault.DAMAGED}
        path.unlink()
        assert files.faults(stored) == {part: files.Fault.LOST}

    async def test_another_picture_in_clear_is_damaged(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        await _lay_open(session, stored)
        assert files.faults(stored) == {}

        files.path_of(stored.id).write_bytes(png("navy"))
        assert files.faults(stored) == {Part.SCREEN: files.Fault.DAMAGED}
        with pytest.raises(NotFound):
            await files.read(stored)

    async def test_holds_no_picture_in_clear(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], HEIC, at=MORNING)
        for part in Part:
            content = files.path_of(stored.id, part).read_bytes()
            assert content.startswith(b"FQF")
            assert b"camera" not in content

    async def test_gives_no_part_for_another(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        other = await pictures.upload(session, county["rsj"], png("navy"), at=MORNING)
        screen = files.path_of(stored.id)
        for moved in (files.path_of(stored.id, Part.THUMBNAIL), files.path_of(other.id)):
            screen.write_bytes(moved.read_bytes())
            with pytest.raises(NotFound, match="损坏"):
                await files.read(stored)
        screen.write_bytes(png())
        with pytest.raises(NotFound, match="损坏"):
            await files.read(stored)


class TestAPictureOfBefore:
    async def test_is_read_in_clear_and_has_no_original(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        copies = await _lay_open(session, stored)

        assert {part: await files.read(stored, part) for part in copies} == copies
        with pytest.raises(NotFound, match="还不保存原图"):
            await pictures.take_original(session, county["rsj"], stored.id, at=MORNING)

    async def test_is_readable_at_every_moment_of_being_sealed(self, session: AsyncSession, county: County) -> None:
        stored = await pictures.upload(session, county["rsj"], png(), at=MORNING)
        copies = await _lay_open(session, stored)

        async def assert_readable() -> None:
            await session.refresh(stored)
            assert {part: await files.read(stored, part) for part in copies} == copies

        keys = await files.give_keys(session, limit=10)
        await session.flush()
        await assert_readable()
        assert await files.give_keys(session, limit=10) == keys, "whoever was cut off goes on with the same key"
        files.seal_bytes(keys)
        await assert_readable()
        files.seal_bytes(keys)
        await files.note_sealed(session, keys, at=MORNING)
        await assert_readable()
        assert files.path_of(stored.id).read_bytes().startswith(b"FQF")
        assert await files.give_keys(session, limit=10) == {}
