"""A case speaks the language of its own process in everything that leaves the product, and names its own limits.

The process renames every status and every step and has limits of its own; a case goes its whole way, and at each
stage everything that anybody reads of it is searched for the standard words and the standard figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.ledger import cells
from app.documents.slip import slip_pdf
from app.public.pages import page
from domain.calendar.models import LimitUnit, Link
from domain.calendar.operations import seed_years
from domain.cases.inputs import CaseFilter
from domain.cases.models import Satisfaction
from domain.cases.operations import processes as operations
from domain.cases.process import LimitTweak, StepTweak, Tweaks, built, lint
from domain.cases.queries import actions, conflict, detail, handlings, listing, processes, views
from domain.cases.vocabulary import Action, Need, Status
from domain.cases.workflow import STEPS
from domain.kernel.models import OutboxMessage
from domain.notices import queries as notices
from domain.notices import rules as notice_rules
from domain.notices.schemas import Happened
from domain.tracking import queries as tracking
from state.cases import buttons, shapes
from tests.app.documents.test_slip import text_of
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.petitioner import BASE
from tests.support.stations import petitioner

_SIGNS = [f"{stem}{branch}" for branch in "子丑寅卯辰巳午未申酉戌亥" for stem in "甲乙丙丁戊己庚辛壬癸"]
STATUSES = {status: f"{sign}态" for status, sign in zip(Status, _SIGNS, strict=False)}
STEPS_CALLED = {action: f"{sign}步" for action, sign in zip(Action, _SIGNS, strict=False)}
RENAMED = Tweaks(
    statuses=STATUSES,
    steps={step.row: StepTweak(label=STEPS_CALLED[step.action]) for step in STEPS},
    limits={
        Link.ACCEPT: LimitTweak(yellow=7, red=9, unit=LimitUnit.HOURS),
        Link.FEEDBACK: LimitTweak(yellow=3, red=4),
        Link.RESOLVE: LimitTweak(yellow=10, red=15),
    },
)
WORDS = sorted({*(s.label for s in Status), *(a.label for a in Action)}, key=len, reverse=True)
_FIELDS = re.compile("|".join(need.label for need in Need))
"""What a dialog asks for: these are the fields' own names, whatever the step is called."""
FIGURES = re.compile(r"(?<!\d)(?:20|30)\s*个工作日|(?<!\d)(?:24|48)\s*小时(?!内|内到期)")


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    made = await support.build(session)
    await seed_years(session, [2026])
    version = await operations.copy(session, made["center"], code="labour", name="劳动纠纷流程", at=MORNING)
    await operations.save(
        session, made["center"], version.id, name="劳动纠纷流程", note="", bound_to=("07",), tweaks=RENAMED, at=MORNING
    )
    await operations.enable(session, made["center"], version.id, at=MORNING)
    return made


