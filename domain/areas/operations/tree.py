"""What every change of areas shares: the whole tree in hand, what was kept of it, and the paths that follow."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from domain.areas import rules
from domain.areas.models import Area, AreaChange, Change
from domain.areas.schemas import Moves
from domain.kernel.actor import Actor
from domain.kernel.bounds import moment_fault
from domain.kernel.clock import local_date
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound

_LOCK = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=0x61726561)


class Tree:
    """The areas of the county while one act changes them; nobody else changes any until the act ends."""

    def __init__(self, areas: list[Area]) -> None:
        self.areas = {area.id: area for area in areas}
        self.codes = {area.code: area for area in areas}
        self._paths = {area.id: area.path for area in areas}

    @classmethod
    async def open(cls, session: AsyncSession, actor: Actor, *, shapes: bool = False) -> Tree:
        """Read the whole tree, locked; its borders only where they are asked for.

        :raises NotPermitted: the actor does not manage areas
        """
        actor.require(Permission.AREA_MANAGE)
        await session.execute(_LOCK)
        query = select(Area).order_by(col(Area.path)).execution_options(populate_existing=True)
        if not shapes:
            query = query.options(defer(col(Area.shape)))  # type: ignore[arg-type]
        return cls(list(await session.scalars(query)))

    def live(self, code: str, *, field: str = "") -> Area:
        """Give an area that is in use.

        :raises NotFound: there is none, or it was ended; with `field` it is an Invalid of that field
        """
        area = self.codes.get(code)
        if area is not None and area.ended_on is None:
            return area
        said = "没有这个区划，请从列表中选择" if area is None else f"“{area.name}”已停用"
        if field:
            raise Invalid.of({field: said})
        raise NotFound(said)

    def children(self, area: Area) -> list[Area]:
        """Give the areas in use that lie directly in one."""
        return [one for one in self.areas.values() if one.parent_id == area.id and one.ended_on is None]

    def below(self, area: Area) -> list[Area]:
        return [one for one in self.areas.values() if one.path.startswith(area.path) and one.ended_on is None]

    def name_fault(self, name: str, parent_id: UUID | None, *, of: UUID | None = None) -> str:
        """Say why an area cannot bear a name; empty when it can."""
        if fault := rules.name_fault(name):
            return fault
        same = (one for one in self.areas.values() if one.parent_id == parent_id and one.id != of)
        taken = any(one.name == name.strip() and one.ended_on is None for one in same)
        return "同一上级下已有这个名称" if taken else ""

    def told(self, area: Area) -> dict[str, str]:
        """Give code and parent of an area for the journal."""
        return {"code": area.code, "above": self.areas[area.parent_id].name if area.parent_id else ""}

    def add(self, area: Area) -> None:
        """Take a new area in; its path is laid by `settle`."""
        self.areas[area.id] = self.codes[area.code] = area

    def recode(self, area: Area, code: str) -> None:
        del self.codes[area.code]
        area.code = code
        self.codes[code] = area

    def settle(self) -> Moves:
        """Lay every path anew: under the parent, or under what an area was merged into. Answer those that changed."""
        laid: dict[UUID, str] = {}
        for area in self.areas.values():
            chain = [area]
            while chain[-1].id not in laid and (above := chain[-1].successor_id or chain[-1].parent_id):
                chain.append(self.areas[above])
            for one in reversed(chain):
                if one.id not in laid:
                    above = one.successor_id or one.parent_id
                    laid[one.id] = rules.path_under(laid[above] if above else "", one.code)
        for area_id, path in laid.items():
            if self.areas[area_id].path != path:
                self.areas[area_id].path = path
        return {was: laid[area_id] for area_id, was in self._paths.items() if was != laid[area_id]}


def kept_of(
    area: Area, kind: Change, actor: Actor, *, since: date, at: datetime, into: Area | None = None
) -> AreaChange:
    """Make the line of an area's history, before it is changed."""
    return AreaChange(
        area_id=area.id,
        kind=kind,
        valid_from=since,
        recorded_at=at,
        changed_by=actor.account_id,
        code=area.code,
        name=area.name,
        parent_id=area.parent_id,
        shape=area.shape if kind is Change.DRAW else [],
        into_id=into.id if into else None,
    )


def require_day(since: date, *, at: datetime) -> None:
    """Make sure that a change counts from a day that has come.

    :raises Invalid: it has not, or is no day of our time
    """
    fault = moment_fault("生效日期", since) or ("生效日期不能晚于今天" if since > local_date(at) else "")
    if fault:
        raise Invalid.of({"since": fault})
