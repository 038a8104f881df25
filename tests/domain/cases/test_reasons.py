"""Why a case is watched, set aside or typical, as the lists of these tell it."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing, reach
from domain.cases.vocabulary import Action
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING

OPEN, CLOSED = "涉及老旧小区改造，\n资金未到位，联系 13700001234", "按月回访，证件 35058219900101123X"


@pytest.fixture
async def county(session: AsyncSession) -> support.County:
    """Two cases: one set aside twice and watched, the other watched and typical."""
    county = await support.build(session)
    first, second = [await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=seed) for seed in (1, 2)]
    for said in ("年代久远", "恢复办理", OPEN):
        await support.step(session, county["center"], first, Action.TOGGLE_LEGACY, at=MORNING, opinion=said)
    one, other = [await reach.find(session, county["center"], number) for number in (first, second)]
    one.watch = other.watch = other.typical = True
    one.watch_reason, other.watch_reason, other.typical_text = "反复", CLOSED, "经" * 300
    await session.flush()
    return county


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (CaseFilter(view="legacy"), ["涉及老旧小区改造， 资金未到位，联系 137****"]),
        (CaseFilter(view="watch", sort="number"), ["反复", "按月回访，证件 350****"]),
        (CaseFilter(tags=("typical",)), [f"{'经' * 200}…"]),
        (CaseFilter(view="legacy", tags=("watch",)), ["持续关注：反复；历史遗留：涉及老旧小区改造， 资金未到位，联系 137****"]),
        (CaseFilter(sort="number"), ["", ""]),
    ],
)  # fmt: skip
async def test_is_the_last_one_without_numbers(
    session: AsyncSession, county: support.County, wanted: CaseFilter, told: list[str]
) -> None:
    page = await listing.search(session, county["leader"], wanted, at=MORNING, excerpts=True)

    assert [row.reason for row in page.items] == told
