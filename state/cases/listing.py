"""The desk and the case list: counters, filters, order, pages; live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.areas.models import Level
from domain.audit import operations as audit
from domain.cases import categories, rules
from domain.cases.inputs import CaseConditions, CaseFilter
from domain.cases.models import RiskLevel, Satisfaction, Source, Supervision
from domain.cases.process import STANDARD
from domain.cases.queries import listing, narrowing, processes, reach, reasons, views
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Action, Status
from domain.kernel import searching
from domain.kernel.actor import Actor
from domain.kernel.asking import asked, read
from domain.kernel.clock import Span, end_stamp, stamp
from domain.kernel.permissions import Permission, Role
from domain.orgs import queries as orgs
from domain.people.rules import is_tail
from domain.presets import operations as presets
from domain.presets.queries import first
from domain.warnings import queries as warnings
from domain.warnings.models import Level as AlertLevel
from domain.warnings.rules import TONES
from state import places
from state.cases.walking import Beside, Trail
from state.clock import now
from state.inputs import Branch, Choice, as_text
from state.kit import following
from state.kit.addressed import AddressedState, Asks
from state.kit.conditions import ConditionsState
from state.kit.kept import Kept
from state.kit.listing import Mark, Tile
from state.presets.columns import ColumnsState
from state.session import SignedInState

_COUNTERS: Kept[tuple[views.Counter, ...]] = Kept("case")
_BULK = (Action.DISPATCH, Action.REDISPATCH, Action.URGE)
"""The steps of the bulk bar, in its order."""
_MORE: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.CENTER_ADMIN, ("to_call_back", "appealed", "watch", "legacy", "merged")),
    (Role.LEADER, ("to_call_back", "watch", "legacy")),
    (Role.OFFICER, ("returned", "former", "copied")),
    (Role.DEPARTMENT_HEAD, ("to_call_back", "returned", "former", "copied")),
)
"""Lists beside the counters: what a role looks into from time to time."""
PICKED = ("status", "category", "area", "department", "risk", "tag")
"""What stands above the list; all else is a further condition."""
_PERSON = tuple(one.name for one in asked(CaseConditions) if one.ask.personal)
_FURTHER = tuple(one.name for one in asked(CaseConditions) if one.name not in {"number", "content", *_PERSON})
_WHEN = "%m-%d %H:%M"
_USUAL = (
    "number", "title", "category", "area", "party", "risk", "status", "due", "department", "handler", "submitted",
)  # fmt: skip
_CALLED = {"text": "q", "submitted_from": "from", "submitted_to": "to"}
"""What the interface calls a condition, where that is another name."""
TAGS = tuple((tag, word) for tag, word in narrowing.TAG_WORDS.items() if tag != "merged")
_CARDS = {Supervision.RED.label: "red", Supervision.YELLOW.label: "yellow"}


@dataclass
class Piece:
    """A piece of a text, with whether it is what was searched."""

    text: str = ""
    hit: bool = False


@dataclass
class Row:
    """One case of the list as text."""

    number: str = ""
    title: str = ""
    category: str = ""
    area: str = ""
    party: str = ""
    status: str = ""
    status_tone: str = ""
    due: str = ""
    tone: str = ""
    due_at: str = ""
    risk: str = ""
    risk_label: str = ""
    department: str = ""
    handler: str = ""
    urgent: bool = False
    leader_order: bool = False
    supervision: str = ""
    supervision_tone: str = ""
    submitted: str = ""
    source: str = ""
    created: str = ""
    closed: str = ""
    satisfaction: str = ""
    reason: str = ""
    alert: Mark = field(default_factory=Mark)
    href: str = ""
    in_number: list[Piece] = field(default_factory=list)
    in_title: list[Piece] = field(default_factory=list)
    in_content: list[Piece] = field(default_factory=list)


class CaseListState(ConditionsState, ColumnsState, AddressedState, SignedInState):
    """One browser's list of cases."""

    ASKS: ClassVar[Asks] = Asks(
        open=(*PICKED, *_FURTHER),
        text=("text", "number", "content"),
        personal=_PERSON,
        views=frozenset(views.VIEWS),
        beside=(presets.COLUMNS,),
    )
    USUAL: ClassVar[tuple[str, ...]] = _USUAL
    FIXED: ClassVar[tuple[str, ...]] = ("number", "title")
    COLUMNS: ClassVar[tuple[str, ...]] = (*_USUAL, "source", "created", "closed", "satisfaction")
    CONDITIONS: ClassVar[type[CaseConditions]] = CaseConditions
    title: str = "案件台账"
    tiles: list[Tile] = []
    rows: list[Row] = []
    columns: list[str] = list(_USUAL)
    reasoned: bool = False  # the reasons of marks have a column
    _searched: dict[str, str] = {}
    _trail: Trail = Trail()
    selected: list[str] = []
    bulk: list[Choice] = []
    more: list[Choice] = []
    more_shown: bool = False
    may_register: bool = False
    may_export: bool = False
    asked: dict[str, str] = {}
    loading: bool = True
    shown: str = ""
    fault: str = ""

    @rx.event
    async def load(self):
        """Open the list that the address names."""
        self.loading, self.fault = True, ""
        path = "/" + self.router.url.path.strip("/")
        place = places.place_at(path) or places.place("/cases")
        self.title, home = place.label, place.view
        self.selected = []
        async with self._opening() as (session, actor):
            actor.require(Permission.CASE_VIEW)
            self._open_address(home or views.ledger_of(actor), await first(session, actor, path))
            await self._read_columns(session, actor)
            said = await processes.in_all_words(session)
            self.bulk = [Choice(a.value, f"批量{said(a.label)}") for a in _BULK if actor.roles & STANDARD.takers(a)]
            self.more = [Choice(view, said(views.VIEWS[view][0])) for view in _more(actor)]
            self.may_register = actor.may(Permission.CASE_CREATE)
            self.may_export = place.href == "/cases" and actor.may(Permission.CASE_EXPORT)
            await self._choices(session, actor)
            await self._read_opened(session, actor)
        self.loading, self.shown = False, path

    @rx.event(background=True)
    async def follow(self):
        """Keep list and counters live while the page is open."""
        await following.follow(self, "case", read="_read")

    @rx.event
    async def choose_list(self, view: str):
        """Show a list beside the counters; without one, what the address names."""
        view = as_text(view)
        self.view = view if view in {choice.value for choice in self.more} else self._home
        await self._again()

    @rx.event
    async def select(self, number: str):
        """Mark or unmark a row for the bulk bar."""
        async with self._acting():
            shown = {row.number for row in self.rows}
            if as_text(number) in shown:
                chosen = set(self.selected) ^ {as_text(number)}
                self.selected = [row.number for row in self.rows if row.number in chosen]

    @rx.event
    async def select_all(self):
        """Mark all rows of the page, or none."""
        async with self._acting():
            everything = [row.number for row in self.rows]
            self.selected = [] if len(self.selected) == len(everything) else everything

    @rx.event
    async def unselect(self):
        """Unmark all rows."""
        async with self._acting():
            self.selected = []

    async def _again(self, cursor: str = "") -> None:
        self.selected, self.fault = [], ""
        await super()._again(cursor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        at, wanted = now(), self._filter()
        page = await self._page_of(
            lambda cursor: listing.search(session, actor, wanted, at=at, cursor=cursor, size=self.size, excerpts=True)
        )
        await self._note_search(session, actor, wanted)
        self._trail = Trail.of(wanted, page)
        levels = await warnings.newest(session, actor, {row.id for row in page.items})
        rows = [_marked(_row(row, levels.get(row.id)), row.excerpt, wanted) for row in page.items]
        if rows != self.rows:
            self.rows = rows
        shown = {row.number for row in rows}
        if not shown.issuperset(self.selected):
            self.selected = [number for number in self.selected if number in shown]
        self.asked = self._asked()
        self._tell_conditions()
        self.reasoned = bool(reasons.told_by(wanted))
        self.more_shown = self.view in {choice.value for choice in self.more}
        counters = await _COUNTERS.of(session, reach.sees_like(actor), lambda: views.counters(session, actor, at=at))
        self.tiles = [Tile(c.view, c.label, c.count, c.tone) for c in counters]

    def _came_from(self, number: str) -> str:
        """Give the address of the list that a case was opened from in this tab, without what narrows it."""
        known = number in self._trail.numbers and self.address
        return self.address.partition("?")[0] if known else "/cases"

    async def _beside(self, session: AsyncSession, actor: Actor, number: str) -> Beside:
        """Tell where a case stands in the list that was open last in this tab."""
        trail = self._trail
        if number not in trail.numbers or not self.address:
            return Beside()
        previous, following = await trail.neighbours(session, actor, number)
        self._trail = trail
        ways = [f"/case/{one}" if one else "" for one in (previous, following)]
        return Beside(self.title, self.address, *ways)

    async def _note_search(self, session: AsyncSession, actor: Actor, wanted: CaseFilter) -> None:
        # A search by personal fields is journalled once, not with every refresh of its list.
        fields = {"name": wanted.name, "phone": wanted.phone + wanted.phone_tail}
        fields["id_number"] = wanted.id_number + wanted.id_tail
        asked = {name: value for name, value in fields.items() if value}
        if asked and asked != self._searched:
            await audit.note_search(session, actor, asked, at=now())
        self._searched = asked

    def _filter(self) -> CaseFilter:
        more, given = read(CaseConditions, self.filters), self.filters

        def several(name: str) -> tuple[str, ...]:
            return tuple(one for one in given.get(name, "").split(",") if one)

        return CaseFilter(
            view=self.view,
            statuses=several("status"),
            text=given.get("text", ""),
            content=more.content,
            number=more.number,
            areas=several("area"),
            departments=several("department"),
            categories=several("category"),
            risks=several("risk"),
            sources=more.source,
            satisfactions=more.satisfaction,
            tags=several("tag"),
            overdue=more.overdue,
            submitted=Span.of(more.submitted_from, more.submitted_to),
            created=Span.of(more.created_from, more.created_to),
            closed=Span.of(more.closed_from, more.closed_to),
            due=Span.of(more.due_from, more.due_to),
            occurred=Span.of(more.occurred_from, more.occurred_to),
            name=more.name,
            **_digits("phone", "phone_tail", more.phone),
            **_digits("id_number", "id_tail", more.id_number),
            sort=self.sort,
        )

    def _asked(self) -> dict[str, str]:
        # The same conditions as the body of an export.
        told = {_CALLED.get(name, name): value for name, value in self.filters.items()}
        told |= _digits("phone", "phone_tail", told.get("phone", ""))
        told |= _digits("id_number", "id_tail", told.get("id_number", ""))
        return {name: text for name, text in ({"view": self.view, "sort": self.sort} | told).items() if text}

    async def _choices(self, session: AsyncSession, actor: Actor) -> None:
        department = actor.has(Role.OFFICER, Role.DEPARTMENT_HEAD)
        found = await _CHOICES.of(session, department, lambda: _choices(session, department=department))
        if found != self.choices:
            self.choices = found


_CHOICES: Kept[dict[str, list[Choice]]] = Kept("case")
"""What lists may be narrowed by; a division that was renamed stands in them within a minute."""


async def _choices(session: AsyncSession, *, department: bool) -> dict[str, list[Choice]]:
    said = await processes.in_all_words(session)
    usual = {s: rules.shown_status(s, None, at=now(), for_department=department)[1] for s in Status}
    levels = {Level.TOWNSHIP, Level.VILLAGE}
    return {
        "status": [
            *(Choice(s.value, said(s.label).replace(s.label, usual[s], 1)) for s in Status),
            Choice(rules.OVERDUE_ACCEPT, said("逾期未接收")),
            Choice(rules.OVERDUE_HANDLE, said("逾期未处理")),
        ],
        "category": _tree_of_categories(),
        "area": [
            Branch(a.code, a.name, a.level is Level.VILLAGE)
            for a in await areas.all_areas(session)
            if a.level in levels
        ],
        "department": [Choice(u.code, u.name) for u in await orgs.departments(session)],
        "risk": [Choice(one.value, one.label) for one in RiskLevel],
        "tag": [Choice(*one) for one in TAGS],
        "source": [Choice(one.value, one.label) for one in Source],
        "satisfaction": [Choice(one.value, one.label) for one in Satisfaction],
    }


@cache
def _tree_of_categories() -> list[Choice]:
    """Give the kinds, below each its groups, below each its categories."""
    found: dict[str, Branch] = {}
    for one in categories.CATEGORIES.values():
        found.setdefault(one.kind.value, Branch(one.kind.value, one.kind.label))
        grouped = one.group != one.kind.label
        if grouped:
            found.setdefault(one.code[:2], Branch(one.code[:2], one.group, 1))
        found[one.code] = Branch(one.code, one.label, 1 + grouped, [one.group])
    return list(found.values())


def _digits(whole: str, tail: str, typed: str) -> dict[str, str]:
    """Four digits in the box of a number are its last four, anything else is the whole number."""
    return {whole: "", tail: typed} if is_tail(typed) else {whole: typed, tail: ""}


def _more(actor: Actor) -> tuple[str, ...]:
    return tuple(dict.fromkeys(view for role, names in _MORE if role in actor.roles for view in names))


def _marked(row: Row, excerpt: str, wanted: CaseFilter) -> Row:
    """Say where a row has what was searched."""
    words, numbers = searching.words_of(wanted.text), (wanted.text, wanted.number)

    def pieces(text: str, words: Sequence[str]) -> list[Piece]:
        return [Piece(*one) for one in searching.parts(text, words)]

    if not any(one.strip() for one in (*numbers, wanted.content)):
        return row
    return replace(
        row,
        in_number=pieces(row.number, [*words, *(searching.number_key(one).lower() for one in numbers)]),
        in_title=pieces(row.title, words),
        in_content=pieces(excerpt, searching.words_of(f"{wanted.text} {wanted.content}")),
    )


def _row(row: CaseRow, alert: AlertLevel | None) -> Row:
    return Row(
        number=row.number,
        title=row.title,
        category=row.category,
        area=row.area,
        party=row.party,
        status=row.status_label,
        status_tone=row.status_tone,
        due=row.due,
        tone=row.tone,
        due_at=end_stamp(row.ends_at),
        risk=row.risk,
        risk_label=row.risk_label,
        department=row.department,
        handler=row.handler,
        urgent=row.urgent,
        leader_order=row.leader_order,
        supervision=row.supervision,
        supervision_tone=_CARDS.get(row.supervision, "orange"),
        submitted=stamp(row.submitted_at or row.created_at, _WHEN),
        source=row.source_label,
        created=stamp(row.created_at, _WHEN),
        closed=stamp(row.closed_at, _WHEN),
        satisfaction=row.satisfaction_label,
        reason=row.reason,
        alert=Mark(f"{alert.label}预警", TONES[alert]) if alert else Mark(),
        href=f"/case/{row.number}",
    )
