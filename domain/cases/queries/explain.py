"""Why a person sees a case or does not, and who may act on it: the rules of `reach` in words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.cases.models import Case
from domain.cases.queries import actions, reach
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Permission, Reach, Role
from domain.kernel.refusals import NotFound, NotPermitted
from domain.kernel.searching import number_key
from domain.orgs import queries as orgs
from domain.orgs.schemas import Ground

_GENERAL: dict[Reach, str] = {
    Reach.NONE: "您的角色不含业务数据",
    Reach.OWN: "您能看到本人登记的案件",
    Reach.DEPARTMENT: "您能看到转派或抄告给本单位的案件，以及本人登记的案件",
    Reach.AREA: "您能看到本辖区内已提交的案件",
    Reach.ALL: "您能看到本地已提交的全部案件",
}
_RULE = "按本人登记、转派抄告、辖区或全部四种范围判断"


async def why(session: AsyncSession, actor: Actor, number: str, login: str, *, at: datetime) -> tuple[Ground, ...]:
    """Say why a person sees a case or not; an empty `login` asks for oneself.

    Asked for oneself, a case out of reach answers as an unknown one does: the general rule and no more.

    :raises NotPermitted: asked for somebody else without the right to
    :raises NotFound: no such account, or no such case within the asker's own reach
    """
    if not login or login == actor.login:
        return await _for(session, actor, actor, number, at)
    if not actor.may(Permission.ROLE_GRANT) and not actor.has(Role.CENTER_ADMIN):
        raise NotPermitted("只有安全管理员和综治中心管理员可以查看他人的权限说明")
    person = await orgs.person_of_login(session, login)
    if person is None:
        raise NotFound("没有这个账号")
    # who grants roles sees no case: it asks whether a number is seen, and reads rules, never the matter
    witness = system_actor(Role.CLOCK) if actor.may(Permission.ROLE_GRANT) else actor
    await reach.find(session, witness, number)
    return await _for(session, witness, person, number, at)


async def _for(session: AsyncSession, witness: Actor, person: Actor, number: str, at: datetime) -> tuple[Ground, ...]:
    if not person.may(Permission.CASE_VIEW):
        return (Ground("不能查看任何案件", "没有“查看案件”权限", granted=False),)
    query = select(Case).where(col(Case.number) == number_key(number), reach.visible_to(person))
    case = (await session.scalars(query)).one_or_none()
    if case is not None:
        return (*await _reasons(session, person, case), *await _steps(session, person, case, at))
    asks_for_oneself = witness.account_id == person.account_id
    found = [Ground("没有这件案件，或不在查看范围内" if asks_for_oneself else "看不到这件案件", _RULE, granted=False)]
    general = _GENERAL[person.reach]
    said = general if asks_for_oneself else general.replace("您", "该账号")
    return (*found, Ground(said, "角色的数据范围", granted=False))


async def _reasons(session: AsyncSession, person: Actor, case: Case) -> list[Ground]:
    draft = case.status is Status.DRAFT
    found: list[Ground] = []
    if case.created_by in person.own_ids:
        found.append(Ground("能看到：由本人登记，或已移交给本人", "本人登记"))
    if person.has(Role.CENTER_ADMIN) and case.unit_id in person.unit_ids:
        found.append(Ground("能看到：本中心登记的案件，含草稿", "综治中心管理员"))
    if not draft and person.reach is Reach.ALL:
        found.append(Ground("能看到：范围为本地全部案件", "角色的数据范围"))
    if not draft and person.reach is Reach.AREA:
        name = await areas.name_of(session, person.area_path)
        found.append(Ground(f"能看到：案件在辖区“{name}”内", "角色的数据范围"))
    if not draft and person.reach is Reach.DEPARTMENT:
        found.extend(await _dealings(session, person, case))
    return found


async def _dealings(session: AsyncSession, person: Actor, case: Case) -> list[Ground]:
    sent = select(Case.id).where(col(Case.id) == case.id, reach.visible_to(person))
    found: list[Ground] = []
    if await session.scalar(sent.where(reach.dispatched_to(person.unit_ids))):
        found.append(Ground("能看到：案件转派给过所属单位", "角色的数据范围"))
    if await session.scalar(sent.where(reach.copied_to(person.unit_ids))):
        found.append(Ground("能看到：案件抄告给了所属单位，只读且不能查看明文", "抄告"))
    units = await orgs.units_by_id(session, person.unit_ids)
    return [*found, *(Ground(f"所属单位：{unit.name}", "账号资料") for unit in units.values())]


async def _steps(session: AsyncSession, person: Actor, case: Case, at: datetime) -> list[Ground]:
    """Only what is allowed is a line each; what is not, and why, stands on the case page itself."""
    views = await actions.of(session, person, case.number, at=at)
    allowed = [view.label for view in views if view.allowed]
    if allowed:
        return [Ground(f"现在可以：{'、'.join(allowed)}", "办理流程")]
    return [Ground("现在没有可以办理的步骤", "办理流程", granted=False)]
