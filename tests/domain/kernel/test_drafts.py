"""Drafts of forms are their writer's alone and lie sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import drafts
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.permissions import Role
from tests.support.county import MORNING

_ACTOR = replace(system_actor(Role.REGISTRAR), account_id=new_id())


async def test_the_newest_content_replaces_the_one_before(session: AsyncSession) -> None:
    await drafts.keep(session, _ACTOR, "case.new", {"title": "一"}, at=MORNING)
    await drafts.keep(session, _ACTOR, "case.new", {"title": "二"}, at=MORNING)
    await drafts.keep(session, _ACTOR, "case.edit", {"title": "三"}, at=MORNING)

    assert await drafts.load(session, _ACTOR, "case.new") == {"title": "二"}


async def test_nobody_else_reads_it_and_the_table_holds_no_clear_text(session: AsyncSession) -> None:
    await drafts.keep(session, _ACTOR, "case.new", {"name": "testname"}, at=MORNING)

    other = replace(_ACTOR, account_id=new_id())
    stored = (await session.scalars(text("SELECT content_sealed FROM form_draft"))).all()

    assert await drafts.load(session, other, "case.new") == {}
    assert not any(b"testname" in bytes(blob) for blob in stored)


async def test_a_sent_form_is_forgotten(session: AsyncSession) -> None:
    await drafts.keep(session, _ACTOR, "case.new", {"title": "一"}, at=MORNING)
    await drafts.drop(session, _ACTOR, "case.new")

    assert await drafts.load(session, _ACTOR, "case.new") == {}


async def test_a_content_too_long_leaves_what_was_kept(session: AsyncSession) -> None:
    await drafts.keep(session, _ACTOR, "case.new", {"title": "一"}, at=MORNING)
    await drafts.keep(session, _ACTOR, "case.new", {"title": "字" * drafts.MAX_CHARACTERS}, at=MORNING)

    assert await drafts.load(session, _ACTOR, "case.new") == {"title": "一"}


async def test_two_tabs_do_not_write_over_each_other(session: AsyncSession) -> None:
    for tab in ("one", "two"):
        await drafts.keep(session, _ACTOR, "case", {"title": tab}, tab=tab, at=MORNING)

    for tab in ("one", "two"):
        assert await drafts.load(session, _ACTOR, "case", tab=tab) == {"title": tab}

    await drafts.drop(session, _ACTOR, "case", tab="one")
    found = await drafts.find(session, _ACTOR, "case", tab="one")
    assert found is not None
    assert (found.tab, found.content, found.saved_at) == ("two", {"title": "two"}, MORNING)


async def test_the_own_tab_comes_first_then_what_was_typed_last(session: AsyncSession) -> None:
    later = MORNING + timedelta(minutes=1)
    await drafts.keep(session, _ACTOR, "case", {"title": "一"}, tab="one", at=MORNING)
    await drafts.keep(session, _ACTOR, "case", {"title": "二"}, tab="two", at=later)
    await drafts.keep(session, _ACTOR, "case:QX1", {"title": "别的"}, tab="one", at=later)

    mine = await drafts.find(session, _ACTOR, "case", tab="one")
    other = await drafts.find(session, _ACTOR, "case", tab="three")
    assert mine is not None
    assert mine.content == {"title": "一"}
    assert other is not None
    assert other.content == {"title": "二"}

    await drafts.drop_all(session, _ACTOR, "case")
    assert await drafts.find(session, _ACTOR, "case", tab="one") is None
    assert await drafts.find(session, _ACTOR, "case:QX1", tab="one") is not None


async def test_nobody_finds_what_others_left(session: AsyncSession) -> None:
    await drafts.keep(session, _ACTOR, "case", {"title": "一"}, tab="one", at=MORNING)
    assert await drafts.find(session, replace(_ACTOR, account_id=new_id()), "case", tab="one") is None
