"""What a review found: neighbours, copies, ratings set aside, processes that would strand a case."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.cases.operations import family, merge
from domain.cases.operations import processes as operations
from domain.cases.operations.reveal import reveal
from domain.cases.process import LimitTweak, StepTweak, Tweaks, lint
from domain.cases.queries import detail, reach
from domain.cases.vocabulary import Action
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, NotFound
from domain.people.schemas import Revealable
from domain.statistics.queries import departments as statistics
from domain.statistics.queries.departments import Period
from domain.tracking import operations as answers
from domain.tracking import queries as tracking
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


async def test_a_petitioner_is_not_shown_another_s_answer(session: AsyncSession, county: County) -> None:
    kept = await support.bring_to(session, county, MAIN_LINE[:5], at=MORNING, seed=1)
    merged = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)
    first, second = [
        system_actor(Role.PETITIONER, only_case=(await reach.find(session, county["center"], number)).id)
        for number in (kept, merged)
    ]
    await merge.merge(session, county["center"], kept=kept, merged=merged, reason="重复", at=MORNING)

    await answers.respond(session, first, agrees=False, comment="尚未付清", at=MORNING)

    shown = await tracking.public_view(session, second, at=MORNING)
    assert (shown.response, shown.may_respond, shown.may_rate) == ("", False, False)
    assert all("评价" not in str(step) for step in shown.steps)


async def test_a_copy_gives_no_clear_values(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
    await support.step(session, county["center"], number, Action.COPY, at=MORNING, department="zjj")
    person = (await detail.get(session, county["zjj"], number, at=MORNING)).parties[0].person_id

    with pytest.raises(NotFound):
        await reveal(
            session, county["zjj"], person_id=person, field=Revealable.NAME, reason="核实诉求人情况", at=MORNING
        )


async def test_a_malicious_rating_does_not_count(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
    case = await reach.find(session, county["center"], number)
    petitioner = system_actor(Role.PETITIONER, only_case=case.id)
    await support.step(session, petitioner, number, Action.RATE, at=MORNING, satisfaction=1)
    await support.step(session, county["rsj_head"], number, Action.APPEAL_RATING, at=MORNING, opinion="已付清")
    await support.step(
        session, county["center"], number, Action.RULE_APPEAL, at=MORNING, opinion="属实", ruling="malicious"
    )

    found = await statistics.departments(session, county["center"], Period(), at=MORNING)

    assert next(one for one in found if one.department == "rsj").satisfaction is None


async def test_a_reopened_legacy_case_is_worked_on(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:5], at=MORNING)
    await support.step(session, county["center"], number, Action.TOGGLE_LEGACY, at=MORNING, opinion="暂无条件")
    await support.main_step(session, county, number, Action.CONFIRM, at=MORNING)

    await support.step(
        session, county["center"], number, Action.REOPEN, at=MORNING, opinion="条件具备", department="rsj"
    )

    case = await reach.find(session, county["center"], number)
    assert not case.legacy
    assert case.due_at is not None


async def test_a_parent_is_not_merged_away_and_a_child_has_one_parent(session: AsyncSession, county: County) -> None:
    one, two, three = [
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=seed) for seed in (1, 2, 3)
    ]
    await family.adopt(session, county["center"], child=two, parent=one, at=MORNING)

    for number in (one, two):
        with pytest.raises(ActionNotAllowed, match="先解除"):
            await merge.merge(session, county["center"], kept=three, merged=number, reason="重复", at=MORNING)
    with pytest.raises(ActionNotAllowed, match="已有主案件"):
        await family.adopt(session, county["center"], child=two, parent=three, at=MORNING)


async def test_a_process_s_limit_holds_from_acceptance_on(session: AsyncSession, county: County) -> None:
    draft = await operations.copy(session, county["center"], code="quick", name="快办", at=MORNING)
    tweaks = Tweaks.model_validate({"limits": {"dispatch": LimitTweak(yellow=1, red=2, unit="hours")}})
    await operations.save(
        session, county["center"], draft.id, name="快办", note="", bound_to=["07"], tweaks=tweaks, at=MORNING
    )
    await operations.enable(session, county["center"], draft.id, at=MORNING)

    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

    case = await reach.find(session, county["center"], number)
    assert [clock.limit_text for clock in await calendar.running(session, [case.id])] == ["1 小时"]


@pytest.mark.parametrize(
    ("row", "tweak", "words"),
    [
        ("18", StepTweak(off=True), "普通件走不到办结"),
        ("18b", StepTweak(off=True), "领导交办件走不到办结"),
        ("24b", StepTweak(off=True), "领导交办件走不到办结"),
        ("21", StepTweak(who=(Role.CENTER_ADMIN,)), "须保留领导"),
    ],
)
def test_a_process_that_strands_a_case_is_refused(row: str, tweak: StepTweak, words: str) -> None:
    assert any(words in fault for fault in lint(Tweaks(steps={row: tweak})))


def test_a_limit_beyond_any_matter_is_refused() -> None:
    tweaks = Tweaks.model_validate({"limits": {"resolve": LimitTweak(yellow=10**9, red=10**9)}})

    assert lint(tweaks) == ["办结时限最长 500 个工作日"]
