"""Drafts of forms: typed, not sent, not lost.

A draft belongs to one browser tab, so that two of them do not write over each other; what was typed in a tab that
is gone can be taken up in another one. Forms of which there is one for all tabs give no tab.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.models import FormDraft

_LONGEST_TAB = 64
MAX_CHARACTERS = 250_000
"""Far more than any form takes: who pasted too much shall find it again and shorten it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold what was typed into a form, in which tab and when."""

    tab: str
    content: Mapping[str, object] = field(repr=False)
    saved_at: datetime


def _key(form: str, tab: str) -> str:
    return f"{form}@{tab[:_LONGEST_TAB]}" if tab else form


async def keep(
    session: AsyncSession,
    actor: Actor,
    form: str,
    content: Mapping[str, object],
    *,
    tab: str = "",
    at: datetime,
    most: int = MAX_CHARACTERS,
) -> None:
    """Store what is in a form of a tab; the newest replaces the one before.

    A content beyond `most` is not kept: the form says so when it is sent.
    """
    form = _key(form, tab)
    text = json.dumps(content, ensure_ascii=False)
    if len(text) > most:
        return
    draft = await _find(session, actor, form)
    if draft is None:
        draft = FormDraft(account_id=actor.account_id, form=form, content_sealed=b"", saved_at=at)
        session.add(draft)
    draft.content_sealed = crypto.seal("form_draft", "content", draft.id, text)
    draft.saved_at = at
    await session.flush()


async def load(session: AsyncSession, actor: Actor, form: str, *, tab: str = "") -> dict[str, object]:
    """Give the kept content of the actor's own form; empty when there is none."""
    draft = await _find(session, actor, _key(form, tab))
    return {} if draft is None else _open(draft)


async def find(session: AsyncSession, actor: Actor, form: str, *, tab: str, elsewhere: bool = False) -> Kept | None:
    """Give what was typed into a form in this tab, else what was typed last in any other; none when there is nothing.

    :param elsewhere: whether this tab's own is left out
    """
    mine = case((col(FormDraft.form) == _key(form, tab), 0), else_=1)
    query = select(FormDraft).where(_of(actor, form)).order_by(mine, col(FormDraft.saved_at).desc()).limit(1)
    query = query.where(mine == 1) if elsewhere else query
    draft = (await session.scalars(query)).one_or_none()
    return Kept(draft.form.removeprefix(form).removeprefix("@"), _open(draft), draft.saved_at) if draft else None


async def drop(session: AsyncSession, actor: Actor, form: str, *, tab: str = "") -> None:
    """Forget the kept content once it was sent."""
    mine = (col(FormDraft.account_id) == actor.account_id, col(FormDraft.form) == _key(form, tab))
    await session.execute(delete(FormDraft).where(*mine))


async def drop_all(session: AsyncSession, actor: Actor, form: str) -> None:
    """Forget what was kept of a form in every tab: it was sent, or is not wanted."""
    await session.execute(delete(FormDraft).where(_of(actor, form)))


def _of(actor: Actor, form: str) -> ColumnElement[bool]:
    anywhere = or_(col(FormDraft.form) == form, col(FormDraft.form).startswith(f"{form}@", autoescape=True))
    return and_(col(FormDraft.account_id) == actor.account_id, anywhere)


def _open(draft: FormDraft) -> dict[str, object]:
    return dict(json.loads(crypto.unseal("form_draft", "content", draft.id, draft.content_sealed)))


async def _find(session: AsyncSession, actor: Actor, form: str) -> FormDraft | None:
    query = select(FormDraft).where(col(FormDraft.account_id) == actor.account_id, col(FormDraft.form) == form)
    return (await session.scalars(query)).one_or_none()


def old(before: datetime) -> Select[tuple[str, datetime]]:
    """Give id and moment of the drafts that nobody touched since a moment."""
    return select(cast(col(FormDraft.id), String), col(FormDraft.saved_at)).where(col(FormDraft.saved_at) < before)


async def forget_old(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete some of the drafts that nobody touched since a moment, and answer how many."""
    some = select(col(FormDraft.id)).where(col(FormDraft.saved_at) < before).limit(limit)
    gone = delete(FormDraft).where(col(FormDraft.id).in_(some)).returning(col(FormDraft.id))
    return len((await session.scalars(gone)).all())
