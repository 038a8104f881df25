"""Keep the words of the county by which categories are found, and count what is chosen for a word."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import categories
from domain.cases.models import CategoryChoice, CategoryWord
from domain.cases.queries import saying
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.ids import new_id
from domain.kernel.refusals import Invalid
from domain.kernel.searching import fold
from domain.kernel.words import text_fault
from domain.people.rules import TAIL, may_be_personal, tidy

MAX_WORD, MOST_WORDS = 20, 30
_WORD = re.compile(r"[^\W_]+")


async def add_word(
    session: AsyncSession, actor: Actor, *, category: str, word: str, no_name: bool = False, at: datetime
) -> CategoryWord:
    """Add a word by which a category is found; `no_name` says that what looks like a person's name is none.

    :raises NotPermitted: the actor does not keep them
    :raises Invalid: no such category, the word cannot be taken or leads there already
    """
    saying.require_manager(actor)
    word = tidy(word)
    found = categories.CATEGORIES.get(category)
    faults = {"category": "" if found else "请从列表中选择类别", "word": _fault(word, no_name=no_name)}
    if found is None or any(faults.values()):
        raise Invalid.of({field: fault for field, fault in faults.items() if fault})
    count = select(func.count()).select_from(CategoryWord).where(col(CategoryWord.category) == category)
    if (await session.scalar(count) or 0) >= MOST_WORDS:
        raise Invalid.of({"word": f"一个类别最多添加 {MOST_WORDS} 个用词，请先删除不用的"})
    folded = fold(word)
    comes_with = {fold(one) for one in (found.label, *categories.words()[category])}
    row = CategoryWord(id=new_id(), category=category, word=word, folded=folded, added_by=actor.account_id, added_at=at)
    made = insert(CategoryWord).values(row.model_dump()).on_conflict_do_nothing().returning(col(CategoryWord.id))
    if folded in comes_with or await session.scalar(made) is None:
        raise Invalid.of({"word": f"“{word}”已是“{found.label}”的用词"})
    await _record(session, actor, "category_word.add", row, at)
    return row


async def remove_word(session: AsyncSession, actor: Actor, word_id: UUID, *, at: datetime) -> CategoryWord:
    """Remove a word that was added, and what was counted for it.

    :raises NotPermitted: the actor does not keep them
    :raises NotFound: no such word
    """
    row = await saying.word_of(session, actor, word_id, lock=True)
    same = (col(CategoryChoice.category) == row.category, col(CategoryChoice.folded) == row.folded)
    await session.execute(delete(CategoryChoice).where(*same))
    await session.delete(row)
    await session.flush()
    await _record(session, actor, "category_word.remove", row, at)
    return row


async def learn(session: AsyncSession, *, category: str, typed: str) -> None:
    """Count that a category was taken for what was typed: only for words that the lists hold, so never a name."""
    if category not in categories.CATEGORIES:
        return
    known = categories.known_in(typed, category, await saying.usual(session))
    for folded in sorted(known):
        counted = insert(CategoryChoice).values(category=category, folded=folded, times=1)
        more = {"times": col(CategoryChoice.times) + 1}
        await session.execute(counted.on_conflict_do_update(index_elements=["category", "folded"], set_=more))


def _fault(word: str, *, no_name: bool) -> str:
    """Why a word cannot be taken; empty when it can."""
    if fault := text_fault("用词", word, most=MAX_WORD):
        return fault
    if not _WORD.fullmatch(word):
        return "用词由汉字、字母或数字组成，不能有空格和标点"
    if sum(character.isdigit() for character in word) >= TAIL:
        return "用词不能是电话、证件号码或编号"
    if may_be_personal(word) and not no_name:
        return f"“{word}”可能是人名，用词不能含个人信息；确实不是人名的，请勾选“不是人名”"
    return ""


async def _record(session: AsyncSession, actor: Actor, action: str, row: CategoryWord, at: datetime) -> None:
    found = categories.CATEGORIES.get(row.category)
    detail = {"category": found.full if found else row.category, "what": row.word}
    await journal.record(session, actor, action, "category_word", row.id, at=at, detail=detail)
