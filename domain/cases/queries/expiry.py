"""Cases that are over for long enough, and persons whom no case names."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases.models import Assignment, Attachment, Case, Party
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status
from domain.kernel.actor import system_actor
from domain.kernel.models import StoredFile
from domain.kernel.permissions import Role
from domain.people.models import Person

_CLOCK = system_actor(Role.CLOCK)
_WHOLE = aliased(Case)


def is_over(before: datetime, held: Collection[UUID]) -> ColumnElement[bool]:
    """Give the condition of the cases that ended before a moment and may be made anonymous.

    Not one that is open, held, or under an appeal, and not one merged into a case that is.
    """
    return and_(
        visible_to(_CLOCK),
        _ended(col(Case.status), col(Case.closed_at), col(Case.updated_at), before),
        or_(col(Case.appealed_at).is_(None), col(Case.appeal_ruling).is_not(None)),
        col(Case.id).not_in(list(held)),
        or_(col(Case.merged_into_id).is_(None), _whole_is_over(before, held)),
    )


def _ended(
    status: ColumnElement[Status], closed: ColumnElement[datetime], updated: ColumnElement[datetime], before: datetime
) -> ColumnElement[bool]:
    return or_(and_(status == Status.CLOSED, closed < before), and_(status == Status.VOID, updated < before))


def _whole_is_over(before: datetime, held: Collection[UUID]) -> ColumnElement[bool]:
    ended = _ended(col(_WHOLE.status), col(_WHOLE.closed_at), col(_WHOLE.updated_at), before)
    whole = and_(col(_WHOLE.id) == col(Case.merged_into_id), ended, col(_WHOLE.id).not_in(list(held)))
    return select(col(_WHOLE.id)).where(visible_to(_CLOCK), whole).correlate(Case).exists()


def _named() -> ColumnElement[bool]:
    """Somebody of the case can still be told: a party, or who was in charge."""
    party = (
        select(Party.id)
        .join(Person, col(Person.id) == col(Party.person_id))
        .where(col(Party.case_id) == col(Case.id), col(Person.anonymised_at).is_(None))
    )
    charge = select(Assignment.id).where(
        col(Assignment.case_id) == col(Case.id), col(Assignment.in_charge_sealed).is_not(None)
    )
    return or_(party.exists(), charge.exists())


def due(before: datetime, held: Collection[UUID]) -> Select[tuple[str, datetime]]:
    """Give number and end of the cases whose parties are due."""
    ended = func.coalesce(col(Case.closed_at), col(Case.updated_at))
    return select(col(Case.number), ended).where(visible_to(_CLOCK), is_over(before, held), _named())


def due_locked(before: datetime, held: Collection[UUID], *, limit: int) -> Select[tuple[Case]]:
    """Give some of the cases whose parties are due, locked; the condition is asked under the lock."""
    some = select(col(Case.id)).where(visible_to(_CLOCK), is_over(before, held), _named()).order_by(col(Case.id))
    locked = select(Case).where(visible_to(_CLOCK), col(Case.id).in_(some.limit(limit)), is_over(before, held))
    return locked.order_by(col(Case.id)).with_for_update(of=Case)


def _without_case(before: datetime) -> ColumnElement[bool]:
    named = select(Party.id).where(col(Party.person_id) == col(Person.id)).exists()
    return and_(col(Person.declared_at) < before, col(Person.anonymised_at).is_(None), ~named)


def visitors(before: datetime) -> Select[tuple[str, datetime]]:
    """Give a mark and the moment of the persons declared before a moment whom no case names.

    Visitors without a case, and whoever was taken out of a draft again.
    """
    return select(func.right(cast(col(Person.id), String), 8), col(Person.declared_at)).where(_without_case(before))


def visitor_ids(before: datetime, *, limit: int) -> Select[tuple[UUID]]:
    """Give some of the persons declared before a moment whom no case names."""
    return select(col(Person.id)).where(_without_case(before)).order_by(col(Person.id)).limit(limit)


def is_unused(before: datetime) -> ColumnElement[bool]:
    """Give the condition of the pictures uploaded before a moment that no step took along."""
    used = select(Attachment.id).where(col(Attachment.file_id) == col(StoredFile.id)).exists()
    return and_(col(StoredFile.uploaded_at) < before, ~used)


def unused_files(before: datetime) -> Select[tuple[str, datetime]]:
    """Give a mark and the moment of the pictures that no step took along."""
    mark = func.right(cast(col(StoredFile.id), String), 8)
    return select(mark, col(StoredFile.uploaded_at)).where(is_unused(before))
