"""Over HTTP every step is decided as the domain decides it: the table of the workflow, walked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.refusals import STATUS
from domain.cases import policy, rules, workflow
from domain.cases.operations import matter
from domain.cases.process import STANDARD
from domain.cases.queries import reach, situation
from domain.cases.schemas import StepInput
from domain.cases.vocabulary import Action, Need, Status
from domain.kernel import unit_of_work
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import Refusal
from domain.kernel.unit_of_work import unit_of_work as work
from state.clock import now
from tests.app.api.conftest import Api
from tests.support import county as support
from tests.support.county import MAIN_LINE

A, S = Action, Status
LOGINS = ("guide", "registrar", "center", "rsj", "rsj_head", "zjj", "leader", "viewer")
EXTRA: dict[Status, tuple[int, tuple[tuple[str, Action, dict[str, object]], ...]]] = {
    S.DRAFT: (0, ()),
    S.TO_DISPATCH: (1, ()),
    S.TO_ACCEPT: (2, ()),
    S.IN_PROGRESS: (3, ()),
    S.TO_CONFIRM: (5, ()),
    S.CLOSED: (6, ()),
    S.VOID: (0, (("registrar", A.VOID, {"opinion": "重复"}),)),
    S.TO_SUPPLEMENT: (1, (("center", A.SEND_BACK, {"opinion": "缺少材料"}),)),
    S.ORDER_PENDING: (1, (("center", A.PROPOSE_ORDER, {"opinion": "请交办"}),)),
    S.RETURN_PENDING: (2, (("rsj", A.REQUEST_RETURN, {"opinion": "不属本单位"}),)),
    S.EXTENSION_PENDING: (3, (("rsj", A.REQUEST_EXTENSION, {"opinion": "案情复杂", "days": 5}),)),
    S.EXTENDED: (3, (("rsj", A.REQUEST_EXTENSION, {"opinion": "案情复杂", "days": 5}),
                     ("center", A.APPROVE_EXTENSION, {"opinion": "同意", "days": 5}))),
    S.LEADER_ORDER: (3, (("leader", A.ORDER, {"opinion": "抓紧办理"}),)),
    S.AT_CITY: (1, (("center", A.ESCALATE_TO_CITY, {"opinion": "跨县事项", "target_area": "邻县"}),)),
}  # fmt: skip
"""For each status: steps of the main line, then steps off it."""
SOME = (S.DRAFT, S.TO_DISPATCH, S.LEADER_ORDER, S.CLOSED)
"""Enough for actions that are the same row at every open status."""


async def cases(api: Api) -> dict[Status, str]:
    """Make one case at each status."""
    made: dict[Status, str] = {}
    for place, (status, (length, more)) in enumerate(EXTRA.items()):
        number = await api.case(MAIN_LINE[:length], seed=100 + place)
        async with work() as session:
            for login, action, given in more:
                await support.step(session, api.county[login], number, action, at=now(), **given)
            case = await reach.find(
                session, system_actor(Role.CITY) if status is not S.DRAFT else api.county["registrar"], number
            )
            assert case.status is status
        made[status] = number
    return made


async def decided(session: AsyncSession, actor: Actor, number: str, action: Action) -> int:
    """Ask policy and rules what an empty input to this step gives."""
    given = StepInput()
    try:
        case = await reach.find(session, actor, number)
        policy.require_role(actor, action)
        assignments = await reach.live_assignments(session, case.id)
        steps = policy.permitted(actor, case.status, action, reach.bond_of(actor, case, assignments))
        facts = await situation.gather(session, actor, case, assignments, given, at=now())
        step = rules.choose(steps, facts)
        rules.check_input(step, facts, given)
        if Need.COMPLETE in step.needs:
            await matter.require_complete(session, case)
    except Refusal as refusal:
        return STATUS[refusal.code]
    return 200


@asynccontextmanager
async def undone(api: Api) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """Run everything on one connection; the function given undoes what was committed since."""
    async with api.engine.connect() as connection:
        outer = await connection.begin()
        unit_of_work.use(
            async_sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        )

        async def undo() -> None:
            nonlocal outer
            await outer.rollback()
            outer = await connection.begin()

        try:
            yield undo
        finally:
            await outer.rollback()
            unit_of_work.use_engine(api.engine)


def asked() -> list[tuple[Status, Action, str]]:
    """Every role of a row at every status; roles that never take an action, and rows of all statuses, at some."""
    roles = {login: role for login, (role, _) in support._STAFF.items()}
    found = []
    for action in Action:
        involved = {who.role for step in STANDARD.rows_of(action) for who in step.who}
        for login in LOGINS:
            everywhere = len({step.source for step in STANDARD.rows_of(action)}) >= len(workflow.OPEN)
            statuses = SOME if everywhere else tuple(Status)
            statuses = statuses if roles[login] in involved else (Status.IN_PROGRESS,)
            found += [(status, action, login) for status in statuses]
    return found


class TestEveryStep:
    @pytest.mark.timeout(300)
    async def test_is_decided_over_http_as_in_the_domain(self, api: Api) -> None:
        numbers = await cases(api)
        for login in LOGINS:
            await api.bearer(login)
        wrong: list[tuple[object, ...]] = []
        met: set[int] = set()
        async with undone(api) as undo:
            for status, action, login in asked():
                async with work() as session:
                    right = await decided(session, api.county[login], numbers[status], action)
                answer = await api.act(login, numbers[status], action.value)
                met.add(right)
                if answer.status_code != right:
                    wrong.append((status.value, action.value, login, right, answer.status_code, answer.text))
                if answer.status_code == 200:
                    await undo()
        assert wrong == []
        assert met == {200, 403, 404, 409, 422}
