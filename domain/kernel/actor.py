"""Who acts: the person (or system) behind every read and every write."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from domain.kernel.permissions import GRANTS, Permission, Reach, Role
from domain.kernel.refusals import NotPermitted

SYSTEM_ID = UUID(int=0)
"""The account id of acts that no person did (clock, city platform, petitioner)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """This class will describe who acts, in which roles, for which unit and how far they see.

    `name` is the display name in clear: it may be shown to the person, never logged.
    `origin` names where the act came from (address and kind of client) for the journal.
    """

    account_id: UUID
    login: str
    roles: frozenset[Role]
    reach: Reach
    unit_id: UUID
    unit_code: str = ""
    unit_name: str = ""
    area_path: str = ""
    name: str = field(default="", repr=False)
    origin: str = ""
    only_case: UUID | None = None
    """For a petitioner: the one case that the code from the short message opened."""

    def may(self, permission: Permission) -> bool:
        """This function will tell whether one of the actor's roles grants the permission."""
        return any(permission in GRANTS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """This function will refuse the act unless the permission is granted.

        :raises NotPermitted: none of the actor's roles grants it
        """
        if not self.may(permission):
            raise NotPermitted(f"您的账号没有“{permission.label}”权限")

    def has(self, *roles: Role) -> bool:
        """This function will tell whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


def system_actor(role: Role, origin: str = "", only_case: UUID | None = None) -> Actor:
    """This function will make the actor for acts of the clock, the city platform or a petitioner."""
    return Actor(
        account_id=SYSTEM_ID,
        login=role.value,
        roles=frozenset({role}),
        reach=Reach.ALL if role is not Role.PETITIONER else Reach.NONE,
        unit_id=SYSTEM_ID,
        name=role.label,
        origin=origin,
        only_case=only_case,
    )
