"""The open dialog of a step, as the case page draws it."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.cases.schemas import ActionView
from domain.cases.vocabulary import Action, Need
from state.cases import answers
from state.inputs import Choice

DECISIONS = frozenset(
    action.value
    for action in (
        Action.APPROVE_RETURN, Action.REJECT_RETURN, Action.APPROVE_EXTENSION, Action.REJECT_EXTENSION,
        Action.APPROVE_ORDER, Action.REJECT_ORDER, Action.RULE_APPEAL,
    )
)  # fmt: skip
"""Steps that decide a request or an appeal: their dialogs show it."""
RATED = frozenset({Action.RULE_APPEAL.value, Action.CALL_BACK.value, Action.APPEAL_RATING.value, Action.REOPEN.value})
"""Steps about a rating: their dialogs show every rating."""
KEPT = frozenset(need.value for need in Need) | {"watch_reason"}
CHOOSERS = frozenset({Need.LEAD.value, Need.DEPARTMENT.value})
BY_FORM = frozenset({Action.EDIT.value, Action.RESUBMIT.value})
"""Steps that are taken on the writing page."""
WORDS_EVERY = 3
"""Beats after which deadlines in words are renewed though nothing changed."""
LOOKS, LOADS = 0.1, 100
"""Seconds between looks whether the page is loaded, and how many of them."""
LINE_KINDS = ("all", "step", "answer", "note", "record")


@dataclass
class Asking:
    """Hold the open dialog of a step: what it asks and what it starts."""

    action: str = ""
    label: str = ""
    starts: str = ""
    told: str = ""
    decides: bool = False
    foretold: str = ""
    answers: bool = False
    help: str = ""
    rated: bool = False
    unattended: str = ""
    restored: str = ""
    """When it was typed what an earlier dialog left behind; empty: nothing was restored."""
    matter: str = ""
    """What the suggested departments took before: the category, or its group."""
    suggested: list[Choice] = field(default_factory=list)
    picked: int = 0
    """How often a suggestion was pressed: the list of units is drawn anew then."""

    @classmethod
    def of(cls, view: ActionView, label: str, *, published: bool, restored: str) -> Asking:
        """Open the dialog of a step, before it is known whom it tells."""
        return cls(
            view.action,
            label,
            view.starts,
            decides=view.action in DECISIONS,
            foretold=answers.foretold(view.action, published=published),
            answers=view.action in answers.SHOWN_IN,
            help=view.help,
            rated=view.action in RATED,
            restored=restored,
        )

    def begun(self, typed: dict[str, str], answer: str, *, days: str) -> dict[str, str]:
        """Begin at what the case holds, where nothing was typed."""
        if self.action == Action.APPROVE_EXTENSION.value:
            # the approver's figure counts: it begins at what was asked for
            typed = {"days": days} | typed
        return answers.typed_for(typed, answer) if self.answers else typed
