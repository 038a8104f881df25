"""The workflow is this table: who may take which step from where, and what it does.

Source: the workflow ruling §2 and its `transitions.csv`; row numbers are theirs.
Buttons, API answers, dialogs, the process picture and the test matrix are read from
here. `lint()` runs when the application starts.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.calendar.models import Link
from domain.cases.vocabulary import Action, Effect, Guard, Need, PictureRule, Status, Tell, Tie, Verb
from domain.kernel.flow import table
from domain.kernel.flow.table import LifeCycle, Who, at_each, from_each
from domain.kernel.permissions import Permission
from domain.kernel.permissions import Role as R


@dataclass(frozen=True, slots=True)
class Clock:
    """Say what a step does to one deadline; no link means all running ones."""

    verb: Verb
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Step(table.Step[Status, Action, Tie, Guard, Need, Effect]):
    """One row of the kit, with what only cases have."""

    opinion: bool = False
    clocks: tuple[Clock, ...] = ()
    tells: tuple[Tell, ...] = ()
    label: str = ""
    pictures: PictureRule = PictureRule.BY_KIND

    @property
    def asks(self) -> tuple[Need, ...]:
        wanted = {*self.needs, *self.may, Need.OPINION}
        return tuple(need for need in Need if need in wanted)


S, A, N, G, E, T = Status, Action, Need, Guard, Effect, Tell
Takers = tuple[Who[Tie], ...]

CENTRE: Takers = (Who(R.CENTER_ADMIN),)
LEADER: Takers = (Who(R.LEADER),)
DECIDERS: Takers = (Who(R.CENTER_ADMIN), Who(R.LEADER))
APPROVERS: Takers = (Who(R.CENTER_ADMIN, Tie.UNLESS_ORDER), Who(R.LEADER))
OWNER: Takers = tuple(Who(role, Tie.OWN) for role in (R.GUIDE, R.REGISTRAR, R.CENTER_ADMIN))
OWN_OR_CENTRE: Takers = (Who(R.REGISTRAR, Tie.OWN), Who(R.CENTER_ADMIN))
LEAD_OFFICER: Takers = (Who(R.OFFICER, Tie.LEAD),)
LEAD_STAFF: Takers = (Who(R.OFFICER, Tie.LEAD), Who(R.DEPARTMENT_HEAD, Tie.LEAD))
ASSISTANT: Takers = (Who(R.OFFICER, Tie.ASSIST),)
CITY: Takers = (Who(R.CITY),)

OPEN = (
    S.TO_DISPATCH, S.TO_SUPPLEMENT, S.TO_ACCEPT, S.IN_PROGRESS, S.EXTENDED, S.ORDER_PENDING,
    S.LEADER_ORDER, S.RETURN_PENDING, S.EXTENSION_PENDING, S.TO_CONFIRM, S.AT_CITY,
)  # fmt: skip
IN_HAND = (S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER)
ENDED = (S.CLOSED, S.VOID)

STOP = (Clock(Verb.STOP),)
PAUSE = (Clock(Verb.PAUSE),)
RESUME = (Clock(Verb.RESUME),)
NEW_ACCEPT = (Clock(Verb.STOP), Clock(Verb.START, Link.ACCEPT))
NEW_DISPATCH = (Clock(Verb.STOP), Clock(Verb.START, Link.DISPATCH))
ACCEPTED = (Clock(Verb.STOP, Link.ACCEPT), Clock(Verb.START, Link.FEEDBACK), Clock(Verb.START, Link.RESOLVE))
LATER = (Clock(Verb.EXTEND, Link.FEEDBACK), Clock(Verb.EXTEND, Link.RESOLVE))


CASES = LifeCycle(
    kind="case",
    noun="事件",
    work=Permission.CASE_WORK,
    open=OPEN,
    ended=ENDED,
    waiting=(S.ORDER_PENDING, S.RETURN_PENDING, S.EXTENSION_PENDING),
    choosing=frozenset({G.NOT_ORDER, G.IS_ORDER, G.OTHER_DEPARTMENT, G.SAME_DEPARTMENT}),
    later=frozenset({G.WATCHABLE, G.OTHER_DEPARTMENT, G.SAME_DEPARTMENT, G.NOT_SUPERVISED_ALIKE}),
)

STEPS: tuple[Step, ...] = (
    Step("2", A.CREATE, None, S.DRAFT, (Who(R.GUIDE), Who(R.REGISTRAR), Who(R.CENTER_ADMIN))),
    Step("3", A.EDIT, S.DRAFT, S.DRAFT, OWNER, needs=(N.CHANGES,), effects=(E.CHANGE,)),
    Step("4", A.VOID, S.DRAFT, S.VOID, (*OWNER, Who(R.CENTER_ADMIN)), opinion=True),
    Step("5", A.SUBMIT, S.DRAFT, S.TO_DISPATCH, (Who(R.REGISTRAR), Who(R.CENTER_ADMIN)),
         needs=(N.COMPLETE,), effects=(E.SUBMIT,), clocks=(Clock(Verb.START, Link.DISPATCH),), tells=(T.CENTRE, T.PETITIONER)),
    Step("6", A.EDIT, S.TO_DISPATCH, S.TO_DISPATCH, OWN_OR_CENTRE, needs=(N.CHANGES,), effects=(E.CHANGE,)),
    Step("7", A.VOID, S.TO_DISPATCH, S.VOID, OWN_OR_CENTRE, opinion=True, clocks=STOP, tells=(T.REGISTRAR, T.PETITIONER)),
    Step("8", A.SEND_BACK, S.TO_DISPATCH, S.TO_SUPPLEMENT, CENTRE, opinion=True, guards=(G.REGISTRAR_THERE,),
         effects=(E.SEND_BACK,), clocks=STOP, tells=(T.REGISTRAR,)),
    Step("9", A.RESUBMIT, S.TO_SUPPLEMENT, S.TO_DISPATCH, (Who(R.REGISTRAR, Tie.OWN),),
         needs=(N.CHANGES,), effects=(E.CHANGE,), clocks=NEW_DISPATCH, tells=(T.CENTRE,)),
    Step("10", A.VOID, S.TO_SUPPLEMENT, S.VOID, OWN_OR_CENTRE, opinion=True, clocks=STOP),
    Step("11", A.DISPATCH, S.TO_DISPATCH, S.TO_ACCEPT, CENTRE, needs=(N.LEAD,), may=(N.ASSISTS,),
         effects=(E.ASSIGN,), clocks=NEW_ACCEPT, tells=(T.DEPARTMENT,)),
    Step("12", A.REDISPATCH, S.TO_ACCEPT, S.TO_ACCEPT, CENTRE, opinion=True, needs=(N.LEAD,), may=(N.ASSISTS,),
         effects=(E.WITHDRAW_ASSIGNMENTS, E.ASSIGN), clocks=NEW_ACCEPT, tells=(T.DEPARTMENT,)),
    Step("12b", A.RECALL, S.TO_ACCEPT, S.TO_DISPATCH, CENTRE, opinion=True,
         effects=(E.WITHDRAW_ASSIGNMENTS,), clocks=NEW_DISPATCH, tells=(T.DEPARTMENT,)),
    Step("13", A.CLOSE_DIRECTLY, S.TO_DISPATCH, S.CLOSED, CENTRE, needs=(N.RESULT,), may=(N.WATCH,),
         guards=(G.WATCHABLE, G.CHILDREN_CLOSED), effects=(E.CLOSE_DIRECTLY, E.WATCH), clocks=STOP, tells=(T.PETITIONER,)),
    *from_each((S.TO_DISPATCH, S.IN_PROGRESS, S.EXTENDED), Step("14", A.PROPOSE_ORDER, None, S.ORDER_PENDING, CENTRE,
           opinion=True, may=(N.DEPARTMENT,), guards=(G.LEADER_THERE,), effects=(E.REQUEST,), tells=(T.LEADER,))),
    Step("15", A.APPROVE_ORDER, S.ORDER_PENDING, S.TO_ACCEPT, LEADER, opinion=True, needs=(N.DEPARTMENT,),
         guards=(G.OTHER_DEPARTMENT,), effects=(E.ORDER, E.WITHDRAW_ASSIGNMENTS, E.ASSIGN), clocks=NEW_ACCEPT, tells=(T.DEPARTMENT, T.CENTRE)),
    Step("15b", A.APPROVE_ORDER, S.ORDER_PENDING, S.LEADER_ORDER, LEADER, opinion=True, needs=(N.DEPARTMENT,),
         guards=(G.SAME_DEPARTMENT,), effects=(E.ORDER,), tells=(T.DEPARTMENT, T.CENTRE)),
    Step("16", A.REJECT_ORDER, S.ORDER_PENDING, None, LEADER, opinion=True, clocks=RESUME, tells=(T.CENTRE,)),
    *from_each((S.TO_DISPATCH, S.TO_ACCEPT), Step("17", A.ORDER, None, S.TO_ACCEPT, LEADER, opinion=True,
           needs=(N.DEPARTMENT,), effects=(E.ORDER, E.WITHDRAW_ASSIGNMENTS, E.ASSIGN), clocks=NEW_ACCEPT, tells=(T.DEPARTMENT, T.CENTRE))),
    *from_each((S.IN_PROGRESS, S.EXTENDED), Step("17", A.ORDER, None, S.TO_ACCEPT, LEADER, opinion=True,
           needs=(N.DEPARTMENT,), guards=(G.OTHER_DEPARTMENT,),
           effects=(E.ORDER, E.WITHDRAW_ASSIGNMENTS, E.ASSIGN), clocks=NEW_ACCEPT, tells=(T.DEPARTMENT, T.CENTRE))),
    *from_each((S.IN_PROGRESS, S.EXTENDED), Step("17b", A.ORDER, None, S.LEADER_ORDER, LEADER, opinion=True,
           needs=(N.DEPARTMENT,), guards=(G.SAME_DEPARTMENT,), effects=(E.ORDER,), tells=(T.DEPARTMENT, T.CENTRE))),
    Step("18", A.ACCEPT, S.TO_ACCEPT, S.IN_PROGRESS, LEAD_STAFF, needs=(N.IN_CHARGE, N.IN_CHARGE_PHONE), may=(N.PROMISE,),
         guards=(G.NOT_ORDER,), effects=(E.ACCEPT,), clocks=ACCEPTED, tells=(T.CENTRE, T.REGISTRAR, T.PETITIONER)),
    Step("18b", A.ACCEPT, S.TO_ACCEPT, S.LEADER_ORDER, LEAD_STAFF, needs=(N.IN_CHARGE, N.IN_CHARGE_PHONE), may=(N.PROMISE,),
         guards=(G.IS_ORDER,), effects=(E.ACCEPT,), clocks=ACCEPTED, tells=(T.CENTRE, T.REGISTRAR, T.PETITIONER)),
    *at_each((S.TO_ACCEPT, *IN_HAND), Step("18c", A.ASSIST_ACCEPT, None, None, ASSISTANT,
            guards=(G.ASSIST_WAITING,), effects=(E.ASSIST_ACCEPT,))),
    Step("19", A.REQUEST_RETURN, S.TO_ACCEPT, S.RETURN_PENDING, LEAD_OFFICER, opinion=True,
         guards=(G.APPROVER_THERE,), effects=(E.REQUEST,), clocks=PAUSE, tells=(T.APPROVER,)),
    *from_each(IN_HAND, Step("20", A.REQUEST_RETURN, None, S.RETURN_PENDING, LEAD_OFFICER, opinion=True,
           guards=(G.RETURNABLE, G.APPROVER_THERE), effects=(E.REQUEST,), clocks=PAUSE, tells=(T.APPROVER,))),
    Step("21", A.APPROVE_RETURN, S.RETURN_PENDING, S.TO_DISPATCH, APPROVERS, opinion=True,
         effects=(E.RETURN_ASSIGNMENTS,), clocks=NEW_DISPATCH, tells=(T.DEPARTMENT, T.REGISTRAR)),
    Step("22", A.REJECT_RETURN, S.RETURN_PENDING, None, APPROVERS, opinion=True, clocks=RESUME, tells=(T.DEPARTMENT,)),
    *from_each((S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER), Step("23", A.REQUEST_EXTENSION, None, S.EXTENSION_PENDING,
           LEAD_OFFICER, opinion=True, needs=(N.DAYS,), guards=(G.BEFORE_RED, G.EXTENSIONS_LEFT, G.APPROVER_THERE),
           effects=(E.REQUEST,), tells=(T.APPROVER,))),
    Step("24", A.APPROVE_EXTENSION, S.EXTENSION_PENDING, S.EXTENDED, CENTRE, opinion=True, needs=(N.DAYS,),
         guards=(G.NOT_ORDER,), effects=(E.EXTEND,), clocks=LATER, tells=(T.DEPARTMENT,)),
    Step("24b", A.APPROVE_EXTENSION, S.EXTENSION_PENDING, S.LEADER_ORDER, LEADER, opinion=True, needs=(N.DAYS,),
         guards=(G.IS_ORDER,), effects=(E.EXTEND,), clocks=LATER, tells=(T.DEPARTMENT,)),
    Step("25", A.REJECT_EXTENSION, S.EXTENSION_PENDING, None, APPROVERS, opinion=True, tells=(T.DEPARTMENT,)),
    *from_each((S.ORDER_PENDING, S.RETURN_PENDING, S.EXTENSION_PENDING), Step("25b", A.WITHDRAW_REQUEST, None, None,
           (Who(R.CENTER_ADMIN, Tie.REQUESTER), Who(R.OFFICER, Tie.REQUESTER)), clocks=RESUME)),
    *at_each((*IN_HAND, S.EXTENSION_PENDING), Step("26", A.REPORT_PROGRESS, None, None, LEAD_OFFICER, opinion=True,
           needs=(N.PICTURES,), effects=(E.REPORT,), clocks=(Clock(Verb.STOP, Link.FEEDBACK),))),
    *at_each(IN_HAND, Step("27", A.HAND_OVER, None, None, (Who(R.DEPARTMENT_HEAD, Tie.LEAD), Who(R.OFFICER, Tie.LEAD)),
           needs=(N.IN_CHARGE, N.IN_CHARGE_PHONE), effects=(E.HAND_OVER,), tells=(T.DEPARTMENT,))),
    *at_each((*IN_HAND, S.EXTENSION_PENDING), Step("28", A.ASSIST_REPORT, None, None, ASSISTANT, opinion=True,
           needs=(N.PICTURES,), effects=(E.ASSIST_REPORT,))),
    *from_each(IN_HAND, Step("29", A.SUBMIT_RESULT, None, S.TO_CONFIRM, LEAD_OFFICER,
           needs=(N.RESULT, N.METHOD, N.PICTURES), may=(N.SHOW_PICTURES,), guards=(G.ASSISTS_REPORTED,), effects=(E.RESULT,),
           clocks=(Clock(Verb.STOP, Link.FEEDBACK), Clock(Verb.STOP, Link.RESOLVE)), tells=(T.CENTRE, T.REGISTRAR, T.PETITIONER))),
    Step("30", A.CONFIRM, S.TO_CONFIRM, S.CLOSED, CENTRE, opinion=True, may=(N.ANSWER, N.SHOW_PICTURES, N.WATCH),
         guards=(G.WATCHABLE, G.CHILDREN_CLOSED), effects=(E.ANSWER, E.CLOSE, E.WATCH), clocks=STOP,
         tells=(T.DEPARTMENT, T.PETITIONER)),
    Step("31", A.REJECT_RESULT, S.TO_CONFIRM, S.IN_PROGRESS, CENTRE, opinion=True, guards=(G.NOT_ORDER, G.HELD),
         effects=(E.REWORK,), clocks=(Clock(Verb.REOPEN, Link.RESOLVE),), tells=(T.DEPARTMENT,)),
    Step("31b", A.REJECT_RESULT, S.TO_CONFIRM, S.LEADER_ORDER, CENTRE, opinion=True, guards=(G.IS_ORDER, G.HELD),
         effects=(E.REWORK,), clocks=(Clock(Verb.REOPEN, Link.RESOLVE),), tells=(T.DEPARTMENT,)),
    *at_each((S.TO_CONFIRM, S.CLOSED), Step("29b", A.PUBLISH_ANSWER, None, None, CENTRE, needs=(N.ANSWER,),
            may=(N.SHOW_PICTURES,), effects=(E.ANSWER,), tells=(T.PETITIONER,))),
    Step("32", A.PETITIONER_RESPOND, S.TO_CONFIRM, S.TO_CONFIRM, (Who(R.PETITIONER, Tie.OWN),), needs=(N.AGREES,),
         guards=(G.ANSWERED, G.NOT_RESPONDED), effects=(E.RESPOND,), tells=(T.CENTRE,)),
    Step("33", A.RATE, S.CLOSED, S.CLOSED, (Who(R.PETITIONER, Tie.OWN), Who(R.REGISTRAR, Tie.OWN)),
         needs=(N.SATISFACTION,), guards=(G.RATABLE,), effects=(E.RATE,), tells=(T.CENTRE, T.HEAD)),
    Step("33b", A.CALL_BACK, S.CLOSED, S.CLOSED, OWN_OR_CENTRE, opinion=True,
         needs=(N.CALLED_AT, N.CALLED_BY, N.CALL_OUTCOME), guards=(G.DISSATISFIED,), effects=(E.CALL_BACK,), tells=(T.HEAD,)),
    Step("34", A.APPEAL_RATING, S.CLOSED, S.CLOSED, (Who(R.DEPARTMENT_HEAD, Tie.LEAD),), opinion=True,
         guards=(G.NOT_APPEALED, G.APPEALABLE), effects=(E.APPEAL,), tells=(T.CENTRE,)),
    Step("34b", A.RULE_APPEAL, S.CLOSED, S.CLOSED, CENTRE, opinion=True, needs=(N.RULING,), guards=(G.APPEALED,),
         effects=(E.RULE,), tells=(T.DEPARTMENT,)),
    Step("35", A.RELAPSE, S.CLOSED, S.TO_ACCEPT, CENTRE, opinion=True, needs=(N.DEPARTMENT,), guards=(G.WATCHED,),
         effects=(E.UNWATCH, E.ORDER, E.ASSIGN), clocks=NEW_ACCEPT, tells=(T.LEADER, T.DEPARTMENT)),
    Step("36", A.REOPEN, S.CLOSED, S.TO_ACCEPT, DECIDERS, opinion=True, needs=(N.DEPARTMENT,),
         guards=(G.REOPENABLE,), effects=(E.ASSIGN,), clocks=NEW_ACCEPT, tells=(T.DEPARTMENT,)),
    *at_each(OPEN, Step("37", A.SUPERVISE, None, None, DECIDERS, opinion=True, needs=(N.LEVEL,),
           guards=(G.NOT_SUPERVISED_ALIKE,), effects=(E.SUPERVISE,), tells=(T.DEPARTMENT,))),
    *at_each(OPEN, Step("37b", A.UNSUPERVISE, None, None, (Who(R.CENTER_ADMIN, Tie.ISSUER), Who(R.LEADER, Tie.ISSUER)),
           opinion=True, guards=(G.SUPERVISED,), effects=(E.UNSUPERVISE,))),
    *at_each(OPEN, Step("39", A.URGE, None, None, (*CENTRE, Who(R.REGISTRAR, Tie.OWN), *LEADER), guards=(G.URGE_RESTED,),
           effects=(E.URGE,), tells=(T.DEPARTMENT,))),
    *at_each(OPEN, Step("40", A.TOGGLE_URGENT, None, None, (*DECIDERS, Who(R.DEPARTMENT_HEAD, Tie.LEAD)),
           effects=(E.TOGGLE_URGENT,))),
    *at_each(OPEN, Step("41", A.INSTRUCT, None, None, LEADER, opinion=True, tells=(T.DEPARTMENT, T.CENTRE))),
    *at_each(OPEN, Step("41b", A.COPY, None, None, (*CENTRE, *LEAD_OFFICER), needs=(N.DEPARTMENT,), effects=(E.COPY,))),
    *at_each(OPEN, Step("42", A.TOGGLE_LEGACY, None, None, CENTRE, opinion=True, effects=(E.TOGGLE_LEGACY,))),
    Step("43", A.TOGGLE_TYPICAL, S.CLOSED, S.CLOSED, (*CENTRE, Who(R.DEPARTMENT_HEAD, Tie.LEAD)),
         may=(N.TYPICAL_TEXT,), effects=(E.TOGGLE_TYPICAL,)),
    Step("44", A.ESCALATE_TO_CITY, S.TO_DISPATCH, S.AT_CITY, CENTRE, opinion=True, needs=(N.TARGET_AREA,),
         may=(N.CONSENT,), effects=(E.ESCALATE,), clocks=STOP),
    Step("45", A.CITY_PROGRESS, S.AT_CITY, S.AT_CITY, CITY),
    Step("46", A.CITY_RESULT, S.AT_CITY, S.TO_CONFIRM, CITY, needs=(N.RESULT,), effects=(E.RESULT,), tells=(T.CENTRE, T.PETITIONER)),
    Step("47", A.CITY_RETURN, S.AT_CITY, S.TO_DISPATCH, CITY, opinion=True, clocks=NEW_DISPATCH, tells=(T.CENTRE,)),
    Step("48", A.CITY_DISPATCH, None, S.TO_DISPATCH, CITY, clocks=(Clock(Verb.START, Link.DISPATCH),), tells=(T.CENTRE,)),
    Step("50", A.RETURN_TO_CITY, S.TO_DISPATCH, S.VOID, CENTRE, opinion=True, guards=(G.FROM_CITY,), clocks=STOP),
    *from_each(OPEN, Step("53", A.WITHDRAW_BY_PETITIONER, None, S.CLOSED, CENTRE, opinion=True, may=(N.PICTURES,),
           guards=(G.CHILDREN_CLOSED,), effects=(E.CLOSE_WITHDRAWN,), clocks=STOP, tells=(T.DEPARTMENT,))),
)  # fmt: skip


def lint(steps: tuple[Step, ...] = STEPS) -> list[str]:
    """List what is wrong with the table."""
    return table.lint(CASES, Status, steps)
