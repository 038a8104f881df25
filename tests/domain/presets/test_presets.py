"""Named views of lists: each person's own, shared ones read by the unit and changed by nobody else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.refusals import Invalid, NotFound
from domain.presets import operations, queries
from domain.presets.schemas import MOST, PresetInput
from tests.support.county import MORNING, County

PLACE = "/cases"


async def _saved(session: AsyncSession, actor: Actor, name: str, query: str = "risk=high", **more: object) -> object:
    given = PresetInput(name, **more)  # type: ignore[arg-type]
    return await operations.save(session, actor, PLACE, query, given, at=MORNING)


async def _names(session: AsyncSession, actor: Actor, place: str = PLACE) -> list[str]:
    return [one.name for one in await queries.of(session, actor, place)]


async def test_is_found_by_its_owner_and_when_shared_by_the_unit_alone(session: AsyncSession, county: County) -> None:
    mine = county["rsj"]
    await _saved(session, mine, "我的")
    await _saved(session, mine, "大家的", shared=True)

    assert await _names(session, mine) == ["我的", "大家的"]
    assert await _names(session, county["rsj_head"]) == ["大家的"]
    (seen,) = await queries.of(session, county["rsj_head"], PLACE)
    assert seen.by
    for login in ("center", "viewer", "leader"):
        assert await _names(session, county[login]) == []
    assert await _names(session, mine, "/todo") == []


async def test_of_another_is_neither_changed_nor_removed(session: AsyncSession, county: County) -> None:
    row = await operations.save(session, county["rsj"], PLACE, "", PresetInput("大家的", shared=True), at=MORNING)
    for login in ("rsj_head", "center"):
        with pytest.raises(NotFound):
            await operations.change(session, county[login], row.id, PresetInput("改名"))
        with pytest.raises(NotFound):
            await operations.remove(session, county[login], row.id)
    with pytest.raises(NotFound):
        await operations.remove(session, county["rsj"], uuid4())
    assert await _names(session, county["rsj_head"]) == ["大家的"]

    await operations.remove(session, county["rsj"], row.id)
    assert await _names(session, county["rsj_head"]) == await _names(session, county["rsj"]) == []


async def test_stands_where_it_is_put_and_one_alone_is_the_first(session: AsyncSession, county: County) -> None:
    actor = county["center"]
    rows = [
        await operations.save(session, actor, PLACE, f"risk={name}", PresetInput(name, first=True), at=MORNING)
        for name in ("甲", "乙", "丙")
    ]
    assert await queries.first(session, actor, PLACE) == "risk=%E4%B8%99"

    await operations.change(session, actor, rows[2].id, PresetInput("丙", position=1))
    assert await _names(session, actor) == ["丙", "甲", "乙"]
    assert await queries.first(session, actor, PLACE) == ""
    await operations.change(session, actor, rows[0].id, PresetInput("丁", first=True))
    assert await _names(session, actor) == ["丙", "丁", "乙"]
    assert [one.first for one in await queries.of(session, actor, PLACE)] == [False, True, False]
    await operations.change(session, actor, rows[2].id, PresetInput("丙", position=9))
    assert await _names(session, actor) == ["丁", "乙", "丙"]


async def test_keeps_no_word_that_leads_to_what_the_tab_keeps(session: AsyncSession, county: County) -> None:
    actor = county["center"]
    await operations.choose_columns(session, actor, PLACE, ("number", "due"))
    await _saved(session, actor, "甲", "view=open&kept=0badc0de&status=draft,void&at=xyz&sort=-due")
    await _saved(session, actor, "乙", "cols=number,title")

    assert [one.query for one in await queries.of(session, actor, PLACE)] == [
        "view=open&status=draft,void&sort=-due&cols=number,due", "cols=number,title",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", " ", "一" * 21, "电话 13800138000", "两\n行", "甲"])
async def test_refuses_a_name_that_cannot_be_taken(session: AsyncSession, county: County, name: str) -> None:
    actor = county["center"]
    await _saved(session, actor, "甲")
    with pytest.raises(Invalid) as refusal:
        await _saved(session, actor, name)
    assert set(refusal.value.fields) == {"name"}


async def test_are_no_more_than_fit_a_menu_and_no_longer_than_an_address(session: AsyncSession, county: County) -> None:
    actor = county["center"]
    with pytest.raises(Invalid, match="条件太多"):
        await _saved(session, actor, "长", "text=" + "长" * 1000)
    for number in range(MOST):
        await _saved(session, actor, f"第{number}个")
    with pytest.raises(Invalid, match="最多保存"):
        await _saved(session, actor, "再一个")


async def test_columns_are_each_person_s_own_for_each_list(session: AsyncSession, county: County) -> None:
    for chosen in (("number",), ("number", "due")):
        await operations.choose_columns(session, county["center"], PLACE, chosen)
        assert await queries.columns(session, county["center"], PLACE) == chosen
    assert await queries.columns(session, county["center"], "/todo") == ()
    assert await queries.columns(session, county["rsj"], PLACE) == ()
