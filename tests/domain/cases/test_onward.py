"""A case says first what must be done now and by whom."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import handlings
from domain.cases.queries.handlings import NextView
from domain.cases.vocabulary import Status
from tests.support import county as support
from tests.support.county import MORNING
from tests.support.stations import SCENES, STATIONS, Scene, bring

S = Status
CENTRE, LEAD = "县综治中心", "人力资源和社会保障局"
WAITED_FOR = {
    S.DRAFT: NextView("提交受理", CENTRE),
    S.TO_DISPATCH: NextView("转派", CENTRE),
    S.TO_ACCEPT: NextView("接收", LEAD),
    S.IN_PROGRESS: NextView("办理并提交办结", LEAD),
    S.EXTENDED: NextView("办理并提交办结", LEAD),
    S.LEADER_ORDER: NextView("办理并提交办结", LEAD),
    S.ORDER_PENDING: NextView("审批交办申请", "领导"),
    S.RETURN_PENDING: NextView("审批退回申请", CENTRE),
    S.EXTENSION_PENDING: NextView("审批延期申请", CENTRE),
    S.TO_CONFIRM: NextView("确认办结", CENTRE),
    S.AT_CITY: NextView("反馈办理结果", "市平台"),
    S.CLOSED: NextView(),
    S.VOID: NextView(),
}
BY_ITS_OWNER = {S.TO_SUPPLEMENT: "补充提交"}
ORDERS = [scene for scene in SCENES if scene.name in {"return of an order", "extension of an order"}]


@pytest.mark.parametrize("scene", STATIONS, ids=lambda scene: scene.name)
async def test_each_status_says_what_it_waits_for(session: AsyncSession, scene: Scene) -> None:
    county = await support.reinforce(session, await support.build(session))
    number = await bring(session, county, scene, at=MORNING)

    found = await handlings.next_of(session, county[scene.owner], number)

    if label := BY_ITS_OWNER.get(scene.status):
        assert found == NextView(label, f"{CENTRE} {county[scene.owner].name}")
    else:
        assert found == WAITED_FOR[scene.status]


@pytest.mark.parametrize("scene", ORDERS, ids=lambda scene: scene.name)
async def test_what_is_asked_of_an_order_waits_for_the_leader(session: AsyncSession, scene: Scene) -> None:
    county = await support.reinforce(session, await support.build(session))
    number = await bring(session, county, scene, at=MORNING)

    assert (await handlings.next_of(session, county["registrar"], number)).who == "领导"
