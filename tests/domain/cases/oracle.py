"""What becomes of an attempt, by the ruling's table, the scene it is made in, and a few lines by hand.

The order in which an attempt is refused: out of reach, never this role's, not at this status, not tied to the
case, a guard. What is left succeeds when its inputs are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.cases.policy import Bond
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from tests.domain.cases import reading
from tests.domain.cases.reading import Row
from tests.support import flow
from tests.support.flow import Verdict
from tests.support.stations import MANDATORY, Scene

S = Status
HTTP = {"ok": 200, "not_permitted": 403, "not_found": 404, "action_not_allowed": 409, "invalid": 422}
_COUNTY_WIDE = {"center", "center2", "leader", "station", "viewer", "city", "clock"}
_CENTRE = {"center", "center2"}
_DEPARTMENTS = {Role.OFFICER, Role.DEPARTMENT_HEAD}
_ASSISTS_TOLD: Callable[[Scene], bool] = lambda s: not s.assist or s.assist in s.told  # noqa: E731
_HOLDS: dict[str, Callable[[Scene], bool]] = {
    "15": lambda s: not s.accepted,
    "15b": lambda s: s.accepted,
    "17": lambda s: not s.accepted,
    "17b": lambda s: s.accepted,
    "18": lambda s: not s.order,
    "18b": lambda s: s.order,
    "18c": lambda s: not s.assist_accepted,
    "20": lambda s: s.lead not in s.told,
    "24": lambda s: not s.order,
    "24b": lambda s: s.order,
    "29": _ASSISTS_TOLD,
    "31": lambda s: not s.order,
    "31b": lambda s: s.order,
    "33b": lambda s: bool(s.rated),
    "34": lambda s: bool(s.rated) and not s.appealed,
    "34b": lambda s: s.appealed,
    "35": lambda s: s.watched,
    "37": lambda s: not s.supervised,
    "37b": lambda s: s.supervised,
    "39": lambda s: not s.urged,
    "50": lambda s: s.from_city,
}
"""The guards of the rows, for the inputs in `stations.RIGHT`: the order goes to the department that leads already."""


def verdict(scene: Scene, actor: Actor, action: Action) -> Verdict:
    """Decide an attempt with right inputs."""
    if not sees(scene, actor):
        return Verdict("not_found")
    return flow.verdict(
        reading.RULING, next(iter(actor.roles)), scene.status, action,
        bond=bond_of(scene, actor), holds=lambda row: _holds(row, scene, actor), previous=scene.previous,
    )  # fmt: skip


def _holds(row: Row, scene: Scene, actor: Actor) -> bool:
    if row.number == "17" and row.source in {S.TO_DISPATCH, S.TO_ACCEPT}:
        return True
    if row.number == "33":
        return actor.login not in scene.rated
    return _HOLDS.get(row.number, lambda _: True)(scene)


def somebody(scene: Scene, cast: Mapping[str, Actor], action: Action) -> tuple[str, Row | None]:
    """Find one who may take an action in a scene, and by which line; none when nobody may."""
    for login, actor in cast.items():
        decided = verdict(scene, actor, action)
        if decided.row is not None:
            return login, decided.row
    return "", None


def mandatory(row: Row) -> tuple[str, ...]:
    """List the inputs without which a line refuses."""
    names = MANDATORY.get(row.action, ())
    return ("opinion", *names) if row.opinion else names


def sees(scene: Scene, actor: Actor) -> bool:
    """Say who sees a case of 枫林镇 that its owner at the centre registered, in plain words of the ruling."""
    if actor.login in {scene.owner, "petitioner"}:
        return True
    if actor.has(*_DEPARTMENTS):
        return actor.unit_code in scene.units
    if scene.status is S.DRAFT:
        return actor.login in _CENTRE
    return actor.login in _COUNTY_WIDE


def bond_of(scene: Scene, actor: Actor) -> Bond:
    """Say how somebody is tied to the case of a scene."""
    return Bond(
        own=actor.login in {scene.owner, "petitioner"},
        lead=bool(scene.lead) and actor.unit_code == scene.lead,
        assist=bool(scene.assist) and actor.unit_code == scene.assist,
        requester=actor.login == scene.requester,
        issuer=actor.login == scene.issuer,
        order=scene.order,
    )
