"""Drafts of forms: typed, not sent, not lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, String, cast, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.models import FormDraft

MAX_CHARACTERS = 250_000
"""Far more than any form takes: who pasted too much shall find it again and shorten it."""


async def keep(session: AsyncSession, actor: Actor, form: str, content: Mapping[str, object], *, at: datetime) -> None:
    """This function will store what is in a form; the newest replaces the one before.

    A content beyond `MAX_CHARACTERS` is not kept: the form says so when it is sent.
    """
    text = json.dumps(content, ensure_ascii=False)
    if len(text) > MAX_CHARACTERS:
        return
    draft = await _find(session, actor, form)
    if draft is None:
        draft = FormDraft(account_id=actor.account_id, form=form, content_sealed=b"", saved_at=at)
        session.add(draft)
    draft.content_sealed = crypto.seal("form_draft", "content", draft.id, text)
    draft.saved_at = at
    await session.flush()


async def load(session: AsyncSession, actor: Actor, form: str) -> dict[str, object]:
    """This function will give the kept content of the actor's own form; empty when there is none."""
    draft = await _find(session, actor, form)
    if draft is None:
        return {}
    return dict(json.loads(crypto.unseal("form_draft", "content", draft.id, draft.content_sealed)))


async def drop(session: AsyncSession, actor: Actor, form: str) -> None:
    """This function will forget the kept content once it was sent."""
    await session.execute(
        delete(FormDraft).where(col(FormDraft.account_id) == actor.account_id, col(FormDraft.form) == form)
    )


async def _find(session: AsyncSession, actor: Actor, form: str) -> FormDraft | None:
    query = select(FormDraft).where(col(FormDraft.account_id) == actor.account_id, col(FormDraft.form) == form)
    return (await session.scalars(query)).one_or_none()


def old(before: datetime) -> Select[tuple[str, datetime]]:
    """This function will give id and moment of the drafts that nobody touched since a moment."""
    return select(cast(col(FormDraft.id), String), col(FormDraft.saved_at)).where(col(FormDraft.saved_at) < before)


async def forget_old(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """This function will delete some of the drafts that nobody touched since a moment, and answer how many."""
    some = select(col(FormDraft.id)).where(col(FormDraft.saved_at) < before).limit(limit)
    gone = delete(FormDraft).where(col(FormDraft.id).in_(some)).returning(col(FormDraft.id))
    return len((await session.scalars(gone)).all())
