"""How a case is told to its petitioner, as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.cases.models import Outcome, Satisfaction
from domain.cases.vocabulary import Status
from domain.kernel.clock import local_date
from domain.tracking import rules
from domain.tracking.rules import Facts, Mark, Node

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def facts(status: Status, **more: object) -> Facts:
    given: dict[str, object] = {"previous": None, "outcome": None, "centre": "中心", "lead": "", "at": AT}
    return Facts(status=status, **(given | more))  # type: ignore[arg-type]


def promised(moment: datetime) -> dict[str, object]:
    """Give a promise and the day that is told of it."""
    return {"promised_at": moment, "promised_date": local_date(moment)}


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
def test_every_status_is_told(status: Status) -> None:
    told = facts(status, lead="某局", closed_at=AT)
    assert rules.headline(told)
    assert rules.sentence(told).endswith("。")
    assert len([step for step in rules.steps(told) if step.state == "now"]) == (status is not Status.VOID)


@pytest.mark.parametrize(
    ("status", "more", "states"),
    [
        (Status.TO_DISPATCH, {}, "done now todo todo todo todo"),
        (Status.TO_SUPPLEMENT, {}, "done now todo todo todo todo"),
        (Status.TO_ACCEPT, {}, "done done now todo todo todo"),
        (Status.IN_PROGRESS, {}, "done done now todo todo todo"),
        (Status.ORDER_PENDING, {"previous": Status.TO_DISPATCH}, "done now todo todo todo todo"),
        (Status.ORDER_PENDING, {"previous": Status.EXTENDED}, "done done now todo todo todo"),
        (Status.AT_CITY, {}, "done done now todo todo todo"),
        (Status.TO_CONFIRM, {}, "done done done now todo todo"),
        (Status.CLOSED, {"closed_at": AT, "outcome": Outcome.RESOLVED}, "done done done done done now"),
        (Status.CLOSED, {"closed_at": AT, "rating": Satisfaction.FAIR}, "done done done done done done"),
        (Status.CLOSED, {"closed_at": AT - 16 * DAY}, "done done done done done todo"),
        (Status.CLOSED, {"closed_at": AT, "outcome": Outcome.DIRECT}, "done done now"),
        (Status.CLOSED, {"closed_at": AT, "outcome": Outcome.WITHDRAWN}, "done done now"),
        (Status.VOID, {}, "done done"),
    ],
)
def test_steps_follow_the_status(status: Status, more: dict[str, object], states: str) -> None:
    assert " ".join(step.state for step in rules.steps(facts(status, **more))) == states


@pytest.mark.parametrize(
    ("status", "more", "sentence"),
    [
        (Status.TO_DISPATCH, {"due_at": AT + HOUR}, "中心已受理，正在转交承办单位，最迟 11 月 20 日 11:00 转交。"),
        (Status.TO_DISPATCH, {"due_at": AT + 14 * HOUR}, "中心已受理，正在转交承办单位，最迟 11 月 20 日 24:00 转交。"),
        (Status.TO_DISPATCH, {"due_at": AT - HOUR}, "中心已受理，正在转交承办单位。"),
        (Status.TO_ACCEPT, {"lead": "某局"}, "已转交某局，等待接收。"),
        (Status.IN_PROGRESS, {"lead": "某局", **promised(AT + 60 * DAY)}, "某局正在办理，预计 2027 年 1 月 19 日前办结。"),
        (Status.IN_PROGRESS, {"lead": "某局", **promised(AT - DAY)}, "某局正在办理，原定 11 月 19 日前办结，现已超期，正在督促。"),
        (Status.IN_PROGRESS, {"lead": "某局", **promised(AT + DAY), "set_aside": True}, "某局正在办理。"),
        (Status.CLOSED, {"closed_at": AT}, "您的诉求已于 11 月 20 日办结。"),
        (Status.CLOSED, {"closed_at": AT, "outcome": Outcome.WITHDRAWN}, "您的诉求已于 11 月 20 日按您的申请撤回。"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_who_and_until_when(status: Status, more: dict[str, object], sentence: str) -> None:
    assert rules.sentence(facts(status, **more)) == sentence


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        (Status.IN_PROGRESS, promised(AT + DAY), "11 月 21 日"),
        (Status.TO_CONFIRM, promised(AT + DAY), ""),
        (Status.CLOSED, promised(AT + DAY), ""),
        (Status.IN_PROGRESS, {}, ""),
    ],
)
def test_a_day_is_expected_while_it_is_worked_on(status: Status, more: dict[str, object], expected: str) -> None:
    assert rules.expected(facts(status, **more)) == expected


@pytest.mark.parametrize(
    ("status", "closed", "rating", "may"),
    [
        (Status.CLOSED, AT, None, True),
        (Status.CLOSED, AT - 15 * DAY, None, False),
        (Status.CLOSED, AT - 15 * DAY + HOUR, None, True),
        (Status.CLOSED, AT, Satisfaction.FAIR, False),
        (Status.TO_CONFIRM, None, None, False),
    ],
)
def test_rating_is_open_for_fifteen_days(
    status: Status, closed: datetime | None, rating: Satisfaction | None, may: bool
) -> None:
    told = facts(status, closed_at=closed, rating=rating)
    assert rules.may_rate(told) is may
    assert bool(rules.rate_until(told)) is may


@pytest.mark.parametrize(
    ("minutes_before", "may"),
    [((), True), ((1,), True), ((0.9,), False), ((1, 2, 3, 4), True), ((1, 2, 3, 4, 5), False)],
)
def test_codes_are_limited(minutes_before: tuple[float, ...], may: bool) -> None:
    assert rules.may_send([AT - timedelta(minutes=m) for m in minutes_before], AT) is may


@pytest.mark.parametrize(
    ("minutes_before", "said"),
    [
        ((), ""),
        ((1,), ""),
        ((0.5,), "在 30 秒后重新获取"),
        ((0,), "在 60 秒后重新获取"),
        ((1.5, 0.75), ""),  # the second of these was not sent either
        ((5, 4, 3, 2, 1), "请在 10:55 后重新获取"),
        ((61, 5, 4, 3, 2), ""),
    ],
)
def test_it_is_said_when_no_code_is_sent(minutes_before: tuple[float, ...], said: str) -> None:
    told = rules.not_sent([AT - timedelta(minutes=m) for m in minutes_before], AT)
    assert bool(told) is bool(said)
    assert said in told
    assert not told or "这次没有发送" in told


def test_codes_have_six_digits() -> None:
    codes = {rules.new_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 190


def test_a_mark_names_unit_and_moment() -> None:
    marks = {Node.REGISTER: Mark(AT, "窗口")}
    first = rules.steps(facts(Status.TO_DISPATCH, marks=marks))[0]
    assert first.detail == "11 月 20 日 10:00 · 窗口"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "承办单位接收后确定，可扫码查询"),
        (AT.date(), "2026 年 11 月 20 日前"),
    ],
)
def test_the_slip_words_the_expected_day(told: date | None, words: str) -> None:
    assert rules.expected_text(told) == words
    assert rules.promise_text("10 个工作日") == "自承办单位接收之日起 10 个工作日"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("promised", [None, AT + timedelta(days=3)])
def test_the_expected_day_is_told_once_or_why_there_is_none(status: Status, promised: datetime | None) -> None:
    told = facts(status, promised_at=promised, promised_date=promised.date() if promised else None)
    said = rules.sentence(told) + rules.expected_line(told)

    over = status in {Status.CLOSED, Status.VOID, Status.TO_CONFIRM, Status.AT_CITY}
    assert said.count("预计") == (0 if over else 1)
    assert over or ("11 月 23 日" in said if promised else "接收后确定" in said)
