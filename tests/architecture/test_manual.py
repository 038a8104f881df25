"""The Chinese manual is whole: it names every place, and its pictures are those that are taken."""

from __future__ import annotations

import re

import pytest

from state.places import ALL
from tests.architecture.source import ROOT
from tests.manual import PICTURES

_CONTENTS = ROOT / "docs" / "手册.md"
_CHAPTERS = sorted((ROOT / "docs" / "手册").glob("*.md"))
_TEXTS = {path: path.read_text(encoding="utf-8") for path in (_CONTENTS, *_CHAPTERS)}
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:]*)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("title", sorted({place.label for place in ALL if place.label}))
def test_every_place_is_in_the_contents_and_explained(title: str) -> None:
    assert title in _TEXTS[_CONTENTS]
    assert any(title in _TEXTS[chapter] for chapter in _CHAPTERS)


@pytest.mark.parametrize("title", sorted({place.label for place in ALL if place.icon}))
def test_every_entry_of_the_menu_has_a_heading(title: str) -> None:
    headings = {heading for chapter in _CHAPTERS for heading in _HEADING.findall(_TEXTS[chapter])}

    assert title in headings


def test_every_picture_is_there_and_says_what_it_shows() -> None:
    shown = [(path, said, name) for path, text in _TEXTS.items() for said, name in _PICTURE.findall(text)]

    assert [name for path, _, name in shown if not (path.parent / name).is_file()] == []
    assert [name for _, said, name in shown if len(said) < 4] == []


def test_every_picture_is_linked_and_has_a_plain_name() -> None:
    linked = {(path.parent / name).resolve() for path, text in _TEXTS.items() for _, name in _PICTURE.findall(text)}
    kept = {path.resolve() for path in PICTURES.iterdir()}

    assert kept == linked
    assert [path.name for path in kept if not re.fullmatch(r"[a-z][a-z-]*\.webp", path.name)] == []


def test_every_link_leads_somewhere_and_every_chapter_is_linked() -> None:
    led = {(path.parent / to).resolve() for path, text in _TEXTS.items() for to in _LINK.findall(text)}

    assert [path for path in led if not path.is_file()] == []
    assert {chapter.resolve() for chapter in _CHAPTERS} <= led


def test_the_pictures_weigh_little() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) <= 4 * 2**20
