"""The frame around every page: whose product it is, and which entry of the menu is open."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from app.navigation import PAGES
from domain.kernel.permissions import PEOPLE_ROLES
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import Account, Unit, UnitKind
from domain.orgs.schemas import UnitInput
from state import places
from state.clock import now
from state.session import SignedInState
from tests.support import county as support
from tests.support import states

ROOT = Path(__file__).parents[2]
OWN = re.compile(r"清溪|枫林|[全本][县区](?!域|划|间)|[县区]综治|[县区]级")
"""Words of one place: whether it is a county or a district, and what it is called."""
OF_THE_DEMO = ("app/demo/", "app/api/examples.py", "app/api/meta.py", "app/cli/demo.py", "app/settings.py")
"""Files about the demo county, and examples of the interface, which are of it."""
PEOPLE = ("guide", "rsj", "center", "sysadmin", "secadmin", "auditor", "viewer")
LOADS = {
    page.route: next(event for event in page.on_load if event.fn.__name__.startswith("load"))
    for page in PAGES
    if page.route != "/"
}


class TestWordsOfThePlace:
    def test_are_compiled_into_nothing(self) -> None:
        found = {}
        for top in ("app", "components", "state", "domain", "integrations"):
            for path in (ROOT / top).rglob("*.py"):
                name = str(path.relative_to(ROOT))
                if not name.startswith(OF_THE_DEMO):
                    found |= {f"{name}:{line}": text for line, text in texts(path) if OWN.search(text)}
            for path in (ROOT / top).rglob("*.html"):
                found |= {str(path): found_words for found_words in OWN.findall(path.read_text(encoding="utf-8"))}
        assert found == {}

    @pytest.mark.parametrize("role", PEOPLE_ROLES)
    def test_are_in_no_role(self, role: object) -> None:
        assert not re.search("[县区]", getattr(role, "label", ""))

    async def test_are_the_name_that_the_centre_was_given(self, ground: AsyncEngine) -> None:
        async with unit_of_work() as session:
            county = await support.build(session, at=now())
        cookie = await states.signed_in("rsj")
        page = await opened("/cases", cookie)
        assert page.me.centre == county.units["centre"].name

        async with unit_of_work() as session:
            given = UnitInput("centre", "枫江区社会治安综合治理中心", UnitKind.CENTRE)
            await orgs.change_unit(session, county["sysadmin"], "centre", given, at=now())
        assert (await opened("/cases", cookie)).me.centre == "枫江区社会治安综合治理中心"

        async with unit_of_work() as session:
            for unit in await session.scalars(select(Unit).where(col(Unit.kind) == UnitKind.CENTRE)):
                unit.kind = UnitKind.DEPARTMENT
        assert (await opened("/cases", cookie)).me.centre == ""


@pytest.mark.parametrize("login", PEOPLE)
async def test_a_page_that_one_may_not_open_lights_no_entry(ground: AsyncEngine, login: str) -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())
    cookie = await states.signed_in(login)
    barred = []
    for page in PAGES:
        if page.route in LOADS:
            state = await opened(page.route, cookie)
            if state.barred:
                barred.append(page.route)
                assert state.here == "", page.route
    assert barred


@pytest.mark.parametrize("login", PEOPLE)
async def test_a_page_opens_for_whom_its_place_names(ground: AsyncEngine, login: str) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
    cookie = await states.signed_in(login)

    for page in PAGES:
        if page.route in LOADS and not page.place.open_to(county[login]):
            assert (await opened(page.route, cookie)).barred, page.route


async def test_a_place_that_an_account_is_kept_out_of_shows_nothing(ground: AsyncEngine) -> None:
    menu = [place.href for place in places.PLACES]
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        for one in await session.scalars(select(Account)):
            one.barred_places = menu
    for login in PEOPLE:
        cookie = await states.signed_in(login)
        kept_out = [one for one in places.ALL if {one.href, one.within} & {*menu} and one.open_to(county[login])]
        for place in kept_out:
            state = await opened(place.href, cookie)
            assert (state.barred, state.here, state.entries) == (True, "", []), place.href


async def opened(route: str, cookie: str) -> SignedInState:
    """Open a page after the to-do list, whose entry was lit till then."""
    event = LOADS[route]
    kind = next(kind for kind, name in states.handlers() if kind.event_handlers.get(name) is event)
    address = re.sub(r"\[\w+\]", "rsj", route)
    state = await states.tree(kind, cookie, f"http://test{address}")
    state.here = "/todo"
    await states.call(state, event.fn.__name__)
    return state


def texts(path: Path) -> list[tuple[int, str]]:
    """List the texts of a source file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]
