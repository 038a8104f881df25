"""Writes: asking for a code, making it, entering with it, answering and rating.

What a stranger can time is the same for everybody by construction: `ask_code` writes one
request and one outbox message and looks nobody up; whether the phone belongs to a
petitioner is found out afterwards, by the job that calls `make_code`. `enter` runs the
same statements and the same digests whatever is wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, not_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import StepInput
from domain.cases.models import Case, Satisfaction
from domain.cases.operations.take import take
from domain.cases.queries import reach
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action
from domain.kernel import crypto, journal, outbox
from domain.kernel.actor import Actor, system_actor
from domain.kernel.ids import new_id, new_token
from domain.kernel.permissions import Role
from domain.kernel.refusals import BadCredentials, Invalid
from domain.kernel.words import text_fault
from domain.people.rules import tidy, tidy_phone
from domain.tracking import queries, rules
from domain.tracking.models import OneTimeCode, PetitionerSession
from domain.tracking.schemas import CodeToSend, Entry

CODE_ASKED = "tracking.code_asked"
"""The outbox topic on which the code is made and sent."""
_NO_CODE = bytes(32)


def _origin_mark(origin: str) -> bytes:
    return crypto.digest(f"origin|{origin}")


def _code_digest(request_id: UUID, code: str) -> bytes:
    return crypto.digest(f"code|{request_id}|{code}")


def _is_attempt() -> ColumnElement[bool]:
    # A failed attempt: no code, used up at once.
    return and_(col(OneTimeCode.code_digest).is_(None), col(OneTimeCode.used_at).is_not(None))


async def _count_from(session: AsyncSession, mark: bytes, at: datetime, kind: ColumnElement[bool]) -> int:
    query = (
        select(func.count())
        .select_from(OneTimeCode)
        .where(col(OneTimeCode.origin_digest) == mark, col(OneTimeCode.asked_at) > at - rules.HOUR, kind)
    )
    return await session.scalar(query) or 0


async def ask_code(session: AsyncSession, *, token: str, phone: str, origin: str, at: datetime) -> str:
    """Note that a phone asks for a code, and say why none is sent; empty when one is, if the phone is the right one.

    The answer is the same for every phone and link: it looks at what was asked, not at whose it is. The code itself
    is made by `make_code` when the outbox message is handled, within about a second. An origin beyond its limit
    leaves no trace.
    """
    case_id = await queries.case_of(session, token)
    mark = _origin_mark(origin)
    if await _count_from(session, mark, at, not_(_is_attempt())) >= rules.ASKED_AN_HOUR:
        return rules.TOO_MANY
    request = OneTimeCode(
        case_id=case_id,
        phone_blind=crypto.blind("phone", tidy_phone(phone)),
        origin_digest=mark,
        asked_at=at,
        expires_at=at + rules.CODE_LIFE,
    )
    before = await _asked_before(session, request)
    session.add(request)
    outbox.publish(session, CODE_ASKED, request.id, {}, at=at)
    await session.flush()
    return rules.not_sent(before, at)


async def _asked_before(session: AsyncSession, request: OneTimeCode) -> list[datetime]:
    query = select(col(OneTimeCode.asked_at)).where(
        col(OneTimeCode.case_id).is_not_distinct_from(request.case_id),
        col(OneTimeCode.phone_blind) == request.phone_blind,
        col(OneTimeCode.asked_at) > request.asked_at - 2 * rules.HOUR,
        not_(_is_attempt()),
    )
    return list(await session.scalars(query))


async def make_code(session: AsyncSession, request_id: UUID, *, at: datetime) -> CodeToSend | None:
    """Make the code of a request, if the phone is a petitioner's of that case.

    It answers none, and makes no code, for a stranger's phone, an unknown link, a request
    that is over, and beyond one code a minute or five an hour. The older codes of the same
    phone and case end with the new one.
    """
    request = await session.get(OneTimeCode, request_id, with_for_update=True)
    if request is None or request.case_id is None or request.code_digest or request.expires_at <= at:
        return None
    # requests of one phone wait for each other, so that the limits are counted right
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": request.phone_blind})
    phone = await queries.phone_of(session, request.case_id, request.phone_blind)
    if not phone or not rules.may_send(await _sent_before(session, request), request.asked_at):
        return None

    code = rules.new_code()
    await _end_older(session, request, at)
    request.code_digest = _code_digest(request.id, code)

    number = await _number_of(session, request.case_id)
    centre = await queries.centre_of(session)
    return CodeToSend(case_id=request.case_id, number=number, centre=centre.name, phone=phone, code=code)


async def _number_of(session: AsyncSession, case_id: UUID) -> str:
    seen = reach.visible_to(system_actor(Role.CLOCK))
    return (await session.scalars(select(col(Case.number)).where(col(Case.id) == case_id, seen))).one()


def _alike(request: OneTimeCode) -> ColumnElement[bool]:
    return and_(
        col(OneTimeCode.case_id) == request.case_id,
        col(OneTimeCode.phone_blind) == request.phone_blind,
        col(OneTimeCode.code_digest).is_not(None),
        col(OneTimeCode.id) != request.id,
    )


async def _sent_before(session: AsyncSession, request: OneTimeCode) -> list[datetime]:
    query = select(col(OneTimeCode.asked_at)).where(
        _alike(request), col(OneTimeCode.asked_at) > request.asked_at - rules.HOUR
    )
    return list(await session.scalars(query))


async def _end_older(session: AsyncSession, request: OneTimeCode, at: datetime) -> None:
    still_good = and_(_alike(request), col(OneTimeCode.used_at).is_(None))
    await session.execute(update(OneTimeCode).where(still_good).values(used_at=at))


async def enter(session: AsyncSession, *, token: str, phone: str, code: str, origin: str, at: datetime) -> Entry:
    """Check a code and open a session of half an hour for its one case.

    A refusal answers as a value, because the failure counted must be committed. The
    sentence, the statements and the digests are the same for a wrong code, an unknown
    phone and an unknown link; five failures kill the code.
    """
    case_id = await queries.case_of(session, token)
    mark, phone_blind = _origin_mark(origin), crypto.blind("phone", tidy_phone(phone))
    tried = await _count_from(session, mark, at, _is_attempt())
    request = await _live_code(session, case_id, phone_blind, at)
    request_id, stored = (request.id, request.code_digest or _NO_CODE) if request else (new_id(), _NO_CODE)
    right = crypto.same(stored, _code_digest(request_id, tidy(code).replace(" ", "")))
    if request is None or case_id is None or not right or tried >= rules.ATTEMPTS_AN_HOUR:
        await _count_failure(session, request_id, case_id, phone_blind, mark, at)
        return Entry(refusal=BadCredentials(rules.WRONG))
    request.used_at = at
    return await _open(session, case_id, origin, at)


async def _live_code(session: AsyncSession, case_id: UUID | None, phone_blind: int, at: datetime) -> OneTimeCode | None:
    query = (
        select(OneTimeCode)
        .where(
            col(OneTimeCode.case_id) == case_id,
            col(OneTimeCode.phone_blind) == phone_blind,
            col(OneTimeCode.code_digest).is_not(None),
            col(OneTimeCode.used_at).is_(None),
            col(OneTimeCode.expires_at) > at,
            col(OneTimeCode.failures) < rules.MAX_FAILURES,
        )
        .order_by(col(OneTimeCode.asked_at).desc())
        .limit(1)
        .with_for_update()
    )
    return (await session.scalars(query)).one_or_none()


async def _count_failure(
    session: AsyncSession, request_id: UUID, case_id: UUID | None, phone_blind: int, mark: bytes, at: datetime
) -> None:
    # The same two statements whether or not there is a code that fails.
    counted = update(OneTimeCode).where(col(OneTimeCode.id) == request_id)
    await session.execute(counted.values(failures=OneTimeCode.failures + 1))
    session.add(
        OneTimeCode(
            case_id=case_id,
            phone_blind=phone_blind,
            origin_digest=mark,
            asked_at=at,
            expires_at=at,
            failures=1,
            used_at=at,
        )
    )
    await session.flush()


async def _open(session: AsyncSession, case_id: UUID, origin: str, at: datetime) -> Entry:
    secret, expires_at = new_token(256), at + rules.SESSION_LIFE
    held = PetitionerSession(digest=crypto.digest(secret), case_id=case_id, created_at=at, expires_at=expires_at)
    session.add(held)
    actor = system_actor(Role.PETITIONER, origin, only_case=case_id)
    await journal.record(
        session, actor, "tracking.enter", "petitioner_session", held.id, at=at, detail={"case": str(case_id)}
    )
    return Entry(secret=secret, expires_at=expires_at)


async def leave(session: AsyncSession, secret: str, *, at: datetime) -> None:
    """End a petitioner session; an unknown one is no fault."""
    held = col(PetitionerSession.digest) == crypto.digest(secret)
    still_open = and_(held, col(PetitionerSession.ended_at).is_(None))
    await session.execute(update(PetitionerSession).where(still_open).values(ended_at=at))


async def respond(
    session: AsyncSession, actor: Actor, *, agrees: bool | None, comment: str, at: datetime
) -> CaseSummary:
    """Note the petitioner's answer to a released result, once for each result (workflow row 32).

    :raises ActionNotAllowed: there is no result to answer, or it was answered
    :raises Invalid: neither agreed nor objected, an objection without its reason, or a comment too long
    """
    case = await queries.own_case(session, actor)
    await reach.lock(session, actor, case.number)
    if agrees is not None:
        _check_comment("补充说明" if agrees else "异议理由", comment, least=0 if agrees else 1)
    given = StepInput(agrees=agrees, opinion=rules.opinion_of(bool(agrees), comment))
    return await take(session, actor, number=case.number, action=Action.PETITIONER_RESPOND, given=given, at=at)


async def rate(session: AsyncSession, actor: Actor, *, satisfaction: str, comment: str, at: datetime) -> CaseSummary:
    """Note the petitioner's rating, once, within its period (workflow row 33).

    `satisfaction` is a value of `Satisfaction`, or 1 (worst) to 5 (best).

    :raises ActionNotAllowed: not closed, rated before, or the period is over
    :raises Invalid: no rating chosen, or a comment too long
    """
    case = await queries.own_case(session, actor)
    _check_comment("评价意见", comment, least=0)
    grades = {str(grade.points): grade for grade in Satisfaction} | {grade.value: grade for grade in Satisfaction}
    given = StepInput(satisfaction=grades.get(satisfaction), opinion=comment.strip())
    return await take(session, actor, number=case.number, action=Action.RATE, given=given, at=at)


def _check_comment(label: str, comment: str, *, least: int) -> None:
    fault = text_fault(label, comment, most=rules.MAX_COMMENT, least=least)
    if fault:
        raise Invalid.of({"comment": fault})


async def forget(session: AsyncSession, *, at: datetime, keep: timedelta = rules.FORGET_AFTER) -> int:
    """Delete codes, attempts and sessions that ended long enough ago, and answer how many."""
    before = at - keep
    codes = delete(OneTimeCode).where(col(OneTimeCode.expires_at) < before).returning(col(OneTimeCode.id))
    held = delete(PetitionerSession).where(col(PetitionerSession.expires_at) < before)
    return sum(
        [len((await session.scalars(gone)).all()) for gone in (codes, held.returning(col(PetitionerSession.id)))]
    )
