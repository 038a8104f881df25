"""Every declared list by its name: what the interface offers, and what the tests go through."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from state.areas.areas import AREAS
from state.cases.words import WORDS
from state.kit.listing import Listing
from state.orgs.accounts import ACCOUNTS
from state.orgs.units import UNITS

_ALL: tuple[Listing[Any], ...] = (ACCOUNTS, AREAS, UNITS, WORDS)
LISTS: Mapping[str, Listing[Any]] = MappingProxyType({one.name: one for one in _ALL})
