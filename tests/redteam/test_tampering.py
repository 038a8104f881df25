"""Somebody is in the database: sealed fields are swapped, lines of the journal altered. It shows, and nothing opens."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from psycopg import sql
from pypdf import PdfReader

from tests.redteam.inside import Inside
from tests.redteam.test_sockets import LIST
from tests.redteam.wire import Target, assert_quiet, page

SEALED = ("name_sealed", "phone_sealed", "id_number_sealed", "address_sealed")
REASON = "电话回访办理情况"


@dataclass
class Party:
    """A person of a case, with what is read of it in clear while all is in order."""

    id: Any
    number: str
    row: dict[str, bytes] = field(repr=False)
    clear: set[str] = field(default_factory=set, repr=False)


@pytest.fixture(scope="module")
def parties(target: Target, inside: Inside) -> tuple[Party, Party]:
    """Give two people of two cases, and learn their phone and identity number as the centre may."""
    words = (
        "SELECT p.id, c.number, p.name_sealed, p.phone_sealed, p.id_number_sealed, p.address_sealed FROM person p "
        "JOIN case_party y ON y.person_id = p.id AND y.position = 0 JOIN case_file c ON c.id = y.case_id "
        "WHERE c.status = 'in_progress' AND p.anonymised_at IS NULL AND p.id_blind IS NOT NULL "
        "ORDER BY c.number LIMIT 2"
    )
    with inside.owner() as database:
        found = database.execute(words).fetchall()
    one, other = (Party(row.pop("id"), row.pop("number"), row) for row in found)
    for party in (one, other):
        for what in ("phone", "id_number"):
            answer = reveal(target, party, what)
            assert answer.status_code == 200, answer.text
            party.clear.add(answer.json()["value"])
    assert not one.clear & other.clear
    return one, other


def reveal(target: Target, party: Party, what: str) -> Any:
    return target.honest("center").post(f"/api/v1/persons/{party.id}/reveal", json={"field": what, "reason": REASON})


def put(database: psycopg.Connection[Any], party: Party, blobs: dict[str, bytes]) -> None:
    for column, blob in blobs.items():
        words = sql.SQL("UPDATE person SET {} = %s WHERE id = %s").format(sql.Identifier(column))
        database.execute(words, (blob, party.id))


@contextmanager
def spoilt(inside: Inside, party: Party, blobs: dict[str, bytes]) -> Generator[None]:
    """Put other blobs into a person as the role that serves could, and put the right ones back."""
    with inside.serving() as database:
        put(database, party, blobs)
        try:
            yield
        finally:
            put(database, party, party.row)


def ways(one: Party, other: Party) -> dict[str, dict[str, bytes]]:
    """Give what an intruder could put in: another person's fields, or a field of the same person in another's place."""
    crossed = dict(zip(SEALED, (one.row["phone_sealed"], one.row["name_sealed"]), strict=False))
    return {
        "another person's": other.row,
        "another column's": crossed | {"id_number_sealed": one.row["phone_sealed"]},
        "cut": {name: blob[:-1] for name, blob in one.row.items()},
        "of an unknown key": {name: b"\xfe" + blob[1:] for name, blob in one.row.items()},
    }


def cells(content: bytes) -> str:
    """Give what stands in a workbook."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def words(content: bytes) -> str:
    """Give what stands in a printed document."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


class TestSealedFields:
    @pytest.mark.parametrize("way", ["another person's", "another column's", "cut", "of an unknown key"])
    def test_that_were_swapped_open_for_nobody(
        self, target: Target, inside: Inside, parties: tuple[Party, Party], way: str
    ) -> None:
        one, other = parties
        mark = inside.mark()
        with spoilt(inside, one, ways(one, other)[way]):
            client = target.honest("center")
            refused = [reveal(target, one, "phone"), reveal(target, one, "id_number")]
            shown = [
                client.get(f"/api/v1/cases/{one.number}").text,
                client.get("/api/v1/cases", params={"number": one.number}).text,
                cells(client.post("/api/v1/cases/export", json={"number": one.number}).content),
                words(client.get(f"/api/v1/cases/{one.number}/slip").content),
            ]
            intact = client.get(f"/api/v1/cases/{other.number}").text
        for answer in refused:
            assert answer.status_code == 409
            assert "无法解密" in answer.json()["detail"]
            assert_quiet(answer.text)
        assert all(one.number in text and "无法解密" in text for text in shown)
        for text in (*shown, *(answer.text for answer in refused)):
            assert not any(clear in text for clear in one.clear | other.clear)
        assert "无法解密" not in intact
        told = {line.get("place") for line in inside.told(mark, "sealed.unreadable") if line["row"] == str(one.id)}
        assert told >= {"person.name", "person.phone", "person.id_number"}
        assert not any(clear in str(inside.told(mark)) for clear in one.clear | other.clear)

    async def test_that_were_swapped_show_on_no_page(
        self, target: Target, inside: Inside, parties: tuple[Party, Party]
    ) -> None:
        other, one = parties  # of the first, the log has been told enough for a minute
        mark = inside.mark()
        with spoilt(inside, one, other.row):
            async with page(target, target.visitor("center")) as opened:
                await opened.event(f"{LIST}.load")
                await opened.hear("无法解密")
        assert one.number in opened.text
        assert "无法解密" in opened.text
        assert_quiet(opened.text)
        assert inside.told(mark, "sealed.unreadable")

    def test_open_again_when_they_are_back(self, target: Target, parties: tuple[Party, Party]) -> None:
        one, _ = parties
        assert reveal(target, one, "phone").json()["value"] in one.clear
        assert target.honest("center").get("/api/v1/cases", params={"limit": 100}).status_code == 200


class TestACaseCode:
    def test_of_another_case_is_not_printed(self, target: Target, inside: Inside) -> None:
        words = "SELECT id, tracking_sealed FROM case_file WHERE tracking_sealed IS NOT NULL ORDER BY number LIMIT 2"
        change = "UPDATE case_file SET tracking_sealed = %s WHERE id = %s"
        client, mark = target.honest("center"), inside.mark()
        with inside.serving() as database:
            one, other = database.execute(words).fetchall()
            number = database.execute("SELECT number FROM case_file WHERE id = %s", (one["id"],)).fetchone()
            assert number
            address = f"/api/v1/cases/{number['number']}/qr.svg"
            assert client.get(address).status_code == 200
            database.execute(change, (other["tracking_sealed"], one["id"]))
            try:
                answer = client.get(address)
            finally:
                database.execute(change, (one["tracking_sealed"], one["id"]))
        assert answer.status_code == 500
        assert_quiet(answer.text)
        assert inside.told(mark, "case_file.tracking")


class TestTheJournal:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal_entry SET detail = '{}' WHERE seq = 3",
            "DELETE FROM journal_entry WHERE seq = 3",
            "TRUNCATE journal_entry",
            "DELETE FROM journal_seal WHERE place = 3",
            "SELECT setval('journal_ticket', 3)",
            "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
        ],
    )
    def test_is_out_of_reach_for_the_role_that_serves(self, target: Target, inside: Inside, statement: str) -> None:
        with inside.serving() as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute(statement)  # type: ignore[call-overload]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal_entry SET detail = '{}' WHERE seq = 3",
            "DELETE FROM journal_entry",
            "TRUNCATE journal_entry",
            "UPDATE journal_seal SET seq = -seq",
            "DELETE FROM journal_settled",
        ],
    )
    def test_refuses_its_owner_too_as_long_as_the_triggers_stand(
        self, target: Target, inside: Inside, statement: str
    ) -> None:
        with inside.owner() as database, pytest.raises(psycopg.errors.RaiseException):
            database.execute(statement)  # type: ignore[call-overload]

    def test_that_was_altered_tells_which_line(self, target: Target, inside: Inside) -> None:
        with inside.owner() as database:
            database.execute("SET session_replication_role = replica")
            row = database.execute("SELECT seq, actor_id FROM journal_entry ORDER BY seq OFFSET 40 LIMIT 1").fetchone()
            assert row
            change = "UPDATE journal_entry SET actor_id = %s WHERE seq = %s"
            database.execute(change, ("00000000-0000-0000-0000-000000000001", row["seq"]))
            try:
                altered = inside.command("audit", "verify")
            finally:
                database.execute(change, (row["actor_id"], row["seq"]))
        assert altered.returncode == 1
        assert f"第 {row['seq']} 条" in altered.stderr
        assert_quiet(altered.stderr)

        whole = inside.command("audit", "verify")
        assert (whole.returncode, whole.stderr) == (0, "")
        with inside.owner() as database:
            raised = database.execute("DELETE FROM audit_alarm WHERE kind = 'chain' RETURNING detail").fetchall()
        assert str(row["seq"]) in str(raised)
