"""Tabs of browsers where Redis keeps their pages: a tab whose web process died stays the tab it was.

Reflex notes in Redis which process holds the socket of a tab, and takes whoever comes with the same token meanwhile
for a copy of the tab: it gets a new token, an empty page, and no draft of its own. A process that is killed leaves its
notes behind for an hour, so every tab of its people would be a copy of itself. Here the process that is named is asked
first; one that does not answer, or holds no such tab, has lost it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reflex.utils.token_manager import RedisTokenManager

from state.peers import Facts, Peers, peers

if TYPE_CHECKING:
    import reflex as rx


class Tabs(RedisTokenManager):
    """Reflex's own, under the name by which the processes know each other."""

    among: Peers = peers

    def _reset_instance_id(self) -> None:
        self.instance_id = self.among.me

    async def link_token_to_sid(self, token: str, sid: str) -> str | None:
        """Take a tab over from a process that is gone, then do as ever."""
        owner = await self._get_token_owner(token, refresh=True)
        if owner not in {None, self.among.me}:
            answer = await self.among.ask(str(owner), "tab.held", tab=token)
            if answer is None or not answer["held"]:
                self.token_to_socket.pop(token, None)
                await self.redis.delete(self._get_redis_key(token))
        return await super().link_token_to_sid(token, sid)

    def tell(self, process: str, asked: Facts) -> None:
        """Answer whether this process holds the socket of a tab."""
        record = self.token_to_socket.get(str(asked["tab"]))
        self.among.answer(process, asked, held=record is not None and record.instance_id == self.instance_id)


def install(app: rx.App) -> None:
    """Have an application know tabs like this, where it keeps its pages in Redis."""
    namespace = app.event_namespace
    if namespace and isinstance(namespace._token_manager, RedisTokenManager):  # noqa: SLF001 - it has no other name
        tabs = namespace._token_manager = Tabs(namespace._token_manager.redis)  # noqa: SLF001
        peers.on("tab.held", tabs.tell)
