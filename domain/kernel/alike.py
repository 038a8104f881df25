"""Readers who are alike ask one statement: it is made of an example, and each gives values of their own.

Who sees what is decided in Python, as a condition of the actor. Of two actors with the same roles, rights and reach
the conditions differ in nothing but identities and an area: so a statement is made once for an example of them, kept
by the process and planned once by each connection (`driver.Made`). A value of the example that is not given anew is no
row's: what is forgotten finds too little, never what somebody else may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.kernel.actor import NO_UNIT, Actor

AT = datetime(1901, 2, 3, 4, 5, 6, tzinfo=UTC)
"""The example's moment; whoever derives another one from it has to name that, too."""
AREA = "/example/of/an/area/"
PLACES: dict[Any, str] = {AT: "at"}


@lru_cache(maxsize=500)
def identity(name: str) -> UUID:
    """Give the identity that stands for a name in an example."""
    return UUID(bytes=sha256(f"example {name}".encode()).digest()[:16])


def of(actor: Actor) -> tuple[Actor, dict[str, Any]]:
    """Give the example of all who are like an actor, and this one's own values by name.

    What no condition asks (names, the session, how much of a person is shown) does not tell readers apart.
    """
    own: dict[str, Any] = {"account": actor.account_id}
    also = sorted(actor.more_units - {actor.unit_id})
    own |= {f"unit_{number}": unit for number, unit in enumerate(also)}
    if actor.unit_id != NO_UNIT:
        own["unit"] = actor.unit_id
    if actor.stands_for is not None:
        own["giver"] = actor.stands_for
    if actor.only_case is not None:
        own["only_case"] = actor.only_case
    example = replace(
        actor,
        account_id=identity("account"),
        login="",
        unit_id=identity("unit") if "unit" in own else NO_UNIT,
        unit_code="",
        unit_name="",
        area_path=AREA if actor.area_path.strip("/") else "",
        name="",
        origin="",
        only_case=identity("only_case") if "only_case" in own else None,
        more_units=frozenset(identity(f"unit_{number}") for number in range(len(also))),
        field_level=None,
        barred_actions=frozenset(),
        barred_places=frozenset(),
        stands_for=identity("giver") if "giver" in own else None,
        stands_for_name="",
        session_id=None,
    )
    return example, own


def places(own: Iterable[str]) -> dict[Any, str]:
    """Name the values of an example by the names under which an actor's own are given."""
    return {**PLACES, **{identity(name): name for name in own}}
