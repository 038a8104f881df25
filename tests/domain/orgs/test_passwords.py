"""Which passwords nobody may have: the commonest, what grows out of them, and what stands on the door."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.refusals import Invalid
from domain.orgs import operations, rules
from domain.orgs.models import Unit
from domain.orgs.operations.initial import initial_password
from domain.orgs.schemas import NewAccount
from tests.support import county as support
from tests.support.county import MORNING, PASSWORD, County

COMMON, NAMED = "太常见", "单位名称"
GOOD = "Vogel-" + "77-Regen"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Password123!", COMMON),
        ("P@ssw0rd2026", COMMON),
        ("Qwer1234!@#$", COMMON),
        ("Aa123456789!", COMMON),
        ("Admin@12345", COMMON),
        ("Iloveyou1314", COMMON),
        ("Zongzhi-2026", COMMON),
        ("F3ngq1a0-2026", COMMON),
        ("My-Fengqiao-77x", NAMED),
        ("枫桥-Regen-77x", NAMED),
        ("县综治中心-Regen-7", NAMED),
        ("Regen-station-77", NAMED),
        ("x-RSJ_head-77-Q", "账号"),
        ("Qingxi-" + "2026x", ""),
        ("Regen-rsj-77-Vogel", ""),
        (GOOD, ""),
    ],
)
def test_what_is_common_or_on_the_door_is_refused(password: str, said: str) -> None:
    fault = rules.password_fault(password, "rsj_head", unit_names=("清溪派出所", "station", "rsj", ""))
    assert said in fault
    assert bool(said) == bool(fault)


def test_initial_passwords_are_never_refused() -> None:
    assert [rules.password_fault(initial_password("guide"), "guide") for _ in range(50)] == [""] * 50


@pytest.mark.parametrize("password", ["Aa1-" * 50, "P@ssw0rd" * 25])
def test_length_alone_makes_no_good_one(password: str) -> None:
    assert COMMON in rules.password_fault(password, "guide")


class TestEveryRoadToAPassword:
    """The unit's own name counts on each of them."""

    async def test_the_own_change(self, session: AsyncSession, county: County) -> None:
        for password, said in ((await self._unit_word(session, "rsj"), NAMED), ("Password123!", COMMON)):
            with pytest.raises(Invalid) as refused:
                await operations.change_password(session, county["rsj"], PASSWORD, password, at=MORNING)
            assert said in refused.value.fields["new"]
        assert await operations.change_password(session, county["rsj"], PASSWORD, GOOD, at=MORNING) is None

    async def test_the_reset(self, session: AsyncSession, county: County) -> None:
        for password, said in ((await self._unit_word(session, "rsj"), NAMED), ("Password123!", COMMON)):
            with pytest.raises(Invalid) as refused:
                await operations.reset_password(session, county["sysadmin"], "rsj", password, at=MORNING)
            assert said in refused.value.fields["password"]

    async def test_the_new_account(self, session: AsyncSession, county: County) -> None:
        for password, said in ((await self._unit_word(session, "rsj"), NAMED), ("Password123!", COMMON)):
            new = NewAccount("fresh", "甲", password, ("officer",), "rsj")
            with pytest.raises(Invalid) as refused:
                await operations.add_account(session, county["sysadmin"], new, at=MORNING)
            assert said in refused.value.fields["password"]

    async def _unit_word(self, session: AsyncSession, code: str) -> str:
        name = await session.scalar(select(col(Unit.name)).where(col(Unit.code) == code))
        return f"{name}-Vogel-77"
