"""Persons in numbers: a million of them sealed and indexed as `declare` would, by all cores, copied in binary.

Names are made of characters as uneven as real ones (Zipf), numbers count upwards; nobody is meant. The seed makes
the same persons again; only ids, keys and what is sealed differ.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from domain.kernel import crypto
from domain.kernel.crypto import KeyRing
from domain.kernel.ids import new_id
from domain.people import queries, rules
from domain.people.models import INDEX_FORM

SEED = 20
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "".join(chr(0x4E00 + step * 47) for step in range(400))
SHARE = 20_000
"""Persons of one task of a worker."""
_AT = datetime(2026, 11, 23, tzinfo=UTC)
_SEALED = ("name", "id_number", "phone", "birth_date", "address")
_PLAIN = {
    "id": "uuid", "id_type": "varchar", "sex": "varchar", "nation": "varchar", "declared_at": "timestamptz",
    "name_blind": "int8", "id_blind": "int8", "phone_blind": "int8", "phone_tail_blind": "int8",
    "id_tail_blind": "int8", "name_fragments": "int4[]", "index_form": "int2",
}  # fmt: skip
COLUMNS = {**{f"{name}_sealed": "bytea" for name in _SEALED}, **_PLAIN}


def _weights(many: int) -> list[float]:
    return list(accumulate(1 / (rank + 3) for rank in range(many)))


_FAMILY_WEIGHTS, _GIVEN_WEIGHTS = _weights(len(FAMILY)), _weights(len(GIVEN))


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person in clear."""

    name: str
    id_number: str
    phone: str


def somebody(number: int) -> Somebody:
    """Make the person of a number, 0 to 99,999,999; the same number, the same person."""
    chance = random.Random(f"{SEED}|{number}")
    family = chance.choices(FAMILY, cum_weights=_FAMILY_WEIGHTS)[0]
    given = chance.choices(GIVEN, cum_weights=_GIVEN_WEIGHTS, k=1 if chance.random() < 0.15 else 2)
    day, order = divmod(number, 1000)
    body = f"3599{day // 10_000 % 100:02d}{1940 + day // 336 % 70}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}{order:03d}"
    return Somebody(family + "".join(given), body + rules.check_digit(body), f"13{number:09d}")


def _row(number: int, tails: dict[str, int]) -> tuple[Any, ...]:
    one, row = somebody(number), new_id()
    clear = {
        "name": one.name, "id_number": one.id_number, "phone": one.phone,
        "birth_date": f"{one.id_number[6:10]}-{one.id_number[10:12]}-{one.id_number[12:14]}",
        "address": f"清溪县枫林镇上洋村 {number % 500} 号",
    }  # fmt: skip
    return (
        *(crypto.seal("person", column, row, clear[column]) for column in _SEALED),
        row, "resident", "unknown", "", _AT,
        crypto.blind("name", one.name), crypto.blind("id", one.id_number), crypto.blind("phone", one.phone),
        _tail(tails, "phone", one.phone), _tail(tails, "id", one.id_number), crypto.fragments(one.name),
        INDEX_FORM,
    )  # fmt: skip


def _tail(known: dict[str, int], kind: str, number: str) -> int:
    """There are ten thousand last four digits: each is worked out once."""
    end = f"{kind}{rules.tail(number)}"
    if end not in known:
        known[end] = queries.tail_blind(kind, number)
    return known[end]


def _load(conninfo: str, keys: str, numbers: range) -> None:
    crypto.use(KeyRing.load(Path(keys)))
    tails: dict[str, int] = {}
    words = sql.SQL("COPY person ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    )
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        with cursor.copy(words) as copy:
            copy.set_types(list(COLUMNS.values()))
            for number in numbers:
                copy.write_row(_row(number, tails))


def load(conninfo: str, keys: Path, many: int) -> None:
    """Put so many persons into an empty table; its indexes are made once all are there."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        indexes = connection.execute(
            "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE indrelid = 'person'::regclass AND NOT indisunique"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as workers:
            for done in [workers.submit(_load, conninfo, str(keys), share) for share in _shares(many)]:
                done.result()
        connection.execute("SET maintenance_work_mem = '1GB'")
        for _, definition in indexes:
            connection.execute(sql.SQL(definition))  # type: ignore[arg-type]  # as PostgreSQL itself wrote it


def _shares(many: int) -> Iterator[range]:
    for first in range(0, many, SHARE):
        yield range(first, min(first + SHARE, many))
