"""A life cycle of five steps gets from the kit what cases get: its table and its effects are all it brings."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.flow import table
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.notify import CHANNEL
from domain.kernel.permissions import DEFAULT_REACH, Reach, Role
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid, NotFound, NotPermitted
from tests.domain.kernel.flow import supply
from tests.domain.kernel.flow.supply import STEPS, SUPPLIES, TABLE, Action, Effect, Guard, Input, Status, Supply, Tie
from tests.support import flow
from tests.support.county import MORNING
from tests.support.flow import Row, Ruling, Verdict

A, S = Action, Status
RULING = Ruling(Path(__file__).with_name("ruled.csv"), Status, Action)
SAID = "按程序办理"


def person(role: Role) -> Actor:
    return Actor(new_id(), role.value, frozenset({role}), DEFAULT_REACH.get(role, Reach.ALL), new_id())


CAST = {role.value: person(role) for role in Role} | {"officer2": person(Role.OFFICER)}
TAKER, CENTRE, LEADER = CAST["officer"], CAST["center_admin"], CAST["leader"]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    status: Status
    amount: int = 5
    taken: bool = True
    reported: bool = True


SCENES = (
    Scene("open", S.OPEN, taken=False, reported=False),
    Scene("taken", S.WORKING, reported=False),
    Scene("small", S.WORKING),
    Scene("large", S.WORKING, amount=500),
    Scene("waiting", S.WAITING, amount=500),
    Scene("done", S.DONE),
)


@pytest_asyncio.fixture(loop_scope="session")
async def session(session: AsyncSession) -> AsyncSession:
    """Add the room's own table; it goes with the test's transaction."""
    await (await session.connection()).run_sync(supply.Base.metadata.create_all)
    return session


async def bring(session: AsyncSession, scene: Scene) -> Supply:
    made = Supply(
        number="L1", status=scene.status, amount=scene.amount, reported=scene.reported, updated_at=MORNING - timedelta(hours=1),
        taker_id=TAKER.account_id if scene.taken else None,
        previous_status=S.WORKING if scene.status is S.WAITING else None,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    return made


def right(action: Action) -> Input:
    """Give an input of which nothing is missing."""
    return Input(SAID, TAKER.account_id if action is A.ASSIGN else None)


async def step(session: AsyncSession, actor: Actor, action: Action, given: Input | None = None, **more: Any) -> Status:
    return await supply.take(
        session, actor, number="L1", action=action, given=given or right(action), at=MORNING, **more
    )  # fmt: skip


def verdict(scene: Scene, actor: Actor, action: Action) -> Verdict:
    """Say by the ruled table and the scene what an attempt comes to."""
    takes = scene.taken and actor is TAKER
    if actor.reach is not Reach.ALL and not takes:
        return Verdict("not_found")
    guards = {
        "2": not scene.taken,
        "4": scene.reported and scene.amount < 100,
        "4b": scene.reported and scene.amount >= 100,
    }
    (role,) = actor.roles
    return flow.verdict(
        RULING, role, scene.status, action,
        bond={"taker"} if takes else set(), holds=lambda row: guards.get(row.number, True), previous=S.WORKING,
    )  # fmt: skip


class TestTable:
    @pytest.mark.parametrize("row", RULING.rows, ids=lambda row: f"{row.number}-{row.source or 'new'}")
    def test_every_ruled_row_is_a_step(self, row: Row) -> None:
        (found,) = [one for one in TABLE.rows(row.source, row.action) if one.row == row.number]

        assert not flow.unlike(found, row)
        assert row.opinion is (supply.Need.OPINION in found.needs)

    def test_no_step_is_without_a_ruled_row(self) -> None:
        assert len(STEPS) == len(RULING.rows)

    @pytest.mark.parametrize("role", Role)
    def test_every_triple_is_decided_as_ruled(self, role: Role) -> None:
        assert not flow.undecided(TABLE, RULING, role, [({"taker"}, {Tie.TAKER}), (set(), set())])

    def test_every_effect_and_guard_has_its_function(self) -> None:
        assert set(supply.ROOM.effects) == set(Effect)
        assert set(supply.GUARDS) == set(Guard)


class TestLint:
    def test_the_table_is_sound(self) -> None:
        assert table.lint(SUPPLIES, Status, STEPS) == []

    @pytest.mark.parametrize(
        ("steps", "fault"),
        [
            ([one for one in STEPS if one.row != "4b"], "待审批不可到达"),
            ([one for one in STEPS if one.target is not S.DONE], "待审批无法走到终点"),
            ([*STEPS, replace(STEPS[1], row="2x")], "有两行无法区分"),
            ([*STEPS, replace(STEPS[1], row="2x", guards=(Guard.SMALL,))], "有两行无法区分"),
            ([*STEPS, replace(STEPS[-1], source=S.WORKING)], "办理中没有可以退回的状态"),
        ],
        ids=["unreachable", "endless", "twins", "guarded-beside-unguarded", "back-to-nowhere"],
    )
    def test_what_is_wrong_is_named(self, steps: list[Any], fault: str) -> None:
        assert any(fault in found for found in table.lint(SUPPLIES, Status, steps))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_everybody_trying_everything_ends_as_ruled(session: AsyncSession, scene: Scene) -> None:
    made = await bring(session, scene)

    async def tries(login: str, action: Action, undone: bool) -> tuple[str, object]:
        return await flow.attempt(session, step(session, CAST[login], action), undone=undone)

    assert not await flow.everybody(CAST, A, partial(verdict, scene), tries)
    await session.refresh(made)
    assert (made.status, made.version) == (scene.status, 1)


class TestTake:
    async def test_a_step_leaves_a_line_and_a_message(self, session: AsyncSession) -> None:
        made = await bring(session, SCENES[2])

        assert await step(session, TAKER, A.FINISH, Input("  已发放\r\n")) is S.DONE

        assert (made.status, made.version, made.updated_at, made.done_at) == (S.DONE, 2, MORNING, MORNING)
        line = (await session.scalars(select(JournalEntry).where(col(JournalEntry.subject_id) == made.id))).one()
        moved = {"number": "L1", "row": "4", "from": "working", "to": "done"}
        assert (line.action, line.subject_kind, line.actor_id) == ("supply.finish", "supply", TAKER.account_id)
        assert line.detail == {**moved, "version": 2, "opinion": "已发放", "amount": 5}
        message = (await session.scalars(select(OutboxMessage).where(col(OutboxMessage.subject_id) == made.id))).one()
        assert (message.topic, message.payload) == ("supply.finish", {**moved, "journal": line.seq})

    async def test_a_step_is_announced(self, session: AsyncSession) -> None:
        made = await bring(session, SCENES[2])
        told: list[tuple[str, list[str]]] = []
        connection = (await session.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", lambda *given: told.append(given[2:4]))

        await step(session, TAKER, A.FINISH)

        (payload,) = [
            json.loads(one)
            for text, params in told
            if "pg_notify" in text and params[-2] == CHANNEL
            for one in params[-1]
        ]
        assert payload == {"kind": "supply", "id": str(made.id), "number": "L1", "action": "finish"}

    async def test_an_effect_tells_more_to_the_outbox(self, session: AsyncSession) -> None:
        made = await bring(session, SCENES[0])

        await step(session, CENTRE, A.ASSIGN)

        message = (await session.scalars(select(OutboxMessage).where(col(OutboxMessage.subject_id) == made.id))).one()
        assert message.payload["taker"] == str(TAKER.account_id)

    async def test_who_looked_before_another_acted_is_told(self, session: AsyncSession) -> None:
        await bring(session, SCENES[1])
        await step(session, TAKER, A.REPORT, version=1)

        with pytest.raises(ChangedMeanwhile, match="该领用单刚刚被他人办理"):
            await step(session, TAKER, A.FINISH, version=1)
        assert await step(session, TAKER, A.FINISH, version=2) is S.DONE

    async def test_out_of_reach_is_not_found(self, session: AsyncSession) -> None:
        await bring(session, SCENES[1])

        with pytest.raises(NotFound):
            await step(session, CAST["officer2"], A.REPORT)

    @pytest.mark.parametrize(("action", "name"), [(A.ASSIGN, "taker"), (A.REPORT, "opinion")])
    async def test_a_missing_input_is_named(self, session: AsyncSession, action: Action, name: str) -> None:
        await bring(session, SCENES[1])

        with pytest.raises(Invalid) as refused:
            await step(session, CENTRE if action is A.ASSIGN else TAKER, action, Input())
        assert set(refused.value.fields) == {name}

    async def test_a_refusal_leads_back_also_after_what_happened_meanwhile(self, session: AsyncSession) -> None:
        made = await bring(session, SCENES[3])
        assert await step(session, TAKER, A.FINISH) is S.WAITING
        await step(session, TAKER, A.REPORT)

        assert await step(session, LEADER, A.REFUSE) is S.WORKING
        assert made.previous_status is None


class TestActions:
    async def test_are_offered_with_their_rows_or_with_a_reason(self, session: AsyncSession) -> None:
        await bring(session, SCENES[1])

        found = {one.action: one for one in await supply.actions(session, TAKER, "L1", at=MORNING)}

        assert A.FILE not in found
        assert {one.action for one in found.values() if one.step} == {A.REPORT}
        assert {action: one.reason for action, one in found.items() if not one.step} == {
            A.ASSIGN: "“分派”由综治中心管理员操作",
            A.FINISH: "还没有反馈过",
            A.APPROVE: "“同意”由领导操作",
            A.REFUSE: "“不同意”由领导操作",
        }

    async def test_say_where_else_an_action_starts(self, session: AsyncSession) -> None:
        await bring(session, SCENES[5])

        found = {one.action: one.reason for one in await supply.actions(session, CENTRE, "L1", at=MORNING)}

        assert found[A.ASSIGN] == "当前状态为“已领用”，只有办理中、待分派的领用单可以分派"

    async def test_are_offered_before_the_dialog_is_filled_in(self, session: AsyncSession) -> None:
        await bring(session, SCENES[0])

        offered = [one.action for one in await supply.actions(session, CENTRE, "L1", at=MORNING) if one.step]
        assert offered == [A.ASSIGN]
        await step(session, CENTRE, A.ASSIGN)
        with pytest.raises(ActionNotAllowed, match="该单已由此人经办"):
            await step(session, CENTRE, A.ASSIGN)

    @pytest.mark.parametrize(
        ("taken", "reason"),
        [
            ({"read_only": True}, "只读账号"),
            ({"rights": frozenset()}, "没有“办理案件”权限"),
            ({"barred_actions": frozenset({"assign"})}, "不能操作“分派”"),
        ],
        ids=["read-only", "no-right", "barred"],
    )
    async def test_are_none_for_whom_they_were_taken_from(
        self, session: AsyncSession, taken: dict[str, Any], reason: str
    ) -> None:
        await bring(session, SCENES[0])

        with pytest.raises(NotPermitted, match=reason):
            await step(session, replace(CENTRE, **taken), A.ASSIGN)
