"""The journal of a release before decision 0031: one chain, numbers without gaps, each line sealed with the one before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.rows import namedtuple_row

from domain.kernel import anchors, journal
from domain.kernel.crypto_keys import KeyRing
from domain.kernel.crypto_providers import provider

_RENUMBERED = (
    "UPDATE outbox_message SET payload = payload || jsonb_build_object('journal', %s::bigint) "
    "WHERE (payload ->> 'journal')::bigint = %s"
)


def seal_as_before(conninfo: str, data: Path) -> int:
    """Seal every line anew as an earlier release did, and anchor the last; answer how many there are.

    The schema is the earlier one already.
    """
    ring = KeyRing.load(data / "keys.json")
    mac = provider(ring.hash).mac
    previous, count = journal.START, 0
    with psycopg.connect(conninfo, row_factory=namedtuple_row) as connection:
        connection.execute("SET session_replication_role = replica")
        for count, line in enumerate(connection.execute("SELECT * FROM journal_entry ORDER BY seq").fetchall(), 1):
            content = journal.content_of(line._replace(seq=count))  # type: ignore[arg-type]
            seal = mac(ring.chain, previous + content)
            words = "UPDATE journal_entry SET seq = %s, previous = %s, seal = %s WHERE seq = %s"
            connection.execute(words, (count, previous, seal, line.seq))
            if line.seq != count:
                connection.execute(_RENUMBERED, (count, line.seq))
            previous = seal
        connection.execute("DELETE FROM journal_anchor")
        now = datetime.now(UTC)
        connection.execute("INSERT INTO journal_anchor VALUES (%s, %s, %s, %s)", (now.date(), count, previous, now))
    told = mac(ring.chain, b"anchor" + count.to_bytes(8, "big") + previous).hex()
    anchor = {"at": now.isoformat(), "seq": count, "seal": previous.hex(), "mac": told}
    (data / anchors.FILE).write_text(json.dumps(anchor) + "\n", encoding="utf-8")
    return count
