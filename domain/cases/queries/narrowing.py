"""What a filter narrows lists of cases by: any of the values of a kind, all kinds together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases import categories, rules
from domain.cases.inputs import CaseFilter
from domain.cases.models import Assignment, Case, Party, RiskLevel, Satisfaction, Source
from domain.cases.queries.orders import derived_status
from domain.cases.queries.reach import LIVE, dispatched_to
from domain.cases.queries.views import VIEWS
from domain.cases.vocabulary import Status
from domain.kernel import searching
from domain.kernel.actor import Actor
from domain.kernel.clock import Span
from domain.kernel.labels import Labelled
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries as orgs
from domain.people import queries as people
from domain.people.models import Person
from domain.people.schemas import PersonSought

W = TypeVar("W", bound=Labelled)
_TAGS = {
    "watch": col(Case.watch),
    "merged": col(Case.merged_into_id).is_not(None),
    "supervised": col(Case.supervision).is_not(None),
    "legacy": col(Case.legacy),
    "typical": col(Case.typical),
    "urgent": col(Case.urgent),
    "leader_order": col(Case.leader_order),
    "major": col(Case.major),
}
TAG_WORDS = {
    "urgent": "加急",
    "supervised": "督办",
    "leader_order": "领导交办",
    "major": "重大事项",
    "typical": "典型案例",
    "watch": "持续关注",
    "legacy": "历史遗留",
    "merged": "已并案",
}
_NUMBER = re.compile(r"[A-Z]{2}\d{6,20}")


def conditions(actor: Actor, wanted: CaseFilter, at: datetime) -> list[ColumnElement[bool]]:
    """Give what a filter says by itself.

    :raises Invalid: it names something that does not exist
    """
    asked: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.view, lambda name: _view(name, actor, at)),
        (wanted.statuses, lambda words: _status(words, at)),
        (wanted.overdue, lambda _: _view("overdue", actor, at)),
        (searching.number_key(wanted.number), _number),
        (wanted.categories, lambda codes: or_(*map(_category, codes))),
        (wanted.risks, lambda words: col(Case.risk_level).in_(_words(RiskLevel, words, "risk", "没有这个风险等级"))),
        (wanted.sources, lambda words: col(Case.source).in_(_words(Source, words, "source", "没有这个来源"))),
        (wanted.satisfactions, _rated),
        (wanted.tags, lambda names: or_(*map(_tag, names))),
        (wanted.submitted, lambda span: _during(Case.submitted_at, span)),
        (wanted.created, lambda span: _during(Case.created_at, span)),
        (wanted.closed, lambda span: _during(Case.closed_at, span)),
        (wanted.occurred, lambda span: _during(Case.occurred_at, span)),
        (wanted.due, _due),
        (wanted.text.strip(), _text),
        (searching.words_of(wanted.content), lambda words: and_(*(_word(word, _CONTENT) for word in words))),
    ]
    return [condition(value) for value, condition in asked if value]


def _view(name: str, actor: Actor, at: datetime) -> ColumnElement[bool]:
    if name not in VIEWS:
        raise Invalid.of({"view": "没有这个列表"})
    return VIEWS[name][2](actor, at)


def _tag(name: str) -> ColumnElement[bool]:
    if name not in _TAGS:
        raise Invalid.of({"tag": "没有这个标签"})
    return _TAGS[name].is_(True)


def _number(part: str) -> ColumnElement[bool]:
    # of all numbers only their index is read, which is narrow: the offset keeps the planner from joining the two
    every: Any = aliased(Case)
    found = select(every.number).where(every.number.contains(part, autoescape=True)).offset(0)
    return col(Case.number).in_(found)


def _during(column: Any, span: Span) -> ColumnElement[bool]:
    return and_(
        true() if span.since is None else col(column) >= span.since,
        true() if span.until is None else col(column) < span.until,
    )


def _due(span: Span) -> ColumnElement[bool]:
    # what is due at midnight ends with the day before, as it is written
    return and_(
        true() if span.since is None else col(Case.due_at) > span.since,
        true() if span.until is None else col(Case.due_at) <= span.until,
    )


def _rated(words: tuple[str, ...]) -> ColumnElement[bool]:
    return col(Case.satisfaction).in_(_words(Satisfaction, words, "satisfaction", "没有这个满意度"))


async def looked_up(session: AsyncSession, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """Give the conditions of a filter that are looked up for it alone: areas, departments, a person.

    :raises Invalid: it names something that does not exist
    """
    found: list[ColumnElement[bool]] = []
    if wanted.areas:
        paths = [await _area_path(session, code) for code in wanted.areas]
        found.append(or_(*(areas.within(path, Case.area_path) for path in paths)))
    if wanted.departments:
        units = [(await orgs.department_by_code(session, code, field="department")).id for code in wanted.departments]
        held = dispatched_to(units, col(Assignment.state).in_(LIVE))
        found.append(held | col(Case.lead_unit_id).in_(units))
    sought = PersonSought(wanted.name, wanted.phone, wanted.id_number, wanted.phone_tail, wanted.id_tail)
    person = await people.sought(session, sought)
    return found if person is None else [*found, _has_party(person)]


async def _area_path(session: AsyncSession, code: str) -> str:
    try:
        return (await areas.by_code(session, code)).path
    except NotFound:
        raise Invalid.of({"area": "没有这个辖区，请从列表中选择"}) from None


def _status(wanted: tuple[str, ...], at: datetime) -> ColumnElement[bool]:
    # A stored status finds its overdue cases too, as the counters do; the overdue words only those.
    late = tuple(word for word in wanted if word in {rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE})
    stored = _words(Status, [word for word in wanted if word not in late], "status", "没有这个状态")
    return or_(col(Case.status).in_(stored), derived_status(at).in_(late))


def _category(code: str) -> ColumnElement[bool]:
    if code in {kind.value for kind in categories.Kind}:
        return col(Case.kind) == categories.Kind(code)
    return col(Case.category).startswith(code, autoescape=True)


def _words(kind: type[W], words: Collection[str], field: str, sentence: str) -> list[W]:
    try:
        return [kind(word) for word in words]
    except ValueError:
        raise Invalid.of({field: sentence}) from None


def _has_party(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    # A party of the case itself, or of one that was merged into it.
    duplicate: Any = aliased(Case)
    own: Any = select(col(Party.id)).join(Person, col(Person.id) == col(Party.person_id))
    joined: Any = select(duplicate.merged_into_id).join(Party, col(Party.case_id) == duplicate.id)
    joined = joined.join(Person, col(Person.id) == col(Party.person_id))
    return or_(
        own.where(col(Party.case_id) == col(Case.id), condition).exists(),
        col(Case.id).in_(joined.where(duplicate.merged_into_id.is_not(None), condition)),
    )


def _text(text: str) -> ColumnElement[bool]:
    """Each word of the text must occur, wherever: one in the title, the other in the content."""
    number = searching.number_key(text)
    words = and_(true(), *(_word(word) for word in searching.words_of(text)))
    return or_(col(Case.number) == number, words) if _NUMBER.fullmatch(number) else words


_EVERYWHERE = (col(Case.folded), (col(Case.title), col(Case.content), col(Case.number)))
_CONTENT = (func.regexp_replace(col(Case.folded), r"^[^\n]*\n[^\n]*\n", ""), (col(Case.content),))
"""Where a word is looked for: in the text that is compared, number and title on lines of their own; as it was written."""


def _word(word: str, within: tuple[Any, tuple[Any, ...]] = _EVERYWHERE) -> ColumnElement[bool]:
    """Search tokens narrow by index; the recheck keeps exactly what contains the word.

    Pairs alone narrow: a single character of the word ("楼" in "楼3层") may stand inside a longer run of the case.
    A case of an earlier release is compared as it was written until it is indexed anew.
    """
    folded, texts = within
    written = or_(*(one.icontains(word, autoescape=True) for one in texts))
    exact = or_(folded.contains(word, autoescape=True), and_(col(Case.folded).is_(None), written))
    tokens = [token for token in rules.grams(word) if len(token) == 2 and not token.isascii()]
    if not tokens:
        return exact
    lexemes = " & ".join(f"'{token}'" for token in tokens)
    return and_(col(Case.search).op("@@")(cast(literal(lexemes, String), TSQUERY)), exact)
