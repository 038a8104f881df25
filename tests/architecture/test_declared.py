"""Who may open it stands beside everything that can be opened: pages, addresses, handlers. What is new and silent fails."""

from __future__ import annotations

from app.api.build import build_api
from app.api.rights import NEEDS
from app.navigation import PAGES
from app.settings import Settings
from state.places import ALL, PLACES
from state.session import SignedInState
from tests.leaks import addresses
from tests.support import states

FOR_EVERYBODY = {
    "/": "leads each person to the own desk",
    "/me": "the person's own password, second factor, sessions and delegation",
    "/explain": "why the person may and sees what; of others only by right",
    "/explain/[login]": "refuses whoever asks about another without the right",
}
"""Pages that anybody signed in may open, each with its reason."""
IN_EVERY_FRAME = frozenset({"SignedInState", "BellState"})
"""States that stand in the frame of every page and hold the person's own things alone."""


def test_every_page_says_who_may_open_it() -> None:
    assert {page.route for page in PAGES if page.place.anybody} <= set(FOR_EVERYBODY)


def test_every_place_has_a_page_and_every_page_a_place_of_its_own() -> None:
    assert [page.route for page in PAGES] == list(dict.fromkeys(page.route for page in PAGES))
    assert {page.place for page in PAGES} == set(ALL)


def test_every_place_of_the_navigation_says_who_may_open_it() -> None:
    assert not [place.href for place in PLACES if place.anybody]


def test_every_address_is_in_the_table_and_the_table_holds_no_other() -> None:
    found = set()
    for demo in (True, False):
        found |= set(addresses.routes(build_api(settings=Settings(demo=demo, _env_file=None))))

    assert found == set(NEEDS)


def test_every_handler_belongs_to_a_page_that_says_who_may_open_it() -> None:
    """A state is opened by a page whose load it handles, or is shown on such a page with one that is."""
    loaded = {handler.fn.__qualname__.split(".")[0] for page in PAGES for handler in page.on_load}
    rooms = {kind.__module__.rpartition(".")[0] for kind, _ in states.handlers() if kind.__name__ in loaded}
    loose = {
        kind.__name__
        for kind, _ in states.handlers()
        if kind.__name__ not in loaded | IN_EVERY_FRAME and kind.__module__.rpartition(".")[0] not in rooms - {"state"}
    }

    assert not loose
    assert issubclass(SignedInState, object)
