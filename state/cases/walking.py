"""From one case to the next and the one before, in the list that one came from."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing
from domain.cases.schemas import CaseRow
from domain.kernel.actor import Actor
from domain.kernel.paging import Page
from domain.kernel.refusals import Invalid
from state.clock import now


@dataclass
class Beside:
    """The list that a case was opened from, and the addresses of its neighbours there; empty at the ends."""

    label: str = "案件台账"
    href: str = "/cases"
    previous: str = ""
    next: str = ""


@dataclass
class Trail:
    """The cases that a list showed, in its order, and where it goes on.

    They stand as they were shown: a case that was dealt with meanwhile still has a next one.
    """

    wanted: CaseFilter = field(default_factory=CaseFilter)
    numbers: list[str] = field(default_factory=list)
    size: int = 20
    before: str = ""
    behind: str = ""

    @classmethod
    def of(cls, wanted: CaseFilter, page: Page[CaseRow]) -> Trail:
        return cls(wanted, [row.number for row in page.items], page.size, page.previous, page.next)

    async def neighbours(self, session: AsyncSession, actor: Actor, number: str) -> tuple[str, str]:
        """Give the numbers of the cases before and behind one; what the list no longer holds is passed over."""
        if number not in self.numbers:
            return "", ""
        place = self.numbers.index(number)
        before, behind = self.numbers[:place][::-1], self.numbers[place + 1 :]
        try:
            listed = await listing.still_listed(session, actor, self.wanted, self.numbers, at=now())
            previous = next((one for one in before if one in listed), "")
            following = next((one for one in behind if one in listed), "")
            if not previous and self.before:
                previous = (await self._more(session, actor, back=True))[-1:]
            if not following and self.behind:
                following = (await self._more(session, actor, back=False))[:1]
        except Invalid:
            return "", ""
        return "".join(previous), "".join(following)

    async def _more(self, session: AsyncSession, actor: Actor, *, back: bool) -> list[str]:
        cursor = self.before if back else self.behind
        page = await listing.search(session, actor, self.wanted, at=now(), cursor=cursor, size=self.size)
        found = [row.number for row in page.items if row.number not in self.numbers]
        if back:
            self.numbers, self.before = [*found, *self.numbers], page.previous
        else:
            self.numbers, self.behind = [*self.numbers, *found], page.next
        return found
