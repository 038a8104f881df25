"""Play the demo's cases and visits through the operations of the domain, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.demo import pictures, roster, stories, texts
from app.demo.hours import Clockwork
from app.demo.labels import MODEL, VERSION, Labels, Said
from app.demo.matters import Matter, Teller
from app.demo.moves import CITY, OWNER, PETITIONER, Move, Pen
from domain.areas.schemas import AreaView
from domain.calendar.rules import WorkCalendar
from domain.cases.inputs import CaseInput, StepInput
from domain.cases.models import Source
from domain.cases.operations.create import create
from domain.cases.operations.pictures import upload
from domain.cases.operations.take import take
from domain.kernel.actor import Actor, system_actor
from domain.kernel.clock import day_bounds, local_date
from domain.kernel.permissions import Role
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits.models import IdSource, VisitState
from domain.visits.schemas import VisitInput
from domain.warnings import operations as warnings
from domain.warnings import queries as labels
from domain.warnings.schemas import Answer, LabelBatch, LabelInput

_DAY = timedelta(days=1)
_BY_VISIT = 0.85
"""The share of walk-in cases that begin at the guide's desk."""
_FRESH = timedelta(hours=24)
_TODAY = (
    VisitState.LEFT, VisitState.HANDED, VisitState.LEFT, VisitState.HANDED, VisitState.HANDED,
    VisitState.WAITING, VisitState.WAITING, VisitState.WAITING, VisitState.WAITING,
)  # fmt: skip


@dataclass(slots=True)
class Subject:
    """What is being played: a case or a lone visit; ids and number come with the first scene."""

    matter: Matter | None
    owner: str
    form: CaseInput | None = None
    visitor: PersonInput | None = field(default=None, repr=False)
    reason: str = ""
    case_id: UUID | None = None
    number: str = ""
    visit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One operation to be called at a moment; `act` is visit, hand_over, leave, create, a move or a label."""

    at: datetime
    subject: Subject
    act: str
    move: Move | None = None
    said: Said | None = None


class Script:
    """Plans everything before anything is played; equal seeds make equal plans."""

    def __init__(self, seed: int, areas: tuple[AreaView, ...], calendar: WorkCalendar, at: datetime) -> None:
        self._rng = Random(seed)  # noqa: S311 — invented cases, not secrets
        self._teller = Teller(self._rng, areas, at)
        self._clockwork = Clockwork(self._rng, calendar)
        self._labels = Labels(seed, at)
        self._at = at

    def scenes(self, count: int) -> list[Scene]:
        """Plan so many cases and the visits around them, in the order of time."""
        planned = [scene for story in stories.chosen(self._rng, count) for scene in self._case(story)]
        planned += self._lone_visits(count // 8)
        planned += self._visits_today()
        return sorted(planned, key=lambda scene: scene.at)

    def _case(self, story: stories.Story) -> Iterator[Scene]:
        rng, matter = self._rng, self._teller.matter()
        matter = replace(matter, risk=stories.low(story, matter.risk))
        moves = story.write(Pen(rng, matter))
        moments = self._clockwork.moments(moves, self._last(story))
        owner = "guide" if story.by_guide else rng.choices(("registrar", "registrar2"), (60, 40))[0]
        begun = moments[0]
        form = matter.form(begun, rng)
        subject = Subject(matter, owner, form)
        came = begun - timedelta(minutes=rng.uniform(9, 28))
        walked_in = matter.source is Source.WALK_IN and local_date(came) == local_date(begun)
        if walked_in and not story.by_guide and rng.random() < _BY_VISIT:
            subject.visitor, subject.reason = matter.petitioner, matter.title
            yield Scene(came, subject, "visit")
            yield Scene(came + timedelta(minutes=rng.uniform(2, 7)), subject, "hand_over")
        yield Scene(begun, subject, "create")
        for moment, move in zip(moments[1:], moves, strict=True):
            yield Scene(moment, subject, "move", move)
        for said in self._labels.of(story.end, matter.template.lead, moments[-1]):
            yield Scene(said.at, subject, "label", said=said)

    def _last(self, story: stories.Story) -> datetime:
        age = timedelta(hours=self._rng.uniform(*story.ages))
        return self._at - age if age < _FRESH else self._clockwork.office(self._at - age)

    def _lone_visits(self, count: int) -> Iterator[Scene]:
        """People who came, asked and left."""
        rng = self._rng
        for _ in range(count):
            came = self._clockwork.office(self._at - rng.uniform(1.5, 110) * _DAY)
            subject = self._visitor()
            yield Scene(came, subject, "visit")
            yield Scene(came + timedelta(minutes=rng.uniform(5, 30)), subject, "leave")

    def _visits_today(self) -> Iterator[Scene]:
        """Today's visitors up to now, the last ones still waiting."""
        rng = self._rng
        midnight, _ = day_bounds(local_date(self._at))
        opened = midnight + timedelta(hours=8.5)
        start = opened if opened < self._at - timedelta(minutes=30) else midnight
        span = (min(self._at, opened + timedelta(hours=9.5)) - start) / (len(_TODAY) + 1)
        for place, state in enumerate(_TODAY, start=1):
            came, subject = start + span * place, self._visitor()
            yield Scene(came, subject, "visit")
            if state is not VisitState.WAITING:
                act = "leave" if state is VisitState.LEFT else "hand_over"
                yield Scene(came + span * rng.uniform(0.1, 0.9), subject, act)

    def _visitor(self) -> Subject:
        return Subject(None, "guide", None, self._teller.petitioner(), texts.say(self._rng, "visit"))


