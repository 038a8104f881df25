"""Reads: the tracking link, who a petitioner is, and what a petitioner sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.calendar.models import Link
from domain.cases import answering, categories
from domain.cases.models import Case, Party, PartyKind
from domain.cases.process import Process
from domain.cases.queries import answers, contacts, detail, limits, processes, reach
from domain.cases.rules import RATING_PERIOD
from domain.cases.vocabulary import Action
from domain.kernel import crypto
from domain.kernel.actor import Actor, system_actor
from domain.kernel.models import JournalEntry, StoredFile
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, NotFound
from domain.orgs import queries as orgs
from domain.orgs.models import Unit
from domain.people import queries as people
from domain.people.models import Person
from domain.people.policy import Purpose
from domain.people.rules import is_mobile
from domain.tracking import rules
from domain.tracking.models import OneTimeCode, PetitionerSession
from domain.tracking.rules import DONE_BY, Facts, Mark, Node
from domain.tracking.schemas import Contact, NoticeFacts, PublicView, Slip


def _link(case: Case, base_url: str) -> str:
    token = crypto.unseal("case_file", "tracking", case.id, case.tracking_sealed)
    return f"{base_url.rstrip('/')}/t/{token}" if token else ""


async def tracking_url(session: AsyncSession, actor: Actor, number: str, base_url: str) -> str:
    """Give the address in the QR code of a case: a random token, nothing else.

    :raises NotPermitted: the actor prints no slips
    :raises NotFound: no such case within reach
    :raises ActionNotAllowed: the case was not accepted yet
    """
    actor.require(Permission.SLIP_PRINT)
    link = _link(await reach.find(session, actor, number), base_url)
    if not link:
        raise ActionNotAllowed("该件尚未提交受理，没有查询二维码")
    return link


async def case_of(session: AsyncSession, token: str) -> UUID | None:
    """Find the case of a tracking token; none when there is no such token."""
    query = select(col(Case.id)).where(col(Case.tracking_digest) == crypto.digest(token))
    return await session.scalar(query)


async def petitioner_of(
    session: AsyncSession, secret: str, token: str, *, at: datetime, origin: str = ""
) -> Actor | None:
    """Tell who holds a petitioner session for the case of this token; none when it is over."""
    query = (
        select(col(PetitionerSession.case_id))
        .join(Case, col(Case.id) == col(PetitionerSession.case_id))
        .where(
            col(PetitionerSession.digest) == crypto.digest(secret),
            col(PetitionerSession.ended_at).is_(None),
            col(PetitionerSession.expires_at) > at,
            col(Case.tracking_digest) == crypto.digest(token),
        )
    )
    case_id = await session.scalar(query)
    return system_actor(Role.PETITIONER, origin, only_case=case_id) if case_id else None


async def own_case(session: AsyncSession, actor: Actor) -> Case:
    """Give the one case that a petitioner's session opened.

    :raises NotFound: the actor is no petitioner with a session
    """
    if actor.only_case is None:
        raise NotFound(reach.NOT_YOURS)
    query = select(Case).where(col(Case.id) == actor.only_case, reach.visible_to(actor))
    case = (await session.scalars(query)).one_or_none()
    if case is None:
        raise NotFound(reach.NOT_YOURS)
    return case


async def public_view(session: AsyncSession, actor: Actor, *, at: datetime) -> PublicView:
    """Show a petitioner the way of the own case: states and units only.

    A case merged into another goes that one's way (it is worked on for both), and reads its answer.
    The title stands on the petitioner's slip; of what was written besides, only the released answer is shown.

    :raises NotFound: the actor is no petitioner with a session
    """
    case = await own_case(session, actor)
    merged = case.merged_into_id is not None
    followed = await session.get_one(Case, case.merged_into_id) if merged else case
    entries = await _entries(session, followed)
    centre = await centre_of(session)
    promised = await calendar.expected_date(session, followed.id)
    due_at = await calendar.written_end(session, followed.due_at, followed.due_line, followed.due_unit_id)
    facts = _facts(followed, entries, await _units(session), centre, at)
    facts = replace(facts, due_at=due_at, promised_date=promised)
    process = await processes.of_case(session, followed)
    if merged:
        # whose answer and rating stand in the kept case's journal is nobody else's business
        facts = rules.of_another(facts)
    answered = followed.answered_at if followed.status in rules.ANSWERED else None
    category = categories.find(case.category)
    return PublicView(
        number=case.number,
        category=category.label if category else "",
        title=case.title,
        headline=process.spoken(rules.headline(facts)),
        sentence=(rules.MERGED if merged else "") + rules.sentence(facts, process),
        expected=rules.expected(facts),
        steps=rules.steps(facts, process),
        centre=centre.name,
        phone=centre.phone,
        contact=contact_of(centre),
        expected_line=process.spoken(rules.expected_line(facts)),
        answer=followed.answer if answered else "",
        answered=rules.moment_text(answered, at) if answered else "",
        pictures=() if merged else tuple(file.id for file in await public_pictures(session, case)),
        object_until=rules.object_until(facts),
        may_respond=rules.may_respond(facts),
        response="" if merged else rules.response_text(case.agrees, case.responded_at, at),
        may_rate=rules.may_rate(facts) and not merged,
        rate_until="" if merged else rules.rate_until(facts),
        rating=case.satisfaction.label if case.satisfaction else "",
        rate_word=process.spoken(Action.RATE.label),
    )


def _facts(case: Case, entries: list[JournalEntry], units: dict[UUID, str], centre: Unit, at: datetime) -> Facts:
    return Facts(
        status=case.status,
        previous=case.previous_status,
        outcome=case.outcome,
        centre=centre.name,
        lead=units.get(case.lead_unit_id, "") if case.lead_unit_id else "",
        at=at,
        promised_at=case.promised_at,
        closed_at=case.closed_at,
        set_aside=case.legacy,
        rating=case.satisfaction,
        marks=_marks(entries, units),
        answered=case.answered_at is not None,
        object_until=case.object_until,
        responded=case.responded_at is not None,
    )


def _marks(entries: list[JournalEntry], units: dict[UUID, str]) -> dict[Node, Mark]:
    # A rating is the petitioner's own line: the reporting unit rates apart and is not shown.
    found: dict[Node, Mark] = {}
    for node, completing in DONE_BY.items():
        names = {f"case.{action.value}" for action in completing}
        lines = [e for e in entries if e.action in names and (node is not Node.RATE or _by_petitioner(e))]
        if lines:
            found[node] = Mark(lines[-1].at, units.get(lines[-1].actor_unit_id, ""))
    return found


def _by_petitioner(entry: JournalEntry) -> bool:
    return Role.PETITIONER.value in entry.actor_roles.split()


async def public_pictures(session: AsyncSession, case: Case) -> tuple[StoredFile, ...]:
    """Give the pictures that go with the released answer."""
    return await answers.pictures_shown(session, case) if case.status in rules.ANSWERED else ()


async def public_picture(session: AsyncSession, actor: Actor, file_id: str) -> StoredFile:
    """Give one of the pictures that go with the released answer of the petitioner's own case.

    :raises NotFound: it is none of them, or the actor is no petitioner with a session
    """
    shown = await public_pictures(session, await own_case(session, actor))
    found = next((file for file in shown if str(file.id) == file_id), None)
    if found is None:
        raise NotFound("没有找到这张图片")
    return found


async def _entries(session: AsyncSession, case: Case) -> list[JournalEntry]:
    query = select(JournalEntry).where(col(JournalEntry.subject_id) == case.id).order_by(col(JournalEntry.seq))
    return list(await session.scalars(query))


async def _units(session: AsyncSession) -> dict[UUID, str]:
    rows = (await session.execute(select(col(Unit.id), col(Unit.name)))).all()
    return {row[0]: row[1] for row in rows}


async def centre_of(session: AsyncSession) -> Unit:
    """Give the county's centre.

    :raises NotFound: no centre was set up
    """
    centre = await orgs.county_centre(session)
    if centre is None:
        raise NotFound("尚未设置综治中心，请联系系统管理员")
    return centre


def contact_of(centre: Unit) -> Contact:
    """Give what the public may know of a centre."""
    return Contact(centre.name, centre.phone, centre.address, centre.hours)


def old_codes(before: datetime) -> Select[tuple[str, datetime]]:
    """Give id and moment of the codes and attempts that were over before a moment."""
    over = col(OneTimeCode.expires_at) < before
    return select(cast(col(OneTimeCode.id), String), col(OneTimeCode.asked_at)).where(over)


async def phone_of(session: AsyncSession, case_id: UUID, phone_blind: int) -> str:
    """Give the mobile phone behind a blind index, if it is a petitioner's or agent's of the case."""
    query = (
        select(Person)
        .join(Party, col(Party.person_id) == col(Person.id))
        .where(
            col(Party.case_id) == case_id,
            col(Party.kind).in_((PartyKind.PETITIONER, PartyKind.AGENT)),
            col(Person.phone_blind) == phone_blind,
        )
        .limit(1)
    )
    person = (await session.scalars(query)).first()
    phone = people.routed_phone(person)
    return phone if is_mobile(phone) else ""


async def notice_facts(session: AsyncSession, cases: Collection[UUID], base_url: str) -> dict[UUID, NoticeFacts]:
    """Gather what messages to the petitioners of some cases need; a case where nobody can get one is not among them."""
    known = [one for one in await reach.by_ids(session, cases) if one.tracking_sealed is not None]
    if not known:
        return {}
    centre, phones = await centre_of(session), await contacts.mobiles_of(session, [one.id for one in known])
    return {
        case.id: NoticeFacts(
            case_id=case.id,
            number=case.number,
            centre=centre.name,
            link=_link(case, base_url),
            answered_at=case.answered_at,
            object_until=case.object_until,
            rate_until=case.closed_at + RATING_PERIOD if case.closed_at else None,
            phones=phones[case.id],
            process=await processes.of_case(session, case),
        )
        for case in known
    }


async def slip(session: AsyncSession, actor: Actor, number: str, *, base_url: str, at: datetime) -> Slip:
    """Gather what the acceptance slip of a case says.

    :raises NotPermitted: the actor prints no slips
    :raises NotFound: no such case within reach
    :raises ActionNotAllowed: the case was not accepted yet
    """
    url, online = await tracking_url(session, actor, number, base_url), answering.current().online
    case = await reach.find(session, actor, number)
    process = await processes.of_case(session, case)
    view = await detail.get(session, actor, number, at=at, purpose=Purpose.DOCUMENT)
    centre = await centre_of(session)
    petitioners = [party.name for party in view.parties if party.kind == PartyKind.PETITIONER.value]
    category = categories.find(view.category_code)
    return Slip(
        centre=centre.name,
        phone=centre.phone,
        number=number,
        petitioner=f"{petitioners[0]} 等 {len(petitioners)} 人" if len(petitioners) > 1 else "".join(petitioners),
        title=view.row.title,
        category=category.full if category else "",
        area=view.area_full,
        source=view.source_label,
        accepted_at=view.row.submitted_at or at,
        promise=await _promise(session, case, process, at),
        expected=process.spoken(rules.expected_text(await calendar.expected_date(session, case.id), online=online)),
        contact=contact_of(centre),
        url=url if online else "",
        rate_word=process.spoken(Action.RATE.label),
    )


async def _promise(session: AsyncSession, case: Case, process: Process, at: datetime) -> str:
    # The case's own limit: the one that runs, or before it is taken the one that would.
    history = await calendar.history(session, case.id)
    laid = [one.limit_text for one in history if one.link is Link.RESOLVE and one.holder_id is None]
    if not laid:
        limit, _ = await limits.of_case(session, case, process.limits, Link.RESOLVE, case.lead_unit_id, at=at)
        laid = [limit.text]
    return process.spoken(rules.promise_text(laid[-1]))
