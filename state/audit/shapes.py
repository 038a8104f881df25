"""The journal as text for a page: lines, one line whole, and the state of the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.audit.schemas import ChainState, Group, JournalLine, RawLine
from domain.kernel.clock import stamp

SECONDS = "%Y-%m-%d %H:%M:%S"
TONES: Mapping[Group, str] = {
    Group.SIGN_IN: "gray",
    Group.CASE: "blue",
    Group.VISIT: "blue",
    Group.CLEAR: "orange",
    Group.SEARCH: "yellow",
    Group.EXPORT: "yellow",
    Group.REFUSED: "red",
    Group.ADMIN: "green",
    Group.POLICY: "green",
    Group.SYSTEM: "gray",
}


@dataclass
class LineShown:
    """One line of the journal as text."""

    seq: int = 0
    at: str = ""
    login: str = ""
    name: str = ""
    unit: str = ""
    words: str = ""
    group: str = ""
    tone: str = ""
    subject: str = ""
    said: str = ""
    origin: str = ""
    refused: bool = False
    person_href: str = ""


@dataclass
class Fact:
    """One value of a line's detail."""

    label: str = ""
    value: str = ""


@dataclass
class Changed:
    """What became of one value."""

    what: str = ""
    before: str = ""
    after: str = ""


@dataclass
class RawShown:
    """One line whole, with its seal."""

    line: LineShown = field(default_factory=LineShown)
    roles: str = ""
    action: str = ""
    seal: str = ""
    previous: str = ""
    holds: bool = True
    facts: list[Fact] = field(default_factory=list)
    changes: list[Changed] = field(default_factory=list)


@dataclass
class ChainShown:
    """The state of the chain in words."""

    lines: str = "0"
    anchor: str = ""
    verified: str = ""
    word: str = ""
    tone: str = "gray"
    fault: str = ""
    anchors: list[Fact] = field(default_factory=list)
    restores: list[Fact] = field(default_factory=list)


def line_shown(line: JournalLine) -> LineShown:
    return LineShown(
        seq=line.seq,
        at=stamp(line.at, SECONDS),
        login=line.login,
        name=line.name,
        unit=line.unit,
        words=line.words,
        group=line.group.label,
        tone=TONES[line.group],
        subject=line.subject,
        said=line.said,
        origin=line.origin,
        refused=line.refused,
        person_href=f"/audit-person/{line.login}" if line.login else "",
    )


def raw_shown(raw: RawLine) -> RawShown:
    """Show one line whole."""
    return RawShown(
        line=line_shown(raw.line),
        roles=raw.line.roles,
        action=raw.line.action,
        seal=raw.seal,
        previous=raw.previous,
        holds=raw.holds,
        facts=[Fact(one.label, one.value) for one in raw.line.details],
        changes=[Changed(one.what, one.before, one.after) for one in raw.line.changes],
    )


def chain_shown(chain: ChainState) -> ChainShown:
    """Say how the chain stands."""
    verified = stamp(chain.verified_at)
    word, tone = ("未核对", "orange") if not verified else ("完整", "green")
    if chain.fault:
        word, tone = "不完整", "red"
    last = chain.anchors[0] if chain.anchors else None
    return ChainShown(
        lines=f"{chain.lines:,}",
        anchor=f"{stamp(last.made_at)} 第 {last.seq:,} 条" if last else "还没有锚点",
        verified=f"{verified} 共 {chain.verified_lines:,} 条" if verified else "还没有核对过",
        word=word,
        tone=tone,
        fault=chain.fault,
        anchors=[
            Fact(one.day.isoformat(), f"第 {one.seq:,} 条 {stamp(one.made_at, '%H:%M')}") for one in chain.anchors
        ],
        restores=[Fact(f"{stamp(one.at)} 第 {one.seq:,} 条", one.said) for one in chain.restores],
    )