def _strings(value: object) -> Iterator[str]:
    """List what is read in a shape; codes of programs are no words of people and have no Chinese."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _strings(getattr(value, one.name))
    else:
        assert value is None or isinstance(value, bool | int | float | date | datetime | timedelta | UUID | Enum), type(
            value
        )


@dataclass
class _Reader:
    """Collects what is read of one case, by the place where it is read."""

    session: AsyncSession
    county: County
    number: str

    async def page(self, login: str, at: datetime) -> dict[str, object]:
        session, actor, number = self.session, self.county[login], self.number
        view = await detail.get(session, actor, number, at=at)
        taken = await actions.of(session, actor, number, at=at)
        found = await listing.search(session, actor, CaseFilter(), at=at)
        journal = await detail.journal(session, actor, number)
        return {
            "page": shapes.shown(view),
            "case": view,
            "limits": [shapes.limit(one) for one in view.deadlines],
            "related": shapes.related(view),
            "actions": taken,
            "buttons": buttons.buttons(taken, shapes.shown(view)),
            "journal": journal,
            "lines": [shapes.line(one) for one in journal],
            "way": await detail.process(session, actor, number, at=at),
            "handled": await handlings.of(session, actor, number),
            "pending": await handlings.pending(session, actor, number),
            "conflict": await conflict.since(session, actor, number, 0),
            "list": found.items,
            "export": [cells(row) for row in found.items],
        }

    async def outside(self, at: datetime) -> dict[str, object]:
        case_id = (await detail.get(self.session, self.county["center"], self.number, at=at)).row.id
        view = await tracking.public_view(self.session, petitioner(case_id), at=at)
        facts = (await tracking.notice_facts(self.session, [case_id], BASE))[case_id]
        words = {"sender": facts.centre, "number": facts.number, "link": facts.link, "process": facts.process}
        shown = page("case.html", centre="", token="t", key="k", view=view, grades=list(Satisfaction), at="", fault="",
                     form="", comment="", chosen="")  # fmt: skip
        pdf = await slip_pdf(self.session, self.county["registrar"], self.number, base_url=BASE, at=at)
        return {
            "petitioner": view,
            "petitioner's page": re.sub(r"<[^>]*>", " ", bytes(shown.body).decode().split("</style>")[1]),
            "slip": text_of(pdf),
            "messages": [notice_rules.text_of(one, code="123456", **words) for one in notice_rules.Occasion],  # type: ignore[arg-type]
            "joined": [notice_rules.joined_text_of(one, **words) for one in notice_rules.Occasion],  # type: ignore[arg-type]
            "notices": await self._notices(case_id),
        }

    async def _notices(self, case_id: UUID) -> list[str]:
        written = select(OutboxMessage).where(OutboxMessage.subject_id == case_id)
        happened = [
            Happened(one.topic.removeprefix("case."), case_id, one.payload, one.created_at)
            for one in await self.session.scalars(written)
        ]
        return [one.text for told in await notices.told_of(self.session, happened) for one in told]


def _standard(found: dict[str, object]) -> list[str]:
    """List the standard words and figures in what is read; the new names hold none of them."""
    wrong = []
    for place, value in found.items():
        for text in _strings(value):
            bare = _FIELDS.sub("", text)
            wrong += [f"{place}: {word} in {bare[:80]!r}" for word in WORDS if word in bare]
            wrong += [f"{place}: {hit[0]} in {bare[:80]!r}" for hit in FIGURES.finditer(bare)]
    return wrong


def test_the_renamed_process_holds() -> None:
    assert lint(RENAMED) == []


async def test_everything_of_a_case_speaks_its_process(session: AsyncSession, county: County) -> None:
    number = await support.draft(session, county, at=MORNING)
    reader, at, wrong = _Reader(session, county, number), MORNING, list[str]()
    for action in MAIN_LINE:
        at += timedelta(hours=1)
        await support.main_step(session, county, number, action, at=at)
        for login in ("center", "registrar", "leader", "rsj"):
            if login != "rsj" or action not in MAIN_LINE[:1]:
                wrong += _standard(await reader.page(login, at))
        wrong += _standard(await reader.outside(at))

    assert not wrong, "\n".join(sorted(set(wrong)))


async def test_overdue_too(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    late = MORNING + timedelta(days=5)

    found = await _Reader(session, county, number).page("rsj", late)

    assert not _standard(found)
    assert any("逾期未" in text for text in _strings(found["list"]))


async def test_the_slip_names_the_limit_of_the_case_and_the_day_it_leads_to(
    session: AsyncSession, county: County
) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    before = await tracking.slip(session, county["registrar"], number, base_url=BASE, at=MORNING)
    for action in MAIN_LINE[1:3]:
        await support.main_step(session, county, number, action, at=MORNING)
    after = await tracking.slip(session, county["registrar"], number, base_url=BASE, at=MORNING)

    assert before.promise == "自承办单位" + STEPS_CALLED[Action.ACCEPT] + "之日起 10 个工作日"
    assert before.expected == f"承办单位{STEPS_CALLED[Action.ACCEPT]}后确定，可扫码查询"
    assert after.promise == before.promise
    assert after.expected == "2026 年 12 月 2 日前"


async def test_a_promise_goes_before_the_limit(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    given = {"person_in_charge": "李四", "person_phone": support.phone(77), "promise_days": 3}
    await support.step(session, county["rsj"], number, Action.ACCEPT, at=MORNING, **given)

    slip = await tracking.slip(session, county["registrar"], number, base_url=BASE, at=MORNING)

    assert "3 个工作日" in slip.promise
    assert "20 个工作日" not in slip.promise


async def test_lists_of_many_cases_say_both_words(session: AsyncSession, county: County) -> None:
    tiles = {one.view: one.label for one in await views.counters(session, county["rsj"], at=MORNING)}
    said = await processes.in_all_words(session)

    assert tiles["to_accept"] == f"待接收 / {STATUSES[Status.TO_ACCEPT]}"
    assert said("转派") == f"转派 / {STEPS_CALLED[Action.DISPATCH]}"
    assert said("全部") == "全部"


class TestOneName:
    @pytest.mark.parametrize("status", [one for one in Status if one is not Status.CLOSED])
    def test_no_status_takes_the_standard_name_of_another(self, status: Status) -> None:
        assert lint(Tweaks(statuses={status: Status.CLOSED.label})) == [
            f"“{'”和“'.join(one.label for one in Status if one in {status, Status.CLOSED})}”不能都叫“已办结”"
        ]

    def test_no_two_statuses_take_one_new_name(self) -> None:
        faults = lint(Tweaks(statuses={Status.TO_ACCEPT: "待签收", Status.TO_DISPATCH: "待签收 "}))

        assert faults == ["“待转派”和“待接收”不能都叫“待签收”"]

    def test_names_may_be_exchanged(self) -> None:
        swapped = {Status.TO_ACCEPT: Status.TO_DISPATCH.label, Status.TO_DISPATCH: Status.TO_ACCEPT.label}

        assert lint(Tweaks(statuses=swapped)) == []


class TestSpoken:
    def test_a_longer_word_is_no_shorter_one(self) -> None:
        process = built(Tweaks(steps={"18": StepTweak(label="签收")}))

        assert process.spoken("待接收的件，接收后计时；协办接收另计") == "待接收的件，签收后计时；协办接收另计"

    def test_the_standard_changes_nothing(self) -> None:
        assert built(Tweaks()).spoken("待接收") == "待接收"
