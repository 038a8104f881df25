"""People read labels, never the words of the database."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import domain
from domain.kernel.labels import Labelled


def _kinds(of: type[Labelled] = Labelled) -> Iterator[type[Labelled]]:
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(found.name)
    for kind in of.__subclasses__():
        if kind.__module__.startswith("domain."):
            yield kind


@pytest.mark.parametrize("kind", sorted(_kinds(), key=lambda kind: (kind.__module__, kind.__name__)))
def test_no_member_shows_its_code(kind: type[Labelled]) -> None:
    assert [member.value for member in kind if member.label == member.value] == []


@pytest.mark.parametrize("kind", sorted(_kinds(), key=lambda kind: (kind.__module__, kind.__name__)))
def test_nothing_is_found_by_an_empty_word(kind: type[Labelled]) -> None:
    with pytest.raises(ValueError, match="''"):
        kind("")
