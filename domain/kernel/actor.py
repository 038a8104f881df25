"""Who acts: the person (or system) behind every read and every write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.kernel.permissions import (
    DEFAULT_LEVEL,
    GRANTS,
    LEVELS,
    WRITING,
    Duty,
    FieldLevel,
    Permission,
    Reach,
    Role,
    duty_of,
)
from domain.kernel.refusals import NotPermitted

SYSTEM_ID = UUID(int=0)
"""The account id of acts that no person did (clock, city platform, petitioner)."""
NO_UNIT = UUID(int=1)
"""The unit id of an account that belongs to no unit, or to a disabled one; no unit has it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which roles, for which unit and how far they see.

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
    rights: frozenset[Permission] | None = None
    """What the account's own roles and restrictions come to; none means: what its roles grant."""
    more_units: frozenset[UUID] = frozenset()
    """Units the account belongs to besides `unit_id`."""
    field_level: FieldLevel | None = None
    """How much of a person's data it may come to see; none means: by its roles."""
    barred_actions: frozenset[str] = frozenset()
    """Steps of a case that this account may not take, whatever its roles say."""
    barred_places: frozenset[str] = frozenset()
    """Addresses of the navigation that are closed to this account."""
    read_only: bool = False
    stands_for: UUID | None = None
    """The account in whose stead this person acts, by a delegation that is in force."""
    stands_for_name: str = field(default="", repr=False)
    session_id: UUID | None = None
    unproven: str = ""
    """What must be done before the account has any rights: "second_factor" or "password"; empty: nothing."""

    @property
    def unit_ids(self) -> frozenset[UUID]:
        """This property gives every unit the actor belongs to; none for an account without an enabled unit."""
        return self.more_units | ({self.unit_id} if self.unit_id != NO_UNIT else frozenset())

    @property
    def own_ids(self) -> tuple[UUID, ...]:
        """This property gives the accounts whose work counts as the actor's own."""
        return (self.account_id,) if self.stands_for is None else (self.account_id, self.stands_for)

    @property
    def level(self) -> FieldLevel:
        """This property tells how much of a person's data the actor may come to see."""
        if self.field_level is not None:
            return self.field_level
        return max((DEFAULT_LEVEL[role] for role in self.roles), key=LEVELS.index, default=FieldLevel.HIDDEN)

    @property
    def duty(self) -> Duty | None:
        """This property tells whose work the actor does; none without a role."""
        return next((duty_of(role) for role in sorted(self.roles)), None)

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor holds a permission."""
        if self.read_only and permission in WRITING:
            return False
        if self.rights is not None:
            return permission in self.rights
        return any(permission in GRANTS[role] for role in self.roles)

    def sees(self, level: FieldLevel) -> bool:
        """Tell whether the actor's field level holds another one."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def without_rights(self, reason: str) -> Actor:
        """Give the same person with nothing but a name, until `reason` is done."""
        return replace(self, roles=frozenset(), rights=frozenset(), reach=Reach.NONE, unproven=reason)

    def require(self, permission: Permission) -> None:
        """Refuse the act unless the permission is granted.

        :raises NotPermitted: none of the actor's roles grants it
        """
        if not self.may(permission):
            raise NotPermitted(f"您的账号没有“{permission.label}”权限")

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


def system_actor(role: Role, origin: str = "", only_case: UUID | None = None) -> Actor:
    """Make the actor for acts of the clock, the city platform or a petitioner."""
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


def console(origin: str) -> Actor:
    """Make the actor of whoever holds the machine: it founds accounts and grants their roles.

    On the pages the two are separate people (三员分立); at the console of the server they cannot be.
    """
    return replace(system_actor(Role.SYSADMIN, origin), roles=frozenset({Role.SYSADMIN, Role.SECADMIN}))


def in_stead(name: str, giver: str | None) -> str:
    """Write who acted, and in whose stead."""
    return f"{name}（代{giver}）" if giver else name
