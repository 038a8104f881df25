"""Who is told of what: the rules as a table, then real steps on the database."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case, Method, Supervision
from domain.cases.operations.merge import merge
from domain.cases.queries import reach
from domain.cases.vocabulary import Action, Status, Tell
from domain.cases.workflow import STEPS, Step
from domain.kernel import outbox
from domain.kernel.models import OutboxMessage
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotFound
from domain.notices import operations, queries, rules
from domain.notices.models import Occasion
from domain.notices.rules import Happening
from domain.notices.schemas import Bell, Happened
from domain.orgs.models import Account
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

TABLE = Path(__file__).parents[1] / "cases" / "transitions.csv"
NAMED = {
    "区管理员": Tell.CENTRE,
    "登记员": Tell.REGISTRAR,
    "部门": Tell.DEPARTMENT,
    "部门经办": Tell.DEPARTMENT,
    "部门领导": Tell.DEPARTMENT,
    "领导": Tell.LEADER,
    "诉求人": Tell.PETITIONER,
    "区管理员|领导": Tell.APPROVER,
}
TELLING = [step for step in STEPS if set(step.tells) - {Tell.PETITIONER}]
STAFF = frozenset({Role.OFFICER, Role.DEPARTMENT_HEAD})
OLD, NEW = uuid4(), uuid4()


def happening(step: Step, **more: object) -> Happening:
    before = step.source or Status.TO_DISPATCH
    given = {
        "action": step.action.value,
        "tells": rules.tells_of(step.action, step.row, before),
        "before": before,
        "after": step.target or Status.IN_PROGRESS,
        "centre": uuid4(),
        "registrar": uuid4(),
    }
    return Happening(**(given | more))


@pytest.mark.parametrize(
    "line",
    [r for r in csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()) if r["notify"]],
    ids=lambda r: r["row"] + r["from"],
)
def test_everybody_in_the_notify_column_is_told(line: dict[str, str]) -> None:
    wanted = {NAMED[word.strip()] for word in line["notify"].split(",")}
    assert wanted <= set(rules.tells_of(line["action"], line["row"], line["from"].strip("-")))


@pytest.mark.parametrize("step", TELLING, ids=lambda s: f"{s.row} {s.source}")
def test_every_telling_row_has_somebody_to_tell_and_words(step: Step) -> None:
    told = happening(step, live=frozenset({OLD}), ended=frozenset({OLD}), lead=OLD)
    groups = rules.audiences(told)
    assert groups
    words = dict.fromkeys(("unit", "level", "card", "link", "other", "response", "grade"), "某单位")
    for audience in groups:
        assert "QX1" in rules.notice_text(told, audience, number="QX1", **words)


@pytest.mark.parametrize("step", [s for s in TELLING if s.action is Action.URGE], ids=lambda s: str(s.source))
def test_an_urge_goes_to_whom_the_case_waits_for(step: Step) -> None:
    holders = {group.tell for group in rules.audiences(happening(step, live=frozenset({OLD})))}
    wanted = {
        Status.TO_DISPATCH: Tell.CENTRE,
        Status.TO_SUPPLEMENT: Tell.REGISTRAR,
        Status.ORDER_PENDING: Tell.LEADER,
        Status.RETURN_PENDING: Tell.CENTRE,
        Status.EXTENSION_PENDING: Tell.CENTRE,
        Status.TO_CONFIRM: Tell.CENTRE,
        Status.AT_CITY: Tell.CENTRE,
    }
    assert holders == {wanted.get(step.source or Status.DRAFT, Tell.DEPARTMENT)}


def test_the_approver_of_an_ordered_case_is_the_leader() -> None:
    step = next(s for s in STEPS if s.action is Action.REQUEST_RETURN)
    assert [g.tell for g in rules.audiences(happening(step))] == [Tell.CENTRE]
    assert [g.tell for g in rules.audiences(happening(step, ordered=True))] == [Tell.LEADER]


def test_a_unit_that_loses_a_case_is_told_other_words_than_the_one_that_gets_it() -> None:
    step = next(s for s in STEPS if s.action is Action.REDISPATCH)
    told = happening(step, live=frozenset({NEW}), ended=frozenset({OLD}))
    got, lost = rules.audiences(told)
    assert (got.units, lost.units) == ({NEW}, {OLD})
    assert "改派给贵单位" in rules.notice_text(told, got, number="1", unit="中心")
    assert "不再办理" in rules.notice_text(told, lost, number="1", unit="中心")


@pytest.mark.parametrize(
    ("action", "after", "tells"),
    [
        (Action.REQUEST_RETURN, Status.TO_DISPATCH, [Tell.CENTRE]),
        (Action.REQUEST_EXTENSION, Status.EXTENDED, [Tell.CENTRE]),
        (Action.PROPOSE_ORDER, Status.TO_ACCEPT, [Tell.DEPARTMENT, Tell.CENTRE]),
    ],
)
def test_a_skipped_approval_asks_nobody_to_approve(action: Action, after: Status, tells: list[Tell]) -> None:
    step = next(s for s in STEPS if s.action is action)
    told = happening(step, after=after, live=frozenset({OLD}))
    groups = rules.audiences(told)
    assert [group.tell for group in groups] == tells
    assert not any("审批" in rules.notice_text(told, g, number="1", unit="局") for g in groups)


@pytest.mark.parametrize(
    ("row", "before", "occasion"),
    [
        ("7", "to_dispatch", Occasion.VOIDED),
        ("10", "to_supplement", None),
        ("4", "draft", None),
        ("", "to_dispatch", Occasion.VOIDED),
    ],
)
def test_petitioners_hear_of_the_end_of_an_accepted_case_alone(
    row: str, before: str, occasion: Occasion | None
) -> None:
    assert rules.occasion_of("void", row, before) is occasion
    assert rules.occasion_of("withdraw_by_petitioner", "53", "to_dispatch") is None


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def brought(session: AsyncSession, county: County, steps: int, *, seed: int = 1) -> str:
    return await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING, seed=seed)


async def do(
    session: AsyncSession, county: County, who: str, number: str, action: Action, **given: object
) -> dict[str, str]:
    """Take a step and give what each login is told of it."""
    at = await session.scalar(select(func.max(OutboxMessage.created_at))) or MORNING
    at += timedelta(minutes=1)
    if action is Action.SUBMIT_RESULT:
        given["attachments"] = (await support.picture(session, county[who], at=at),)
    await support.step(session, county[who], number, action, at=at, **given)
    return await told(session, county, f"case.{action.value}")


async def told(session: AsyncSession, county: County, topic: str) -> dict[str, str]:
    query = select(OutboxMessage).where(col(OutboxMessage.topic) == topic).order_by(col(OutboxMessage.id).desc())
    message = (await session.scalars(query.limit(1))).one()
    happened = Happened(topic.removeprefix("case."), message.subject_id, message.payload, message.created_at)
    (found,) = await queries.told_of(session, [happened])
    logins = {actor.account_id: login for login, actor in county.actors.items()}
    return {logins[account]: one.text for one in found for account in one.accounts}


async def case_of(session: AsyncSession, county: County, number: str) -> Case:
    return await reach.find(session, county["center"], number)


async def test_the_main_line_tells_whom_the_next_step_waits_for(session: AsyncSession, county: County) -> None:
    number = await support.draft(session, county, at=MORNING)
    assert set(await do(session, county, "registrar", number, Action.SUBMIT)) == {"center"}
    sent = await do(
        session, county, "center", number, Action.DISPATCH, lead_department="rsj", assist_departments=("zjj",)
    )
    assert set(sent) == {"rsj", "rsj_head", "zjj", "zjj_head"}
    assert sent["rsj"] == f"待接收：{number} 由县综治中心转派给贵单位"
    hand = {"person_in_charge": "何" + "经办", "person_phone": support.phone(7)}
    assert set(await do(session, county, "rsj", number, Action.ACCEPT, **hand)) == {"center", "registrar"}


async def test_a_result_goes_to_the_centre_and_its_end_to_the_department(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 4)
    given = {"opinion": "已和解", "result": "已付清", "resolution_method": Method.PEOPLE}
    sent = await do(session, county, "rsj", number, Action.SUBMIT_RESULT, **given)
    assert set(sent) == {"center", "registrar"}
    assert sent["center"].endswith("请确认")
    assert set(await do(session, county, "center", number, Action.CONFIRM, opinion="同意")) == {"rsj", "rsj_head"}


async def test_a_rejected_request_tells_who_asked(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 2)
    asked = await do(session, county, "rsj", number, Action.REQUEST_RETURN, opinion="非本单位职责")
    assert set(asked) == {"center"}
    refused = await do(session, county, "center", number, Action.REJECT_RETURN, opinion="属于职责范围")
    assert set(refused) == {"rsj", "rsj_head"}


async def test_units_that_lose_a_case_hear_of_it(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 2)
    moved = await do(session, county, "center", number, Action.REDISPATCH, lead_department="zjj", opinion="派错")
    assert set(moved) == {"rsj", "rsj_head", "zjj", "zjj_head"}
    assert moved["zjj"].startswith("待接收")
    assert moved["rsj"].startswith("已改派")
    recalled = await do(session, county, "center", number, Action.RECALL, opinion="重新研究")
    assert set(recalled) == {"zjj", "zjj_head"}


async def test_an_assistant_that_goes_on_hears_of_the_new_lead_alone(session: AsyncSession, county: County) -> None:
    county = await support.reinforce(session, county)
    number = await brought(session, county, 1)
    given = {"lead_department": "rsj", "assist_departments": ("zjj",)}
    await do(session, county, "center", number, Action.DISPATCH, **given)

    moved = await do(session, county, "center", number, Action.REDISPATCH, lead_department="mzj", opinion="派错")

    assert moved["zjj"] == f"主办变更：{number} 的主办单位已变更，贵单位继续协办"
    assert moved["mzj"].startswith("待接收")
    assert moved["rsj"].startswith("已改派")


async def test_a_case_that_comes_back_goes_to_exactly_who_sent_it_back(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 1)
    assert set(await do(session, county, "center", number, Action.SEND_BACK, opinion="缺材料")) == {"registrar"}
    again = await do(session, county, "registrar", number, Action.RESUBMIT, title="补充后的标题")
    assert set(again) == {"center"}

    account = await session.get(Account, county["center"].account_id)
    assert account is not None
    account.disabled_at = MORNING
    await session.flush()
    assert await told(session, county, "case.resubmit") == {}


async def test_orders_and_supervision(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 3)
    assert set(await do(session, county, "center", number, Action.PROPOSE_ORDER, opinion="请领导定")) == {"leader"}
    ordered = await do(session, county, "leader", number, Action.APPROVE_ORDER, opinion="同意", department="rsj")
    assert set(ordered) == {"rsj", "rsj_head", "center"}
    urged = await do(session, county, "center", number, Action.SUPERVISE, opinion="抓紧", level=Supervision.YELLOW)
    assert set(urged) == {"rsj", "rsj_head"}
    assert urged["rsj"].startswith("黄牌督办")
    assert set(await do(session, county, "center", number, Action.COPY, department="zjj")) == {"zjj", "zjj_head"}


async def test_a_supervised_case_that_nobody_has_yet_is_the_centres(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 1)
    sent = await do(session, county, "leader", number, Action.SUPERVISE, opinion="抓紧", level=Supervision.ORDINARY)
    assert set(sent) == {"center"}


async def test_cards_and_breaches_tell_the_lead_unit_and_the_centre(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 2)
    case = await case_of(session, county, number)
    payload = {"number": number, "level": "red", "link": "accept"}
    for topic, beginning in (
        ("case.breach", f"超时提醒：{number} 的接收环节已超过红牌时限"),
        ("case.auto_card", "红牌督办："),
    ):
        outbox.publish(session, topic, case.id, payload, at=MORNING)
        sent = await told(session, county, topic)
        assert set(sent) == {"rsj", "rsj_head", "center"}
        assert all(text.startswith(beginning) for text in sent.values())


async def test_the_registrar_of_a_merged_case_is_told(session: AsyncSession, county: County) -> None:
    kept, merged = await brought(session, county, 1), await brought(session, county, 1, seed=2)
    await merge(session, county["center"], kept=kept, merged=merged, reason="同一事项", at=MORNING)
    assert await told(session, county, "case.merge") == {"registrar": f"已合并：{merged} 已并入其他案件一并办理"}


async def test_disabled_accounts_are_not_told(session: AsyncSession, county: County) -> None:
    account = await session.get(Account, county["rsj_head"].account_id)
    assert account is not None
    account.disabled_at = MORNING
    number = await brought(session, county, 1)
    assert set(await do(session, county, "center", number, Action.DISPATCH, lead_department="rsj")) == {"rsj"}


async def test_a_dialog_foretells_whom_its_step_tells(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, 1)
    seen = await queries.will_tell(session, county["center"], number, Action.DISPATCH, departments=("rsj", "zjj"))
    assert seen == (("人力资源和社会保障局 经办、领导", 2), ("住房和城乡建设局 经办、领导", 2))
    assert await queries.will_tell(session, county["center"], number, Action.SEND_BACK) == (("登记员", 1),)
    assert await queries.will_tell(session, county["center"], number, Action.CLOSE_DIRECTLY) == (("诉求人（短信）", 1),)
    assert await queries.will_tell(session, county["center"], number, Action.ACCEPT) == ()
    with pytest.raises(NotFound):
        await queries.will_tell(session, county["rsj"], number, Action.ACCEPT)


@pytest.mark.parametrize(
    ("steps", "who", "action", "departments", "labels"),
    [
        (2, "center", Action.REDISPATCH, ("zjj",), {"住房和城乡建设局 经办、领导": 2, "人力资源和社会保障局 经办、领导": 2}),
        (2, "center", Action.RECALL, (), {"人力资源和社会保障局 经办、领导": 2}),
        (3, "leader", Action.ORDER, ("rsj",), {"人力资源和社会保障局 经办、领导": 2, "综治中心管理员": 1}),
        (3, "leader", Action.ORDER, ("zjj",), {"住房和城乡建设局 经办、领导": 2, "人力资源和社会保障局 经办、领导": 2, "综治中心管理员": 1}),
        (3, "center", Action.COPY, ("zjj",), {"住房和城乡建设局 经办、领导": 2}),
        (3, "rsj", Action.REQUEST_EXTENSION, (), {"综治中心管理员": 1}),
        (3, "rsj", Action.HAND_OVER, (), {"人力资源和社会保障局 经办、领导": 1}),
        (4, "rsj", Action.SUBMIT_RESULT, (), {"综治中心管理员": 1, "登记员": 1, "诉求人（短信）": 1}),
        (5, "center", Action.CONFIRM, (), {"人力资源和社会保障局 经办、领导": 2, "诉求人（短信）": 1}),
    ],
)  # fmt: skip
async def test_foretold_is_what_happens(
    session: AsyncSession,
    county: County,
    steps: int,
    who: str,
    action: Action,
    departments: tuple[str, ...],
    labels: dict[str, int],
) -> None:
    number = await brought(session, county, steps)
    assert dict(await queries.will_tell(session, county[who], number, action, departments=departments)) == labels


async def tell(session: AsyncSession, county: County, logins: tuple[str, ...], *, at: datetime = MORNING) -> None:
    message, text = uuid4(), f"第 {at:%H:%M} 条"
    bells = [Bell(message, county[login].account_id, None, "QX1", "dispatch", text, at) for login in logins]
    await operations.tell(session, bells)


async def test_a_message_delivered_twice_tells_once(session: AsyncSession, county: County) -> None:
    message, accounts = uuid4(), [county["rsj"].account_id, county["center"].account_id]
    bells = [Bell(message, account, None, "QX1", "dispatch", "待接收", MORNING) for account in accounts]
    assert await operations.tell(session, bells) == 2
    assert await operations.tell(session, bells) == 0
    assert await queries.unread_count(session, county["rsj"]) == 1


async def test_everybody_reads_the_own_notices_alone(session: AsyncSession, county: County) -> None:
    await tell(session, county, ("rsj", "rsj_head"))
    await tell(session, county, ("rsj",), at=MORNING + timedelta(minutes=5))
    mine = await queries.newest(session, county["rsj"])
    assert [one.text for one in mine] == ["第 01:05 条", "第 01:00 条"]
    assert all(one.unread for one in mine)

    theirs = [one.id for one in await queries.newest(session, county["rsj_head"])]
    assert await operations.mark_read(session, county["rsj"], ids=theirs, at=MORNING) == 0
    assert await queries.unread_count(session, county["rsj_head"]) == 1

    assert await operations.mark_read(session, county["rsj"], ids=[mine[0].id], at=MORNING) == 1
    assert await queries.unread_count(session, county["rsj"]) == 1
    assert await operations.mark_read(session, county["rsj"], at=MORNING) == 1
    assert await queries.unread_count(session, county["rsj"]) == 0
    assert await queries.unread_count(session, county["rsj_head"]) == 1


async def test_old_notices_are_dropped(session: AsyncSession, county: County) -> None:
    await tell(session, county, ("rsj",))
    await tell(session, county, ("rsj",), at=MORNING + timedelta(minutes=1))
    first = (await queries.newest(session, county["rsj"]))[0]
    await operations.mark_read(session, county["rsj"], ids=[first.id], at=MORNING)
    await operations.forget(session, at=MORNING + rules.KEEP_READ + timedelta(seconds=1))
    assert len(await queries.newest(session, county["rsj"])) == 1
    await operations.forget(session, at=MORNING + rules.KEEP_UNREAD + timedelta(hours=1))
    assert await queries.newest(session, county["rsj"]) == ()
