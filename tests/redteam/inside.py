"""The inside of the attacked product: its database, its journal, its log, its commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy.engine import make_url

from app.launch.postgres import Postgres
from tests.redteam.wire import Target
from tests.support.serving import ROOT

T = TypeVar("T")
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in journal and log, from which on traces are looked for."""

    seq: int
    offset: int


@dataclass(frozen=True)
class Inside:
    """What an intruder would reach behind the product's back, and what a test looks into."""

    data: Path

    def owner(self) -> psycopg.Connection[dict[str, Any]]:
        """Connect as the owner of the database; each statement by itself."""
        return self._connect(Postgres(self.data / "postgres").url())

    def serving(self) -> psycopg.Connection[dict[str, Any]]:
        """Connect as the role under which people are served: what an injected statement would be."""
        return self._connect(Postgres(self.data / "postgres").serving_url())

    def _connect(self, url: str) -> psycopg.Connection[dict[str, Any]]:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True, row_factory=dict_row)

    def lent(self, target: Target, login: str) -> httpx.Client:
        """Give a program of an administrator: another account's session, made over in the database.

        Administrators sign in with a second factor, which belongs to the one who set it up first.
        """
        key = f"{login} lent"
        if key not in target.clients:
            target.clients[key] = target.clients.pop("xfj") if "xfj" in target.clients else target.honest("xfj")
            target.forget("xfj")
            with self.owner() as database:
                database.execute(
                    "UPDATE sign_in_session SET account_id = (SELECT id FROM account WHERE login = %s) WHERE id = "
                    "(SELECT s.id FROM sign_in_session s JOIN account a ON a.id = s.account_id "
                    "WHERE a.login = 'xfj' AND s.kind = 'api' ORDER BY s.created_at DESC LIMIT 1)",
                    (login,),
                )
        return target.clients[key]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product on this data folder."""
        given = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env={**given, "DATA_DIR": str(self.data)},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def log(self) -> Path:
        """Tell where the log lies."""
        return self.data / "logs" / "app.jsonl"

    def mark(self) -> Mark:
        """Give the present end of journal and log."""
        with self.owner() as database:
            row = database.execute("SELECT coalesce(max(seq), 0) AS seq FROM journal_entry").fetchone()
        return Mark(row["seq"] if row else 0, self._written())

    def _written(self) -> int:
        """Tell how long the log is, to the end of its last whole line; it is made with its first."""
        return self.log.read_bytes().rfind(b"\n") + 1 if self.log.exists() else 0

    def journal(self, mark: Mark, action: str = "") -> list[dict[str, Any]]:
        """Give the lines of the journal since a mark, of one action or of all."""
        words = (
            "SELECT seq, action, actor_id, subject_id, detail FROM journal_entry "
            "WHERE seq > %s AND (%s = '' OR action = %s) ORDER BY seq"
        )
        with self.owner() as database:
            return database.execute(words, (mark.seq, action, action)).fetchall()

    def prints(self, *tables: str) -> dict[str, str]:
        """Give a print of the whole content of some tables."""
        words = sql.SQL("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS print FROM {} t")
        found = {}
        with self.owner() as database:
            for table in tables:
                row = database.execute(words.format(sql.Identifier(table))).fetchone()
                found[table] = row["print"] if row else ""
        return found

    def cases(self) -> dict[str, str]:
        """Give a print of each case with its assignments, by id."""
        words = (
            "SELECT c.id::text AS id, md5(c::text || coalesce(string_agg(a::text, '|' ORDER BY a::text), '')) AS print "
            "FROM case_file c LEFT JOIN assignment a ON a.case_id = c.id GROUP BY c.id"
        )
        with self.owner() as database:
            return {row["id"]: row["print"] for row in database.execute(words).fetchall()}

    def told(self, mark: Mark, event: str = "") -> list[dict[str, Any]]:
        """Give the lines of the log since a mark, those that hold a text or all."""
        size = self._written()
        if not size:
            return []
        with self.log.open("rb") as file:
            file.seek(mark.offset if size >= mark.offset else 0)
            lines = file.read().decode("utf-8").split("\n")[:-1]  # the rest is being written
        return [json.loads(line) for line in lines if event in line]


def awaited(look: Callable[[], T]) -> T:
    """Look until something is found, or for some seconds; give what was seen last."""
    until = time.monotonic() + PATIENCE
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found
