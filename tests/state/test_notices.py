"""The bell: own notices alone, counted, read, live; and the frame around a page that is not for the person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.queries import reach
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import operations
from domain.notices.schemas import Bell
from state import presence
from state.clock import now
from state.live import Hub
from state.notices import SHOWN, BellState
from state.session import SignedInState
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(own_engine: AsyncEngine) -> County:
    async with unit_of_work() as session:
        return await support.build(session, at=now())


@asynccontextmanager
async def listening(opened: Hub, url: str) -> AsyncGenerator[None]:
    running = asyncio.create_task(opened.run(url))
    async with asyncio.timeout(5):
        await opened.listening.wait()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def ring(
    county: County,
    *logins: str,
    text: str = "待接收：QX1 由中心转派给贵单位",
    kind: str = "dispatch",
    case_id: UUID | None = None,
) -> None:
    async with unit_of_work() as session:
        message, at = uuid4(), now()
        bells = [Bell(message, county[login].account_id, case_id, "QX1", kind, text, at) for login in logins]
        await operations.tell(session, bells)


async def bell_of(login: str) -> BellState:
    return await states.tree(BellState, await states.signed_in(login))


async def test_the_bell_counts_and_shows_the_own_notices(county: County) -> None:
    await ring(county, "rsj", "rsj_head")
    await ring(county, "rsj", text="催办：QX1 由中心催办", kind="urge")
    bell = await bell_of("rsj")
    await states.call(bell, "load")
    assert (bell.unread, bell.notices) == (2, [])
    await states.call(bell, "look")
    assert [(one.head, one.tone, one.unread, one.href) for one in bell.notices] == [
        ("催办", "orange", True, "/case/QX1"),
        ("待接收", "blue", True, "/case/QX1"),
    ]
    assert bell.notices[1].rest == "QX1 由中心转派给贵单位"
    await ring(county, "rsj", text="红牌督办：QX1 的接收环节超时", kind="auto_card")
    await states.call(bell, "look")
    assert bell.notices[0].tone == "red"


async def test_the_panel_shows_the_newest(county: County) -> None:
    for number in range(SHOWN + 3):
        await ring(county, "rsj", text=f"第 {number} 条")
    bell = await bell_of("rsj")
    await states.call(bell, "look")
    assert (bell.unread, len(bell.notices)) == (SHOWN + 3, SHOWN)
    assert bell.notices[0].head == f"第 {SHOWN + 2} 条"


async def test_reading_one_and_all(county: County) -> None:
    for _ in range(3):
        await ring(county, "rsj", "rsj_head")
    bell = await bell_of("rsj")
    await states.call(bell, "look")
    await states.call(bell, "read", bell.notices[1].id)
    assert [one.unread for one in bell.notices] == [True, False, True]
    await states.call(bell, "read_all")
    assert bell.unread == 0
    assert not any(one.unread for one in bell.notices)

    other = await bell_of("rsj_head")
    await states.call(other, "look")
    assert other.unread == 3
    await states.call(bell, "read", other.notices[0].id)
    await states.call(other, "load")
    assert other.unread == 3


async def test_a_case_is_one_entry_that_says_how_many_more(county: County) -> None:
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now() - timedelta(hours=1))
        case_id = (await reach.find(session, county["center"], number)).id
    for head, kind in (("待接收", "dispatch"), ("红牌督办", "auto_card"), ("催办", "urge"), ("催办", "urge")):
        await ring(county, "rsj", text=f"{head}：{number} 等您办理", kind=kind, case_id=case_id)
    await ring(county, "rsj", text=f"主办变更：{number} 由贵单位协办", case_id=case_id)
    await ring(county, "rsj")
    bell = await bell_of("rsj")
    await states.call(bell, "look")
    assert bell.unread == 2
    assert [(one.head, one.more, one.tone, one.unread) for one in bell.notices] == [
        ("待接收", "", "blue", True),
        ("主办变更", "本案另有 4 条：催办、红牌督办、待接收", "red", True),
    ]
    await states.call(bell, "read", bell.notices[1].id)
    assert bell.unread == 1
    assert [(one.tone, one.unread) for one in bell.notices] == [("blue", True), ("blue", False)]


async def test_a_crafted_id_is_refused(county: County) -> None:
    bell = await bell_of("rsj")
    with pytest.raises(NotFound):
        await states.call(bell, "read", "' OR 1=1 --")


async def test_an_open_page_hears_of_its_own_notices_alone(county: County, database_url: str) -> None:
    opened = Hub()
    url = database_url.replace("postgresql+psycopg", "postgresql")
    mine, theirs = (str(county[login].account_id) for login in ("rsj", "zjj"))
    async with listening(opened, url):
        with opened.follow("notice", only=mine) as own, opened.follow("notice", only=theirs) as other:
            await asyncio.gather(own.next(0.3), other.next(0.3))
            await ring(county, "rsj")
            assert await own.next(5.0) == {mine}
            assert await other.next(0.2) == frozenset()


class _PageState(SignedInState):
    done: bool = False

    async def _load(self) -> None:
        async with self._opening() as (_, actor):
            actor.require(Permission.VISIT_REGISTER)
            self.done = True


async def test_a_page_for_others_keeps_its_frame_and_says_so(county: County) -> None:
    for login, allowed in (("registrar", True), ("rsj", False)):
        page = await states.tree(_PageState, await states.signed_in(login))
        await page._load()
        assert (page.done, page.barred) == (allowed, not allowed)
        assert page.me.login == login
        assert page.entries


async def test_the_next_page_is_open_again(county: County) -> None:
    bell = await bell_of("rsj")
    bell.barred = True
    await states.call(bell, "load")
    assert not bell.barred


async def test_pages_of_a_case_name_each_other_until_they_go(county: County) -> None:
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now() - timedelta(hours=1))
    async with unit_of_work() as session:
        assert await presence.beat(session, county["rsj"], number=number, client="one") == []
    async with unit_of_work() as session:
        seen = await presence.beat(session, county["center"], number=number, client="two")
    assert seen == [f"{county['rsj'].name}（人力资源和社会保障局）"]
    await presence.gone(county["rsj"], number=number, client="one")
    await presence.gone(None, number=number, client="one")
    async with unit_of_work() as session:
        assert await presence.beat(session, county["center"], number=number, client="two") == []


async def test_a_page_that_comes_is_announced_and_its_heartbeats_are_not(county: County, database_url: str) -> None:
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now() - timedelta(hours=1))
    opened = Hub()
    async with listening(opened, database_url.replace("postgresql+psycopg", "postgresql")):
        with opened.follow(presence.KIND) as changes:
            await changes.next(0.3)
            for heard in (True, False):
                async with unit_of_work() as session:
                    await presence.beat(session, county["rsj"], number=number, client="one")
                assert bool(await changes.next(5.0 if heard else 0.2)) is heard
            await presence.gone(county["rsj"], number=number, client="one")
            assert await changes.next(5.0)
