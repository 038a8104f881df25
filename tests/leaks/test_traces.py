"""What is left behind: notices, messages, outbox, drafts, presence, the petitioner's pages, exports."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import text

from app.api.build import build_api
from app.settings import Settings
from domain.kernel import drafts
from domain.kernel.refusals import NotFound
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import operations as notices
from domain.notices import queries as bell
from domain.tracking import queries as tracking
from state.clock import now
from tests.leaks import marks
from tests.leaks.conftest import undone
from tests.leaks.oracle import sees
from tests.leaks.people import EVERYBODY, living
from tests.leaks.test_lists import actor
from tests.leaks.world import World
from tests.support.petitioner import BASE, code_for, relay_all

EXPORT = "/api/v1/cases/export"


async def test_a_bell_rings_about_what_its_owner_sees(world: World) -> None:
    await relay_all(now())
    rang = 0
    for who in living():
        async with unit_of_work() as session:
            asking = await actor(session, world, who.login)
            found = await bell.newest(session, asking, limit=10_000)
            unread = await bell.unread_count(session, asking)
        may = {case.number for case in world.seen(who)}
        assert {notice.number for notice in found} <= may, who.login
        assert unread == sum(notice.unread for notice in found), who.login
        assert {one.number for notice in found for one in notice.more} <= may, who.login
        said = " ".join(one.text for notice in found for one in (notice, *notice.more))
        assert not marks.clear_in(world, said)
        assert not marks.foreign_in(world, who, said), who.login
        rang += sum(1 + len(notice.more) for notice in found)
    assert rang > 50


async def test_no_table_holds_a_persons_data_in_clear(world: World) -> None:
    """Outbox, notices, journal, drafts and all the rest, as text and as the hex that binary columns are written in."""
    async with unit_of_work() as session:
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in names.all():
            rows = await session.scalars(text(f'SELECT t::text FROM "{name}" AS t'))
            whole = "\n".join(rows.all())
            assert not marks.clear_in(world, whole), name
            for human in world.humans[:5]:
                assert human.name.encode().hex() not in whole, name
                assert human.phone.encode().hex() not in whole, name


async def test_a_draft_is_its_writers_alone(world: World) -> None:
    async with undone(world):
        async with unit_of_work() as session:
            await drafts.keep(
                session, await actor(session, world, "registrar"), "case", {"title": "只属本人"}, at=now()
            )
        for who in living():
            async with unit_of_work() as session:
                kept = await drafts.load(session, await actor(session, world, who.login), "case")
            assert bool(kept) == (who.login == "registrar"), who.login


async def test_presence_is_for_who_sees_the_case(world: World) -> None:
    case = next(case for case in world.cases if case.status == "in_progress" and case.author == "registrar")
    for who in living():
        async with undone(world), unit_of_work() as session:
            asking = await actor(session, world, who.login)
            if sees(who, case):
                await notices.enter(session, asking, number=case.number, client="c", at=now())
                await bell.others(session, asking, number=case.number, at=now())
                continue
            for ask in (
                notices.enter(session, asking, number=case.number, client="c", at=now()),
                bell.others(session, asking, number=case.number, at=now()),
            ):
                with pytest.raises(NotFound):
                    await ask


async def test_a_petitioner_sees_the_own_case_and_no_other(world: World) -> None:
    mine, other = [c for c in world.cases if c.status == "in_progress" and c.author == "registrar"][:2]
    async with unit_of_work() as session:
        centre = await actor(session, world, "center")
        links = [await tracking.tracking_url(session, centre, case.number, BASE) for case in (mine, other)]
    token, foreign = (link.rsplit("/", 1)[-1] for link in links)
    async with unit_of_work() as session:
        code = await code_for(session, token=token, phone=mine.human.phone, at=now())
    app = build_api(settings=Settings(demo=False, _env_file=None))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        entered = await client.post(f"/t/{token}/enter", data={"phone": mine.human.phone, "code": code})
        assert entered.status_code == 303, entered.text
        shown = (await client.get(f"/t/{token}")).text
        refused = (await client.get(f"/t/{foreign}")).text
    assert mine.number in shown
    for page in (shown, refused):
        assert not marks.clear_in(world, page)
        assert not [mark for case in world.cases if case is not mine for mark in case.marks if mark in page]
    assert mine.number not in refused


async def test_an_export_holds_what_the_list_holds_and_no_more(world: World) -> None:
    app = build_api(settings=Settings(demo=False, _env_file=None))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        for login in ("center", "rsj_head", "zjj_head", "leader", "reader", "narrow", "narrow_leader", "stripped"):
            who = EVERYBODY[login]
            async with undone(world):
                headers = {"Authorization": f"Bearer {world.tokens[login]}"}
                answer = await client.post(EXPORT, json={}, headers=headers)
            if not who.may("case.export"):
                assert answer.status_code == 403, login
                continue
            assert answer.status_code == 200, answer.text
            sheet = marks.text_of(answer.content)
            assert marks.told(world.cases, sheet) == {case.number for case in world.seen(who)}, login
            assert not marks.clear_in(world, sheet)
            assert not marks.foreign_in(world, who, sheet)
