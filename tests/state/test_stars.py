"""A star stands at what is demanded and nowhere else: each form of the product, sent empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import reflex as rx
from reflex_components_core.el.elements.forms import Form

from app.navigation import PAGES, Page
from components.kit.asking import form_fields
from domain.cases.vocabulary import Action
from domain.kernel.asking import asked, take
from domain.kernel.unit_of_work import unit_of_work
from state.cases.relating import RelatingState
from state.cases.writing import CaseFormState
from state.clock import now
from state.orgs.account import AccountState
from state.orgs.accounts import AccountListState
from state.orgs.handing import HandOverState
from state.orgs.own import OwnState
from state.orgs.security import SecurityState
from state.visits.desk import VisitDesk
from tests.support import county as support
from tests.support import states
from tests.support.county import County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

NUMBER = "{number}"
"""Stands for the number of a submitted case."""


@dataclass(frozen=True)
class Sent:
    """Who opens a form where and how, and what lists hold in it that nobody touched."""

    kind: type[Any]
    handler: str
    login: str
    path: str
    opening: tuple[Any, ...] = ()
    lists: dict[str, str] = field(default_factory=dict)
    faults: str = "faults"
    called: dict[str, str] = field(default_factory=dict)
    """Fields whose fault is told under another name."""
    spared: frozenset[str] = frozenset()
    """Fields whose star depends on something that does not hold here."""

    @property
    def name(self) -> str:
        return f"{self.kind.__name__}.{self.handler}"


FORMS = (
    Sent(VisitDesk, "save", "guide", "/visits"),
    Sent(CaseFormState, "send", "registrar", "/cases/new"),
    Sent(
        RelatingState, "do", "center", f"/case/{NUMBER}", ("begin", "merge"),
        faults="act_faults", called={"kept": "other"},
    ),
    Sent(AccountListState, "send", "sysadmin", "/accounts", ("ask_new",)),
    Sent(AccountState, "change", "sysadmin", "/account/rsj", ("ask", "change"), spared=frozenset({"area"})),
    Sent(HandOverState, "send", "center", "/account/registrar", ("ask", "registrar")),
    Sent(OwnState, "change_password", "guide", "/me"),
    Sent(SecurityState, "send", "secadmin", "/security"),
)  # fmt: skip
ELSEWHERE = {
    "CaseState.take_step": "tests/domain/cases/test_starred.py, over every action and station",
    "BulkState.run": "as the step of one case",
    "RevealState.send": "one field: tests/state/test_reveal.py",
    "ProcessState.enable": "one field: tests/state/test_processes.py",
    "OwnState.confirm": "one field: tests/state/test_me.py",
    "OwnState.send": "one field: tests/state/test_me.py",
}


def pieces(piece: rx.Component) -> Iterator[rx.Component]:
    """Go through a piece of a page and all within it."""
    yield piece
    for child in piece.children:
        if isinstance(child, rx.Component):
            yield from pieces(child)


def _starred(form: rx.Component) -> set[str]:
    """Give the fields of a form that have a star, or may have one."""
    found = set()
    for piece in pieces(form):
        name = piece.custom_attrs.get("data-field")
        label = piece.children[0] if name is not None and piece.children else None
        stars = [one for one in pieces(label) if type(one).__name__ == "Cond"] if label is not None else []
        if stars and str(stars[0].cond) != "false":  # type: ignore[attr-defined]
            found.add(re.sub(r"<reflex\.Var>.*</reflex\.Var>place_rx_state_", "0", str(name)))
    return found


def declared() -> list[tuple[type[Any], str]]:
    """List the declared dialogs of all pages."""
    kinds = sorted({kind for kind, _ in states.handlers() if hasattr(kind, "DIALOGS")}, key=lambda kind: kind.__name__)
    return [(kind, name) for kind in kinds for name in kind.DIALOGS]


def stars() -> dict[str, set[str]]:
    """Give the starred fields of every form of the product, by what takes the form."""
    found: dict[str, set[str]] = {}
    of_declarations = {f"{kind.__name__}.send" for kind, _ in declared()}
    for page in PAGES:
        for form in (one for one in pieces(page.build()) if isinstance(one, Form)):
            sent = form.event_triggers["on_submit"]
            name = sent.events[0].handler.fn.__qualname__  # type: ignore[union-attr]
            if name not in of_declarations and (starred := _starred(form)):
                found[name] = found.get(name, set()) | starred
    return found


STARS = stars()


def test_every_form_with_a_star_is_sent_empty_somewhere() -> None:
    assert set(STARS) == {one.name for one in FORMS} | set(ELSEWHERE)


@pytest.mark.parametrize("sent", FORMS, ids=lambda sent: sent.name)
async def test_a_form_sent_empty_marks_the_starred_fields(county: County, sent: Sent) -> None:
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, (Action.SUBMIT,), at=now())
    path = sent.path.replace(NUMBER, number)
    form = await states.tree(sent.kind, await states.signed_in(sent.login), f"http://test{path}")
    if "load" in sent.kind.event_handlers:
        await states.call(form, "load")
    if sent.opening:
        await states.call(form, *sent.opening)

    await states.call(form, sent.handler, dict(sent.lists))

    marked = {sent.called.get(name, name) for name in getattr(form, sent.faults)}
    assert marked == STARS[sent.name] - sent.spared


@pytest.mark.parametrize(("kind", "name"), declared(), ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_declared_dialog_has_its_stars_where_something_is_demanded(kind: type[Any], name: str) -> None:
    form = kind.DIALOGS[name].form
    drawn = _starred(form_fields(kind, form))

    assert drawn == set(take(form, {}).faults) == {one.name for one in asked(form) if one.required}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_a_field_shares_its_id_with_nothing_beside_the_dialogs(page: Page) -> None:
    built = page.build()
    closed = {id(piece) for box in pieces(built) if type(box).__name__ == "_Dialog" for piece in pieces(box)}
    in_forms = [piece for form in pieces(built) if isinstance(form, Form) for piece in pieces(form)]
    inside = closed | {id(piece) for piece in in_forms}
    fields = {str(piece.id) for piece in in_forms if piece.id is not None}
    beside = {str(piece.id) for piece in pieces(built) if piece.id is not None and id(piece) not in inside}

    assert not fields & beside, "a form reads its fields by their ids"
