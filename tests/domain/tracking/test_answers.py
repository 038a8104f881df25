"""What a petitioner reads of a result, from when, and how it can be objected to (decision 0025)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import answering
from domain.cases.answering import Answering
from domain.cases.queries import actions, detail, reach
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.notices import rules as notices
from domain.tracking import operations, queries, rules
from domain.tracking.schemas import PublicView
from tests.support import county as support
from tests.support import stations
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.stations import RIGHT, SAID, SCENES, Scene

A = Action
FRIDAY = datetime(2026, 11, 20, 8, 0, tzinfo=MORNING.tzinfo)
"""16:00 in Asia/Shanghai; two working days later it is Tuesday."""
TUESDAY = FRIDAY + timedelta(days=4)
ACCEPTED = [scene for scene in SCENES if scene.status is not Status.DRAFT]
RESULT = {"opinion": "内部意见", "result": "承办单位的原文", "resolution_method": "settled"}


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.reinforce(session, await support.build(session))


@pytest.fixture(autouse=True)
def _restored() -> Generator[None]:
    yield
    answering.use(Answering())


async def held(session: AsyncSession, county: County) -> str:
    return await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)


async def hand_in(session: AsyncSession, county: County, number: str, *, at: datetime, **more: object) -> None:
    pictures = (await support.picture(session, county["rsj"], at=at),)
    await support.step(session, county["rsj"], number, A.SUBMIT_RESULT, at=at, attachments=pictures, **(RESULT | more))


async def petitioner(session: AsyncSession, county: County, number: str) -> Actor:
    return stations.petitioner((await reach.find(session, county["center"], number)).id)


async def seen(session: AsyncSession, county: County, number: str, *, at: datetime) -> PublicView:
    return await queries.public_view(session, await petitioner(session, county, number), at=at)


async def confirm(session: AsyncSession, county: County, number: str, *, at: datetime, **given: object) -> str:
    await support.step(session, county["center"], number, A.CONFIRM, at=at, **({"opinion": "同意"} | given))
    return "；".join((await detail.journal(session, county["center"], number))[0].notes)


@pytest.mark.parametrize("scene", ACCEPTED, ids=lambda scene: scene.name.replace(" ", "_"))
async def test_nothing_but_the_released_answer_is_shown_of_what_was_written(
    session: AsyncSession, county: County, scene: Scene
) -> None:
    number = await stations.bring(session, county, scene, at=MORNING)
    view = await seen(session, county, number, at=MORNING)

    answered = scene.status in {Status.TO_CONFIRM, Status.CLOSED}
    assert view.answer == (RIGHT[A.SUBMIT_RESULT]["result"] if answered else "")
    assert view.may_respond is (scene.status is Status.TO_CONFIRM)
    shown = repr(view)
    hidden = (SAID, "我市", "何经办", support.phone(5), support.phone(1), "林水木", "讨要无果", "履行期较长")
    assert not [word for word in hidden if word in shown]


class TestRelease:
    async def test_a_result_is_read_as_soon_as_it_is_handed_in(self, session: AsyncSession, county: County) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)

        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.may_respond, view.object_until) == ("承办单位的原文", True, "11 月 24 日 16:00")
        assert "请在 11 月 24 日 16:00 前确认或提出异议" in view.sentence
        assert "内部意见" not in repr(view)

    async def test_on_a_day_off_the_time_ends_with_the_second_working_day(
        self, session: AsyncSession, county: County
    ) -> None:
        number, saturday = await held(session, county), FRIDAY + timedelta(days=1)
        await hand_in(session, county, number, at=saturday)
        assert (await seen(session, county, number, at=saturday)).object_until == "11 月 24 日 24:00"

    async def test_where_the_centre_reads_first_it_is_read_and_answered_after_that(
        self, session: AsyncSession, county: County
    ) -> None:
        answering.use(Answering(by_centre=True, objection_workdays=1))
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)

        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.may_respond) == ("", False)
        assert "核实后在本页公布" in view.sentence
        with pytest.raises(ActionNotAllowed, match="答复还没有公开"):
            await operations.respond(
                session, await petitioner(session, county, number), agrees=True, comment="", at=FRIDAY
            )
        offered = await actions.of(session, county["center"], number, at=FRIDAY)
        assert [one.action for one in offered if one.primary] == ["publish_answer"]

        given = {"answer": "写给诉求人的话"}
        await support.step(session, county["center"], number, A.PUBLISH_ANSWER, at=FRIDAY, **given)
        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.object_until) == ("写给诉求人的话", "11 月 23 日 16:00")

    async def test_without_a_time_to_object_none_is_promised(self, session: AsyncSession, county: County) -> None:
        answering.use(Answering(objection_workdays=0))
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)

        view = await seen(session, county, number, at=FRIDAY)
        assert (view.object_until, view.may_respond) == ("", True)
        assert " 前确认" not in view.sentence

    @pytest.mark.parametrize("back", [A.REJECT_RESULT, A.REOPEN])
    async def test_what_is_handled_again_shows_no_answer(
        self, session: AsyncSession, county: County, back: Action
    ) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY, show_pictures=True)
        if back is A.REOPEN:
            await confirm(session, county, number, at=FRIDAY)
        given = {"opinion": "再办", **RIGHT.get(back, {})}
        await support.step(session, county["center"], number, back, at=FRIDAY, **given)

        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.pictures, view.may_respond) == ("", (), False)

    async def test_a_new_result_is_answered_anew(self, session: AsyncSession, county: County) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)
        actor = await petitioner(session, county, number)
        await operations.respond(session, actor, agrees=False, comment="数目不对", at=FRIDAY)
        await support.step(session, county["center"], number, A.REJECT_RESULT, at=FRIDAY, opinion="核实")
        await hand_in(session, county, number, at=FRIDAY, result="改过的结果")

        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.may_respond, view.response) == ("改过的结果", True, "")


class TestWording:
    @pytest.mark.parametrize("action", [A.PUBLISH_ANSWER, A.CONFIRM])
    async def test_the_centre_words_it_and_the_original_stays(
        self, session: AsyncSession, county: County, action: Action
    ) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)
        given = {"opinion": "同意", "answer": "给诉求人的话", "show_pictures": True}
        await support.step(session, county["center"], number, action, at=FRIDAY, **given)

        assert (await seen(session, county, number, at=FRIDAY)).answer == "给诉求人的话"
        whole = await detail.get(session, county["center"], number, at=FRIDAY)
        assert (whole.result, whole.answer.text) == ("承办单位的原文", "给诉求人的话")
        line = (await detail.journal(session, county["center"], number))[0]
        (change,) = line.changes
        assert (change.label, change.before, change.after) == ("公开答复", "承办单位的原文", "给诉求人的话")
        assert "图片给诉求人看" in line.notes

    async def test_it_can_be_mended_after_the_closing(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        await support.step(session, county["center"], number, A.PUBLISH_ANSWER, at=FRIDAY, answer="改正了一处")
        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.answered) == ("改正了一处", "11 月 18 日 09:00")

    @pytest.mark.parametrize(
        ("who", "action", "given", "field"),
        [
            ("rsj", A.SUBMIT_RESULT, {"result": "已联系350000198203040012本人"}, "result"),
            ("center", A.PUBLISH_ANSWER, {"answer": "证件35000019820304001X"}, "answer"),
            ("center", A.PUBLISH_ANSWER, {"answer": " "}, "answer"),
            ("center", A.CONFIRM, {"answer": ""}, "answer"),
        ],
    )
    async def test_an_identity_number_or_nothing_is_no_answer(
        self, session: AsyncSession, county: County, who: str, action: Action, given: dict[str, object], field: str
    ) -> None:
        number = await held(session, county)
        if who == "center":
            await hand_in(session, county, number, at=FRIDAY)
        pictures = (await support.picture(session, county["rsj"], at=FRIDAY),) if who == "rsj" else ()
        whole = RESULT | given | {"attachments": pictures}
        with pytest.raises(Invalid) as refused:
            await support.step(session, county[who], number, action, at=FRIDAY, **whole)
        assert list(refused.value.fields) == [field]


class TestPictures:
    async def test_are_those_of_the_newest_result_and_only_if_somebody_says_so(
        self, session: AsyncSession, county: County
    ) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)
        assert (await seen(session, county, number, at=FRIDAY)).pictures == ()
        await support.step(session, county["center"], number, A.REJECT_RESULT, at=FRIDAY, opinion="核实")
        await hand_in(session, county, number, at=FRIDAY, show_pictures=True)

        every = (await detail.get(session, county["center"], number, at=FRIDAY)).pictures
        view = await seen(session, county, number, at=FRIDAY)
        assert view.pictures == (every[-1].file_id,)
        actor = await petitioner(session, county, number)
        assert await queries.public_picture(session, actor, str(every[-1].file_id))
        for unseen in (str(every[0].file_id), "x", ""):
            with pytest.raises(NotFound):
                await queries.public_picture(session, actor, unseen)


class TestClosing:
    """The centre may close earlier, its opinion being the reason; the journal says what the petitioner missed."""

    @pytest.mark.parametrize(
        ("answers", "at", "said"),
        [
            (None, FRIDAY, "诉求人未答复，异议期未满即办结"),
            (None, TUESDAY - timedelta(minutes=1), "诉求人未答复，异议期未满即办结"),
            (None, TUESDAY, ""),
            (True, FRIDAY, ""),
            (False, FRIDAY, "诉求人有异议"),
        ],
    )
    async def test_says_whether_there_was_time_to_object(
        self, session: AsyncSession, county: County, answers: bool | None, at: datetime, said: str
    ) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)
        if answers is not None:
            actor = await petitioner(session, county, number)
            await operations.respond(session, actor, agrees=answers, comment="说明", at=FRIDAY)
        assert await confirm(session, county, number, at=at) == said

    async def test_releases_what_was_not_released(self, session: AsyncSession, county: County) -> None:
        answering.use(Answering(by_centre=True))
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)

        assert "没有机会提出异议" in await confirm(session, county, number, at=FRIDAY)
        assert (await seen(session, county, number, at=FRIDAY)).answer == "承办单位的原文"

    async def test_needs_a_reason_while_the_petitioner_has_time(self, session: AsyncSession, county: County) -> None:
        number = await held(session, county)
        await hand_in(session, county, number, at=FRIDAY)
        with pytest.raises(Invalid, match="办理意见"):
            await confirm(session, county, number, at=FRIDAY, opinion=" ")

    async def test_a_direct_closing_is_read_at_once(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        given = {"opinion": "内部意见", "result": "当场说明清楚"}
        await support.step(session, county["center"], number, A.CLOSE_DIRECTLY, at=FRIDAY, **given)
        view = await seen(session, county, number, at=FRIDAY)
        assert (view.answer, view.may_respond, view.may_rate) == ("当场说明清楚", False, True)
        assert "内部意见" not in repr(view)


@pytest.mark.parametrize(
    ("until", "after", "ask"),
    [
        (TUESDAY, Status.TO_CONFIRM, "请在 11 月 24 日 16:00 前查看，确认或提出异议"),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), Status.TO_CONFIRM, "请在 11 月 24 日 24:00 前查看，确认或提出异议"),
        (None, Status.TO_CONFIRM, "请查看，确认或提出异议"),
        (None, Status.CLOSED, "请查看"),
    ],
)
def test_the_message_asks_what_can_be_answered(until: datetime | None, after: Status, ask: str) -> None:
    assert notices.ask_of(until, after) == ask


def test_a_merged_petitioner_reads_and_is_not_asked() -> None:
    told = rules.Facts(Status.TO_CONFIRM, None, None, "中心", "某局", FRIDAY, answered=True, object_until=TUESDAY)
    assert rules.may_respond(told)
    assert not rules.may_respond(rules.of_another(told))
    assert "提出异议" not in rules.sentence(rules.of_another(told))
