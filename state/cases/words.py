"""The words that the county added to find categories by: a list and its two dialogs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import categories
from domain.cases.models import CategoryWord
from domain.cases.operations import saying as operations
from domain.cases.operations.saying import MAX_WORD
from domain.cases.queries import saying as queries
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.orgs import queries as orgs
from state.categories import offers
from state.inputs import Offer
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.kit.listing import Act, Col, Listing, ListState
from state.session import SignedInState


@dataclass(frozen=True, slots=True)
class NewWord:
    category: Annotated[str, Ask("类别", choices="category", wide=True)]
    word: Annotated[str, Ask("用词", hint=f"群众的说法，最长 {MAX_WORD} 个字，不能含姓名、电话等个人信息", wide=True)]
    no_name: Annotated[bool, Ask("不是人名（系统提示可能是人名时勾选）")] = False


@dataclass(frozen=True, slots=True)
class WordRow:
    id: UUID
    word: str
    category: str
    by: str
    at: datetime


async def _rows(session: AsyncSession, actor: Actor, _wanted: Nothing, *, at: datetime) -> Sequence[WordRow]:
    rows = await queries.added(session, actor)
    names = await orgs.staff_names(session, {one.added_by for one in rows})
    known = {code: one.full for code, one in categories.CATEGORIES.items()}
    return [
        WordRow(one.id, one.word, known.get(one.category, one.category), names.get(one.added_by, ""), one.added_at)
        for one in rows
        if one.added_at <= at
    ]


async def _choices(session: AsyncSession, _actor: Actor) -> Mapping[str, Sequence[Offer]]:
    return {"category": await offers(session)}


async def _add(session: AsyncSession, actor: Actor, _key: str, given: NewWord, at: datetime) -> CategoryWord:
    return await operations.add_word(
        session, actor, category=given.category, word=given.word, no_name=given.no_name, at=at
    )


async def _remove(session: AsyncSession, actor: Actor, key: str, _given: Nothing, at: datetime) -> CategoryWord:
    return await operations.remove_word(session, actor, id_of(key), at=at)


async def _about(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.word_of(session, actor, id_of(key))
    where = categories.CATEGORIES[one.category].full if one.category in categories.CATEGORIES else one.category
    return Asked(says=[f"删除后，输入“{one.word}”不再优先找到“{where}”。已登记的案件不受影响。"])


WORDS: Listing[WordRow] = Listing(
    "category-words",
    "类别用词",
    _rows,
    (
        Col("word", "用词", lambda one: one.word, look="bold", sort=True, phone="title"),
        Col("category", "类别", lambda one: one.category, look="wide", sort=True),
        Col("by", "添加人", lambda one: one.by, sort=True),
        Col("when", "添加时间", lambda one: stamp(one.at), sort=True),
    ),
    key=lambda one: str(one.id),
    rights=(Permission.ARRANGE,),
    whole=True,
    title=lambda one: one.word,
    acts=lambda _: [Act("删除", "remove")],
    choices=_choices,
    says="登记诉求时，输入这里的用词即可找到对应的类别，并排在前面。系统自带的常用词（如：工资、漏水、彩礼）不在此列。",
    unit="个",
    none_yet=("还没有添加过用词", "群众常说而查不到类别的词，可添加到对应的类别"),
)


class CategoryWordsState(ListState, DialogState, SignedInState):
    """One browser's list of words."""

    LISTING: ClassVar = WORDS
    DIALOGS: ClassVar = {
        "new": Dialog(
            "添加用词",
            _add,
            lambda row: f"已添加“{row.word}”，登记诉求时即可用它查找类别",
            Permission.ARRANGE,
            NewWord,
            "添加",
        ),
        "remove": Dialog(
            "删除用词",
            _remove,
            lambda row: f"已删除“{row.word}”",
            Permission.ARRANGE,
            word="删除",
            look="danger",
            fill=_about,
        ),
    }
