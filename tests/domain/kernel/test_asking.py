"""An input is read by the class that declares it: every kind of value, every fault beside its field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import pytest

from domain.kernel.asking import Ask, asked, read, take
from domain.kernel.bounds import Bounds
from domain.kernel.permissions import Duty
from domain.kernel.refusals import Invalid


@dataclass(frozen=True, slots=True)
class Given:
    """One field of each kind."""

    name: Annotated[str, Ask("姓名", most=5)]
    duty: Annotated[Duty, Ask("职责")]
    unit: Annotated[str, Ask("单位", choices="units")]
    secret: str
    people: Annotated[int, Ask("人数", within=Bounds(1, 9, "人"))] = 1
    amount: Annotated[Decimal | None, Ask("金额", within=Bounds(0, 100))] = None
    day: Annotated[date | None, Ask("日期")] = None
    at: Annotated[datetime | None, Ask("时间")] = None
    of: Annotated[UUID | None, Ask("对象")] = None
    roles: Annotated[tuple[str, ...], Ask("角色")] = ()
    urgent: Annotated[bool, Ask("加急")] = False


WHOLE = {"name": " 林水木 ", "duty": Duty.BUSINESS.value, "unit": "rsj"}
ID = UUID("01a22695-ac68-70e9-b6de-f792774060ec")


class TestRead:
    def test_takes_every_kind_as_a_browser_sends_it(self) -> None:
        sent = WHOLE | {
            "people": "３", "amount": "12.5", "day": "2026/12/31", "at": "2026-12-31T08:00", "of": str(ID),
            "roles": ["officer", "viewer"], "urgent": "on", "unknown": "x",
        }  # fmt: skip

        assert read(Given, sent, secret="drawn") == Given(
            "林水木", Duty.BUSINESS, "rsj", "drawn", 3, Decimal("12.50"), date(2026, 12, 31),
            datetime(2026, 12, 31, tzinfo=UTC), ID, ("officer", "viewer"), urgent=True,
        )  # fmt: skip

    def test_takes_what_a_machine_sends(self) -> None:
        assert read(Given, WHOLE | {"people": 3, "urgent": True}, secret="").people == 3

    def test_leaves_out_what_is_empty(self) -> None:
        assert read(Given, WHOLE | {"people": " ", "day": "", "urgent": ""}, secret="") == Given(
            "林水木", Duty.BUSINESS, "rsj", ""
        )

    def test_tells_every_fault_at_once(self) -> None:
        sent = {
            "name": "一二三四五六", "duty": "king", "people": "10", "amount": "x", "day": "31.02.2026", "at": "gestern",
            "of": "1", "roles": "\x00",
        }  # fmt: skip

        with pytest.raises(Invalid) as refused:
            read(Given, sent, secret="")

        assert refused.value.fields == {
            "name": "姓名最长 5 个字，现为 6 个",
            "duty": "请从列表中选择",
            "unit": "请选择单位",
            "people": "人数应在 1 至 9 人之间",
            "amount": "金额应为数字，单位为元，如 12000 或 12,000.50",
            "day": "日期应为日期，如 2026-12-31",
            "at": "时间应为有效的日期和时间，如 2026-11-23T08:00",
            "of": "请从列表中选择",
            "roles": "角色含有无法识别的控制字符，请删除后重试",
        }

    @pytest.mark.parametrize("value", [{"a": 1}, ["a"], True, 1.5e300, "1e5", float("nan")])
    def test_refuses_what_is_no_number(self, value: Any) -> None:
        with pytest.raises(Invalid) as refused:
            read(Given, WHOLE | {"people": value}, secret="")
        assert set(refused.value.fields) == {"people"}


class TestTake:
    def test_goes_on_with_what_could_be_taken(self) -> None:
        taken = take(Given, WHOLE | {"people": "x", "name": ""}, secret="drawn")

        assert (taken.value.people, taken.value.name, taken.value.unit) == (1, "", "rsj")
        assert taken.faults == {"people": "人数应为整数", "name": "请填写姓名"}


@dataclass(frozen=True, slots=True)
class Period:
    """A number without which nothing goes."""

    days: Annotated[int, Ask("天数", within=Bounds(30, 365, "天"))]


@pytest.mark.parametrize("days", ["", "x", "29"])
def test_a_number_that_could_not_be_taken_is_one_that_an_act_can_count_with(days: str) -> None:
    taken = take(Period, {"days": days})

    assert (taken.value.days, set(taken.faults)) == (30, {"days"})


def test_what_is_not_asked_for_stands_in_no_form() -> None:
    assert "secret" not in {one.name for one in asked(Given)}
    assert [one.name for one in asked(Given) if one.required] == ["name", "duty", "unit"]
