"""Configured processes: what lint says, which version a case follows, what a skipped approval does, what a trial tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import LimitUnit, Link
from domain.calendar.operations import seed_years
from domain.cases.models import ProcessState, ProcessVersion
from domain.cases.operations import processes as operations
from domain.cases.process import STANDARD, Approval, LimitTweak, StepTweak, Tweaks, allowed_roles, built, lint
from domain.cases.queries import drawing, processes, reach, trial
from domain.cases.vocabulary import Action, PictureRule, Status
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

LABOUR = "0701"
TO_HAND = MAIN_LINE[:3]
"""Submitted, dispatched, accepted."""


async def _draft(
    session: AsyncSession, county: County, tweaks: Tweaks, *, code: str = "labour", bound_to: tuple[str, ...] = ("07",)
) -> ProcessVersion:
    """Make a draft with these tweaks."""
    version = await operations.copy(session, county["center"], code=code, name="劳动纠纷流程", at=MORNING)
    return await operations.save(
        session,
        county["center"],
        version.id,
        name="劳动纠纷流程",
        note="",
        bound_to=bound_to,
        tweaks=tweaks,
        at=MORNING,
    )


async def _enabled(
    session: AsyncSession, county: County, tweaks: Tweaks, *, code: str = "labour", bound_to: tuple[str, ...] = ("07",)
) -> ProcessVersion:
    version = await _draft(session, county, tweaks, code=code, bound_to=bound_to)
    return await operations.enable(session, county["center"], version.id, at=MORNING)


class TestLint:
    def test_the_standard_is_without_fault(self) -> None:
        assert lint(Tweaks()) == []

    @pytest.mark.parametrize(
        ("tweaks", "sentence"),
        [
            (Tweaks(steps={"8": StepTweak(off=True)}), "“退回待补充”不可到达：通向它的步骤（驳回）已停用"),
            (Tweaks(steps={"44": StepTweak(off=True)}), "“市级流转中”不可到达：通向它的步骤（上报市平台）已停用"),
            (Tweaks(steps={"30": StepTweak(off=True)}), "“调处待确认”走不到办结：从它出发的步骤（确认办结）已停用"),
            (Tweaks(steps={"30": StepTweak(who=())}), "“确认办结”没有任何角色可以办理"),
            (
                Tweaks(steps={"30": StepTweak(who=(Role.OFFICER,))}),
                "“确认办结”不能交给部门经办，只能在综治中心管理员、领导中选择",
            ),
            (Tweaks(steps={"8": StepTweak(opinion=False)}), "“驳回”必须填写意见，不能取消"),
            (Tweaks(limits={Link.ACCEPT: LimitTweak(yellow=5, red=2)}), "接收时限须为正数，且红牌不早于黄牌"),
            (Tweaks(limits={Link.RESOLVE: LimitTweak(yellow=0, red=2)}), "办结时限须为正数，且红牌不早于黄牌"),
            (Tweaks(statuses={Status.TO_ACCEPT: "等" * 13}), f"名称“{'等' * 13}”须为 1 至 12 字"),
            (Tweaks(steps={"11": StepTweak(label="派" * 13)}), f"名称“{'派' * 13}”须为 1 至 12 字"),
            (Tweaks(steps={"999": StepTweak(off=True)}), "流程中没有第 999 步"),
        ],
    )
    def test_says_in_a_sentence_what_is_wrong(self, tweaks: Tweaks, sentence: str) -> None:
        assert sentence in lint(tweaks)

    def test_finds_a_way_that_never_ends(self) -> None:
        accept_off = Tweaks(steps={"18": StepTweak(off=True), "18b": StepTweak(off=True)})

        faults = lint(accept_off)

        assert "“待接收”走不到办结：从它出发的步骤（接收）已停用" in faults

    @pytest.mark.parametrize("approval", Approval)
    def test_skipping_an_approval_is_no_fault(self, approval: Approval) -> None:
        assert lint(Tweaks(skipped=(approval,))) == []

    def test_skipping_all_approvals_is_no_fault(self) -> None:
        assert lint(Tweaks(skipped=tuple(Approval))) == []


class TestAllowedRoles:
    def test_a_departments_step_stays_with_the_department(self) -> None:
        assert allowed_roles("19") == {Role.OFFICER, Role.DEPARTMENT_HEAD}

    def test_a_decision_stays_with_centre_and_leader(self) -> None:
        assert allowed_roles("30") == {Role.CENTER_ADMIN, Role.LEADER}

    @pytest.mark.parametrize("row", ["32", "45", "46"])
    def test_outsiders_keep_their_steps(self, row: str) -> None:
        assert allowed_roles(row) == {who.role for step in STANDARD.steps if step.row == row for who in step.who}

    def test_a_role_keeps_all_its_ties(self) -> None:
        made = built(Tweaks(steps={"4": StepTweak(who=(Role.CENTER_ADMIN,))}))

        (step,) = (one for one in made.steps if one.row == "4")
        (standard,) = (one for one in STANDARD.steps if one.row == "4")
        assert set(step.who) == {who for who in standard.who if who.role is Role.CENTER_ADMIN}


class TestVersions:
    async def test_a_case_stays_on_the_version_it_was_accepted_under(
        self, session: AsyncSession, county: County
    ) -> None:
        first = await _enabled(session, county, Tweaks())
        old = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        draft = await operations.copy(
            session, county["center"], code="labour", name="劳动纠纷流程", source=first.id, at=MORNING
        )
        tweaks = Tweaks(steps={"18": StepTweak(opinion=True), "18b": StepTweak(opinion=True)})
        await operations.save(
            session,
            county["center"],
            draft.id,
            name="劳动纠纷流程",
            note="",
            bound_to=("07",),
            tweaks=tweaks,
            at=MORNING,
        )
        second = await operations.enable(session, county["center"], draft.id, at=MORNING)
        new = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING, seed=2)

        await support.main_step(session, county, old, Action.ACCEPT, at=MORNING)
        with pytest.raises(Invalid):
            await support.main_step(session, county, new, Action.ACCEPT, at=MORNING)

        assert (await reach.find(session, county["center"], old)).process_id == first.id
        assert (await reach.find(session, county["center"], new)).process_id == second.id
        assert (first.state, second.version) == (ProcessState.RETIRED, 2)

    async def test_the_longest_binding_holds(self, session: AsyncSession, county: County) -> None:
        group = await _enabled(session, county, Tweaks(), bound_to=("07",))
        single = await _enabled(session, county, Tweaks(), code="wages", bound_to=(LABOUR,))

        assert await processes.enabled_for(session, LABOUR) == single.id
        assert await processes.enabled_for(session, "0702") == group.id
        assert await processes.enabled_for(session, "0101") is None

    async def test_a_retired_process_leaves_new_cases_to_the_standard(
        self, session: AsyncSession, county: County
    ) -> None:
        version = await _enabled(session, county, Tweaks())

        await operations.retire(session, county["center"], version.id, at=MORNING)

        assert await processes.enabled_for(session, LABOUR) is None

    async def test_is_enabled_only_once(self, session: AsyncSession, county: County) -> None:
        version = await _enabled(session, county, Tweaks())

        with pytest.raises(ActionNotAllowed):
            await operations.enable(session, county["center"], version.id, at=MORNING)

    async def test_what_was_enabled_is_not_changed(self, session: AsyncSession, county: County) -> None:
        version = await _enabled(session, county, Tweaks())

        with pytest.raises(ActionNotAllowed):
            await operations.save(
                session, county["center"], version.id, name="改", note="", bound_to=("07",), tweaks=Tweaks(), at=MORNING
            )

    async def test_a_category_has_one_process(self, session: AsyncSession, county: County) -> None:
        await _enabled(session, county, Tweaks())
        other = await _draft(session, county, Tweaks(), code="wages")

        with pytest.raises(Invalid) as refusal:
            await operations.enable(session, county["center"], other.id, at=MORNING)
        assert "categories" in refusal.value.fields

    async def test_a_faulty_draft_is_kept_but_not_enabled(self, session: AsyncSession, county: County) -> None:
        draft = await _draft(session, county, Tweaks(steps={"30": StepTweak(off=True)}))

        with pytest.raises(Invalid, match="走不到办结"):
            await operations.enable(session, county["center"], draft.id, at=MORNING)

    async def test_a_draft_bound_to_nothing_is_not_enabled(self, session: AsyncSession, county: County) -> None:
        draft = await _draft(session, county, Tweaks(), bound_to=())

        with pytest.raises(Invalid, match="适用的类别"):
            await operations.enable(session, county["center"], draft.id, at=MORNING)

    @pytest.mark.parametrize("bound_to", [("7x",), ("",), ("07", "nonsense")])
    async def test_only_known_categories_are_bound(
        self, session: AsyncSession, county: County, bound_to: tuple[str, ...]
    ) -> None:
        with pytest.raises(Invalid, match="没有类别"):
            await _draft(session, county, Tweaks(), bound_to=bound_to)

    @pytest.mark.parametrize("login", ["registrar", "rsj", "leader", "auditor", "secadmin"])
    async def test_others_do_not_arrange(self, session: AsyncSession, county: County, login: str) -> None:
        draft = await _draft(session, county, Tweaks())
        actor = county[login]

        for refused in (
            processes.every(session, actor),
            processes.open_cases(session, actor),
            processes.enablers(session, actor),
            operations.copy(session, actor, code="other", name="别的", at=MORNING),
            operations.enable(session, actor, draft.id, at=MORNING),
            operations.retire(session, actor, draft.id, at=MORNING),
            trial.run(session, actor, Tweaks(), (), at=MORNING),
        ):
            with pytest.raises(NotPermitted):
                await refused

    async def test_a_colleagues_save_is_not_overwritten_unseen(self, session: AsyncSession, county: County) -> None:
        draft = await _draft(session, county, Tweaks())
        seen = processes.fingerprint(draft)
        given = {"note": "", "bound_to": ("07",), "tweaks": Tweaks(), "at": MORNING}

        await operations.save(session, county["sysadmin"], draft.id, name="同事改的", seen=seen, **given)

        with pytest.raises(ChangedMeanwhile):
            await operations.save(session, county["center"], draft.id, name="我改的", seen=seen, **given)

    async def test_tells_who_enabled_it_and_how_many_open_cases_it_has(
        self, session: AsyncSession, county: County
    ) -> None:
        version = await _enabled(session, county, Tweaks())
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await support.bring_to(session, county, MAIN_LINE, at=MORNING, seed=2)

        assert await processes.enablers(session, county["center"]) == {version.id: county["center"].name}
        assert await processes.open_cases(session, county["center"]) == {version.id: 1}
        assert await processes.open_cases(session, county["sysadmin"]) is None


class TestTweaksAtWork:
    async def test_a_role_may_be_taken_away(self, session: AsyncSession, county: County) -> None:
        only_heads = StepTweak(who=(Role.DEPARTMENT_HEAD,))
        await _enabled(session, county, Tweaks(steps={"18": only_heads, "18b": only_heads}))
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        given = {"person_in_charge": "何" + "经办", "person_phone": support.phone(77)}

        with pytest.raises(NotPermitted):
            await support.step(session, county["rsj"], number, Action.ACCEPT, at=MORNING, **given)
        done = await support.step(session, county["rsj_head"], number, Action.ACCEPT, at=MORNING, **given)

        assert done.status is Status.IN_PROGRESS

    async def test_a_picture_need_not_be_sent(self, session: AsyncSession, county: County) -> None:
        await _enabled(session, county, Tweaks(steps={"26": StepTweak(pictures=PictureRule.NEVER)}))
        number = await support.bring_to(session, county, TO_HAND, at=MORNING)

        done = await support.step(session, county["rsj"], number, Action.REPORT_PROGRESS, at=MORNING, opinion="已约谈")

        assert done.status is Status.IN_PROGRESS

    async def test_a_step_that_is_off_is_refused(self, session: AsyncSession, county: County) -> None:
        await _enabled(session, county, Tweaks(steps={"13": StepTweak(off=True)}))
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        with pytest.raises(ActionNotAllowed):
            await support.step(
                session, county["center"], number, Action.CLOSE_DIRECTLY, at=MORNING, opinion="已解决", result="已解决"
            )

    async def test_a_limit_of_the_process_goes_before_the_common_one(
        self, session: AsyncSession, county: County
    ) -> None:
        await seed_years(session, [2026])
        limits = {Link.ACCEPT: LimitTweak(yellow=2, red=3, unit=LimitUnit.HOURS)}
        await _enabled(session, county, Tweaks(limits=limits))
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

        case = await reach.find(session, county["center"], number)

        assert case.due_at == MORNING + timedelta(hours=2)


class TestSkippedApprovals:
    async def test_a_return_leads_back_to_the_centre_at_once(self, session: AsyncSession, county: County) -> None:
        await _enabled(session, county, Tweaks(skipped=(Approval.RETURN,)))
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

        done = await support.step(
            session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不属于本单位职责范围"
        )
        again = await support.main_step(session, county, number, Action.DISPATCH, at=MORNING)

        assert (done.status, again.status) == (Status.TO_DISPATCH, Status.TO_ACCEPT)

    async def test_an_extension_moves_the_limit_at_once(self, session: AsyncSession, county: County) -> None:
        await seed_years(session, [2026])
        await _enabled(session, county, Tweaks(skipped=(Approval.EXTENSION,)))
        number = await support.bring_to(session, county, TO_HAND, at=MORNING)
        before = (await reach.find(session, county["center"], number)).due_at

        done = await support.step(
            session, county["rsj"], number, Action.REQUEST_EXTENSION, at=MORNING, opinion="需外出取证", days=3
        )
        after = (await reach.find(session, county["center"], number)).due_at

        assert done.status is Status.EXTENDED
        assert before is not None
        assert after == before + timedelta(days=5)  # three working days from Wednesday's limit pass a weekend

    async def test_an_order_is_given_at_once(self, session: AsyncSession, county: County) -> None:
        await _enabled(session, county, Tweaks(skipped=(Approval.ORDER,)))
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        done = await support.step(
            session, county["center"], number, Action.PROPOSE_ORDER, at=MORNING, opinion="涉及人数多", department="rsj"
        )

        case = await reach.find(session, county["center"], number)
        assert (done.status, case.leader_order) == (Status.TO_ACCEPT, True)

    async def test_the_standard_still_asks(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

        done = await support.step(
            session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不属于本单位职责范围"
        )

        assert done.status is Status.RETURN_PENDING


class TestTrial:
    async def test_judges_a_known_history(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        tweaks = Tweaks(steps={"11": StepTweak(opinion=True), "30": StepTweak(who=(Role.LEADER,))})

        found = await trial.run(session, county["center"], tweaks, ("07",), at=MORNING + timedelta(days=1))

        reasons = {(one.label, one.reason, one.count, one.samples) for one in found.refused}
        assert (found.cases, found.steps, found.same) == (1, len(MAIN_LINE) + 1, len(MAIN_LINE) - 1)
        assert reasons == {("转派", "没有填写意见", 1, (number,)), ("确认办结", "由其他角色办理", 1, (number,))}

    async def test_the_standard_refuses_nothing(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)

        found = await trial.run(session, county["center"], Tweaks(), (), at=MORNING + timedelta(days=1))

        assert (found.same, found.refused) == (found.steps, ())

    async def test_other_categories_and_older_steps_do_not_count(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)

        elsewhere = await trial.run(session, county["center"], Tweaks(), ("01",), at=MORNING + timedelta(days=1))
        later = await trial.run(session, county["center"], Tweaks(), (), at=MORNING + timedelta(days=31))

        assert (elsewhere.steps, later.steps) == (0, 0)

    async def test_numbers_are_told_to_who_sees_cases(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        tweaks = Tweaks(steps={"11": StepTweak(opinion=True)})

        found = await trial.run(session, county["sysadmin"], tweaks, (), at=MORNING + timedelta(days=1))

        assert [(one.count, one.samples) for one in found.refused] == [(1, ())]

    async def test_compares_limits(self, session: AsyncSession, county: County) -> None:
        await seed_years(session, [2026])
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await support.main_step(session, county, number, Action.ACCEPT, at=MORNING + timedelta(hours=5))
        limits = {Link.ACCEPT: LimitTweak(yellow=2, red=4, unit=LimitUnit.HOURS)}

        found = await trial.run(session, county["center"], Tweaks(limits=limits), (), at=MORNING + timedelta(days=1))

        (late,) = found.limits
        assert (late.clocks, late.yellow_before, late.yellow_after, late.red_before, late.red_after) == (1, 0, 1, 0, 1)


class TestDrawing:
    def test_the_standard_has_nothing_changed(self) -> None:
        assert all(node.reached for node in drawing.nodes(STANDARD))
        assert not any(arrow.changed or arrow.gone for arrow in drawing.arrows(STANDARD))

    def test_marks_what_is_changed_and_what_is_gone(self) -> None:
        made = built(
            Tweaks(
                steps={"11": StepTweak(label="派给单位"), "13": StepTweak(off=True)},
                skipped=(Approval.RETURN,),
                statuses={Status.TO_ACCEPT: "等单位接"},
            )
        )

        arrows = {(arrow.source, arrow.target): arrow for arrow in drawing.arrows(made)}
        nodes = {node.code: node for node in drawing.nodes(made)}

        assert arrows["to_dispatch", "to_accept"].changed
        assert arrows["to_accept", "return_pending"].gone
        assert not nodes["return_pending"].reached
        assert (nodes["to_accept"].label, nodes["to_accept"].renamed) == ("等单位接", True)
