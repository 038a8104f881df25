"""The views of a list that somebody named, and those shared in the unit: opened by their address, changed in dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import Nothing
from domain.kernel.refusals import NotFound
from domain.presets import operations, queries
from domain.presets.schemas import PresetInput
from state import places
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.session import SignedInState


@dataclass
class PresetShown:
    """One preset in the menu; `by` is who shared it."""

    key: str = ""
    name: str = ""
    href: str = ""
    first: bool = False
    shared: bool = False
    by: str = ""


async def _save(session: AsyncSession, actor: Actor, address: str, given: PresetInput, at: datetime) -> Any:
    path, _, query = address.partition("?")
    if places.place_at(path) is None:
        raise NotFound("没有这个列表，请刷新后重试")
    return await operations.save(session, actor, path, query, given, at=at)


async def _new(_session: AsyncSession, _actor: Actor, _key: str) -> Asked:
    return Asked(without=["position"])


async def _change(session: AsyncSession, actor: Actor, key: str, given: PresetInput, _at: datetime) -> Any:
    return await operations.change(session, actor, id_of(key), given)


async def _remove(session: AsyncSession, actor: Actor, key: str, _given: Nothing, _at: datetime) -> None:
    await operations.remove(session, actor, id_of(key))


async def _as_it_is(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.find_own(session, actor, id_of(key))
    ticked = {name: "on" for name in ("shared", "first") if getattr(one, name)}
    return Asked(about=one.name, typed={"name": one.name, "position": str(one.position), **ticked})


class PresetsState(DialogState, SignedInState):
    """The menu of named views over a list; the list's own state knows nothing of it."""

    DIALOGS: ClassVar[Mapping[str, Dialog]] = {
        "save": Dialog(
            "保存为常用视图",
            _save,
            "已保存",
            None,
            PresetInput,
            fill=_new,
            says="保存当前的计数、筛选条件、排序和显示列；姓名、电话、证件号码和可能含个人信息的搜索文字不保存",
        ),
        "change": Dialog("修改常用视图", _change, "已保存", None, PresetInput, fill=_as_it_is),
        "remove": Dialog(
            "删除常用视图", _remove, "已删除", None, word="删除", look="danger", fill=_as_it_is,
            says="共享给本单位的，他人也不能再使用",
        ),
    }  # fmt: skip
    own: list[PresetShown] = []
    others: list[PresetShown] = []
    none: bool = False
    _place: str = ""

    @rx.event
    async def load(self):
        """Read the views of the list that the address names."""
        self._place = "/" + str(self.router.url.path).strip("/")
        async with self._acting(touch=False) as (session, actor):
            await self._read(session, actor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        found = [
            PresetShown(str(one.id), one.name, f"{self._place}?{one.query}", one.first, one.shared, one.by)
            for one in await queries.of(session, actor, self._place)
        ]
        self.own = [one for one in found if not one.by]
        self.others = [one for one in found if one.by]
        self.none = not found
