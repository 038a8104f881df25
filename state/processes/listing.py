"""The list of processes: the standard one and every version of the configured ones."""

from __future__ import annotations

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.operations import processes as operations
from domain.cases.queries import processes as queries
from domain.kernel.actor import Actor
from domain.kernel.refusals import Invalid, NotFound
from state.clock import now
from state.inputs import as_form, as_text, text_in
from state.processes.shapes import VersionShown
from state.processes.showing import version_shown
from state.processes.working import as_id
from state.session import SignedInState


class ProcessListState(SignedInState):
    """One browser's list of processes."""

    versions: list[VersionShown] = []
    standard_open: str = "—"
    loaded: bool = False
    copying: str = ""
    copying_title: str = ""
    copying_code: str = ""
    retiring: VersionShown = VersionShown()
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the list."""
        async with self._opening() as (session, actor):
            self._shut()
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        versions = await queries.every(session, actor)
        counts = await queries.open_cases(session, actor)
        names = await queries.enablers(session, actor)
        self.standard_open = "—" if counts is None else str(counts.get(None, 0))
        self.versions = [
            version_shown(one, None if counts is None else counts.get(one.id, 0), names.get(one.id, ""))
            for one in versions
        ]

    def _shut(self) -> None:
        self.copying = self.copying_title = self.copying_code = ""
        self.retiring, self.faults = VersionShown(), {}

    @rx.event
    async def ask_copy(self, source: str, code: str):
        """Open the dialog of a copy: of the standard, or of a version; a code makes it its next."""
        async with self._acting() as (_, actor):
            queries.require_manager(actor)
            known = {one.id: one for one in self.versions}
            source, code = as_text(source), as_text(code)
            if source == "standard" or source in known:
                self._shut()
                self.copying, self.copying_code = source, code if source in known else ""
                self.copying_title = known[source].name if source in known else "标准流程"

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def copy(self, form: dict):
        """Make the copy and lead to it."""
        given = as_form(form)
        source = None if self.copying == "standard" else as_id(self.copying)
        try:
            async with self._acting() as (session, actor):
                version = await operations.copy(
                    session,
                    actor,
                    code=self.copying_code or text_in(given, "code", most=40).strip(),
                    name=text_in(given, "name", most=100),
                    source=source,
                    at=now(),
                )
        except Invalid as refusal:
            self.faults = refusal.fields
            return None
        self._shut()
        return rx.redirect(f"/process/{version.id}")

    @rx.event
    async def ask_retire(self, version_id: str):
        """Ask once before a version is taken out of use."""
        async with self._acting() as (_, actor):
            queries.require_manager(actor)
            found = next((one for one in self.versions if one.id == as_text(version_id)), None)
            if found is None:
                raise NotFound("没有这个流程版本")
            self._shut()
            self.retiring = found

    @rx.event
    async def retire(self):
        """Take the version out of use."""
        async with self._acting() as (session, actor):
            version = await operations.retire(session, actor, as_id(self.retiring.id), at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success(f"“{version.name}”已停用，新受理的案件按标准流程办理")
