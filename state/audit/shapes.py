"""The journal as text for a page: one line whole, the state of the chain, and the ways to its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.audit.schemas import ChainState, Changed, Detail, Group, RawLine
from domain.kernel.clock import stamp
from state.kit.listing import Row

TONES: Mapping[Group, str] = {
    Group.SIGN_IN: "gray",
    Group.CASE: "blue",
    Group.VISIT: "blue",
    Group.CLEAR: "orange",
    Group.SEARCH: "yellow",
    Group.EXPORT: "yellow",
    Group.REPORT: "blue",
    Group.REFUSED: "red",
    Group.ADMIN: "green",
    Group.POLICY: "green",
    Group.SYSTEM: "gray",
}


@dataclass
class RawShown:
    """One line whole, with its seal."""

    row: Row = field(default_factory=Row)
    roles: str = ""
    seal: str = ""
    previous: str = ""
    holds: bool = True
    facts: list[Detail] = field(default_factory=list)
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
    anchors: list[Detail] = field(default_factory=list)
    restores: list[Detail] = field(default_factory=list)


def person(login: str) -> str:
    """Give the address of a person's days; empty where nobody acted."""
    return f"/audit-person/{login}" if login else ""


def lines_of(login: str, since: date, until: date, group: Group | None = None) -> str:
    """Give the address of what a person did on some days, both ends among them."""
    ends = (since.isoformat(), (until + timedelta(days=1)).isoformat())
    period = "&since={}T00:00&until={}T00:00".format(*ends)
    return f"/journal?login={login}&own=1{period}" + (f"&group={group.value}" if group else "")


def raw_shown(raw: RawLine, row: Row) -> RawShown:
    """Show one line whole."""
    line = raw.line
    return RawShown(row, line.roles, raw.seal, raw.previous, raw.holds, list(line.details), list(line.changes))


def chain_shown(chain: ChainState) -> ChainShown:
    """Say how the chain stands."""
    verified = stamp(chain.verified_at)
    word, tone = ("未核对", "orange") if not verified else ("完整", "green")
    if chain.fault:
        word, tone = "不完整", "red"
    last = chain.anchors[0] if chain.anchors else None
    return ChainShown(
        lines=f"{chain.lines:,}",
        anchor=f"{stamp(last.made_at)} 第 {last.place:,} 条" if last else "还没有锚点",
        verified=f"{verified} 共 {chain.verified_lines:,} 条" if verified else "还没有核对过",
        word=word,
        tone=tone,
        fault=chain.fault,
        anchors=[
            Detail(one.day.isoformat(), f"第 {one.place:,} 条 {stamp(one.made_at, '%H:%M')}") for one in chain.anchors
        ],
        restores=[Detail(f"{stamp(one.at)} 第 {one.seq:,} 条", one.said) for one in chain.restores],
    )
