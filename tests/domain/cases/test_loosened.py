"""A process whose limits are looser than the rules in force is enabled only with a reason, and the journal keeps both."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import LimitUnit, Link
from domain.calendar.operations import seed_years, set_limit
from domain.calendar.rules import Limit
from domain.cases.models import ProcessState, ProcessVersion
from domain.cases.operations import processes as operations
from domain.cases.process import LimitTweak, Tweaks
from domain.kernel.models import JournalEntry
from domain.kernel.refusals import Invalid
from tests.support.county import MORNING, County

H, D, W = LimitUnit.HOURS, LimitUnit.WORKDAYS, LimitUnit.WORKHOURS
LOOSER = [
    (Link.ACCEPT, 24, 48, D),  # the figures of the rule in another unit
    (Link.ACCEPT, 12, 48, D),
    (Link.ACCEPT, 24, 49, H),  # only red
    (Link.ACCEPT, 1, 2, D),  # from Friday on a working day is longer than 24 hours
    (Link.ACCEPT, 13, 26, W),
    (Link.DISPATCH, 5, 24, H),
    (Link.FEEDBACK, 6, 10, D),
    (Link.RESOLVE, 20, 31, D),
    (Link.RESOLVE, 800, 900, H),
]
STRICT = [
    (Link.ACCEPT, 24, 48, H),
    (Link.ACCEPT, 2, 4, H),
    (Link.DISPATCH, 4, 24, H),
    (Link.FEEDBACK, 5, 10, D),
    (Link.FEEDBACK, 72, 96, H),
    (Link.RESOLVE, 19, 30, D),
]


async def _draft(session: AsyncSession, county: County, link: Link, limit: Limit) -> ProcessVersion:
    await seed_years(session, [2026])
    centre = county["center"]
    version = await operations.copy(session, centre, code="labour", name="劳动纠纷流程", at=MORNING)
    tweaks = Tweaks(limits={link: LimitTweak(yellow=limit.yellow, red=limit.red, unit=limit.unit)})
    given = {"name": "劳动纠纷流程", "note": "", "bound_to": ("07",), "tweaks": tweaks}
    return await operations.save(session, centre, version.id, at=MORNING, **given)


@pytest.mark.parametrize(("link", "yellow", "red", "unit"), LOOSER)
async def test_a_looser_limit_is_named_and_asks_why(
    session: AsyncSession, county: County, link: Link, yellow: int, red: int, unit: LimitUnit
) -> None:
    own = Limit(yellow, red, unit)
    draft = await _draft(session, county, link, own)

    with pytest.raises(Invalid) as refused:
        await operations.enable(session, county["center"], draft.id, reason=" ", at=MORNING)
    assert f"{link.label}时限由现行" in refused.value.fields["reason"]
    assert f"放宽为{own.lamps}" in refused.value.fields["reason"]

    version = await operations.enable(session, county["center"], draft.id, reason="经县委政法委同意", at=MORNING)

    assert version.state is ProcessState.ENABLED
    line = (await session.scalars(select(JournalEntry).where(col(JournalEntry.action) == "process.enable"))).one()
    assert line.detail["reason"] == "经县委政法委同意"
    assert len(line.detail["loosened"]) == 1


@pytest.mark.parametrize(("link", "yellow", "red", "unit"), STRICT)
async def test_a_limit_as_strict_as_the_rule_asks_nothing(
    session: AsyncSession, county: County, link: Link, yellow: int, red: int, unit: LimitUnit
) -> None:
    draft = await _draft(session, county, link, Limit(yellow, red, unit))

    assert (await operations.enable(session, county["center"], draft.id, at=MORNING)).state is ProcessState.ENABLED


async def test_the_rule_of_one_category_among_the_bound_counts(session: AsyncSession, county: County) -> None:
    await set_limit(session, county["center"], link=Link.ACCEPT, limit=Limit(6, 12, H), category="0701", at=MORNING)
    draft = await _draft(session, county, Link.ACCEPT, Limit(12, 24, H))

    with pytest.raises(Invalid, match="接收时限由现行黄牌 6、红牌 12 小时放宽为黄牌 12、红牌 24 小时"):
        await operations.enable(session, county["center"], draft.id, at=MORNING)