class Player:
    """Calls the operations, each as the account that would."""

    def __init__(self, cast: Mapping[str, Actor], seed: int) -> None:
        self._cast = cast
        self._rng = Random(f"pictures {seed}")  # noqa: S311 — which picture, not a secret

    async def play(self, session: AsyncSession, scene: Scene) -> None:
        """Play one scene.

        :raises Refusal: the plan asks for a step that the workflow does not take
        """
        if scene.act == "visit":
            await self._visit(session, scene)
        elif scene.act == "create":
            await self._create(session, scene)
        elif scene.move is not None:
            await self._take(session, scene, scene.move)
        elif scene.said is not None:
            await self._label(session, scene.subject, scene.said)
        elif scene.subject.visit_id is not None:
            act = visits.leave if scene.act == "leave" else visits.hand_over
            await act(session, self._cast["guide"], scene.subject.visit_id, at=scene.at)

    async def _visit(self, session: AsyncSession, scene: Scene) -> None:
        subject = scene.subject
        if subject.visitor is None:
            return
        given = VisitInput(
            person=subject.visitor,
            reason=subject.reason,
            companions=self._rng.choice((0, 0, 0, 1, 1, 2)),
            desk_code="guide-1",
            id_source=IdSource.CARD if self._rng.random() < 0.7 else IdSource.MANUAL,
        )
        subject.visit_id = (await visits.register(session, self._cast["guide"], given, at=scene.at)).id

    async def _create(self, session: AsyncSession, scene: Scene) -> None:
        subject = scene.subject
        if subject.matter is None or subject.form is None:
            return
        parties = subject.matter.others if subject.visit_id else subject.matter.parties
        form = subject.form.model_copy(update={"parties": parties or None, "visit_id": subject.visit_id})
        made = await create(session, self._cast[subject.owner], form, at=scene.at)
        subject.case_id, subject.number = made.id, made.number

    async def _take(self, session: AsyncSession, scene: Scene, move: Move) -> None:
        actor = self._actor(scene.subject, move.who)
        files = [await self._picture(session, actor, scene.at) for _ in range(move.pictures)]
        given = StepInput(attachments=tuple(files), **move.given)  # type: ignore[arg-type]
        await take(session, actor, number=scene.subject.number, action=move.action, given=given, at=scene.at)

    async def _label(self, session: AsyncSession, subject: Subject, said: Said) -> None:
        machine = self._cast.get(roster.MACHINE)
        if machine is None:
            return
        if said.level is not None:
            label = LabelInput(number=subject.number, level=said.level, reasons=said.text, assessed_at=said.at)
            batch = LabelBatch(batch=said.batch, model=MODEL, model_version=VERSION, labels=(label,))
            await warnings.receive(session, machine, batch, at=said.at)
        elif said.verdict is not None:
            newest = (await labels.of_case(session, machine, subject.number, at=said.at))[0]
            answer = Answer(said.verdict, said.text)
            for code, name, _ in roster.UNITS:
                if name == newest.department:  # each department has one officer, who is called like it
                    await warnings.answer(session, self._cast[code], newest.id, answer, at=said.at)

    async def _picture(self, session: AsyncSession, actor: Actor, at: datetime) -> UUID:
        place = self._rng.randrange(len(pictures.SCENES))
        return (await upload(session, actor, pictures.scene(place), at=at)).id

    def _actor(self, subject: Subject, who: str) -> Actor:
        if who == PETITIONER:
            return system_actor(Role.PETITIONER, only_case=subject.case_id)
        if who == CITY:
            return system_actor(Role.CITY)
        return self._cast[subject.owner if who == OWNER else who]
