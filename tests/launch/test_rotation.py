"""`fengqiao keys`: a new key for everything while somebody writes, killed in the middle, and the old key out of use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app.launch.errors import CannotStart
from app.launch.keys import check_keys_belong
from app.settings import load
from domain.kernel import crypto
from domain.kernel.crypto import KeyRing
from tests.support.serving import ROOT

pytestmark = pytest.mark.timeout(240)
KEPT = 1500


@dataclass
class Product:
    """A data folder, and a database that is named by its address."""

    data: Path
    url: str

    @property
    def keys(self) -> Path:
        """Tell where the key file lies."""
        return self.data / "keys.json"

    def start(self, *words: str, **given: str) -> subprocess.Popen[str]:
        """Start a program on it."""
        chosen = {"DATA_DIR": str(self.data), "DATABASE_URL": self.url, "DEMO": "0", **given}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        command = [sys.executable, "-m", *words]
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **chosen}, text=True, **pipes)  # type: ignore[call-overload]

    def fengqiao(self, *words: str, code: int = 0, **given: str) -> str:
        """Run a command to its end and give what it said."""
        with self.start("app.cli", *words, **given) as process:
            said, _ = process.communicate(timeout=120)
        assert process.returncode == code, said
        return said

    def read(self, query: str) -> list[tuple[object, ...]]:
        """Answer a query."""
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            return connection.execute(query.encode()).fetchall()

    def versions(self) -> dict[object, object]:
        """Count the drafts by key version."""
        return dict(self.read("SELECT get_byte(content_sealed, 0), count(*) FROM form_draft GROUP BY 1"))  # type: ignore[arg-type]

    def age_keys(self) -> None:
        """Make the keys an hour older than they are."""
        raw = json.loads(self.keys.read_text())
        for master in raw["masters"].values():
            master["made_at"] = str(datetime.fromisoformat(master["made_at"]) - timedelta(hours=1))
        self.keys.write_text(json.dumps(raw))


@pytest.fixture
def product(tmp_path: Path, database_url: str, keys: KeyRing) -> Generator[Product]:
    """Give a product with some drafts under its first key."""
    made = Product(tmp_path / "data", database_url)
    made.data.mkdir()
    crypto.use(check_keys_belong(load(_env_file=None, data_dir=made.data), database_url))
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        rows = [uuid4() for _ in range(KEPT)]
        cursor.executemany(
            "INSERT INTO form_draft (id, account_id, form, content_sealed, saved_at) VALUES (%s, %s, 'f', %s, now())",
            [(row, row, crypto.seal("form_draft", "content", row, f"原文 {row}")) for row in rows],
        )
    yield made
    crypto.use(keys)


def killed_in_the_middle(product: Product) -> None:
    """Begin to rotate in small steps and kill it when some fields have the new key and some the old one."""
    with product.start("app.cli", "keys", "rotate", "--batch", "5") as process:
        while len(product.versions()) < 2 or int(str(product.versions().get(2, 0))) < 50:
            assert process.poll() is None, process.stdout and process.stdout.read()
            time.sleep(0.01)
        process.kill()
    assert 1 in product.versions()


class TestRotating:
    def test_beside_a_writer_survives_a_kill_and_leaves_nothing_on_the_old_key(self, product: Product) -> None:
        with product.start("tests.support.writer") as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            killed_in_the_middle(product)
            said = product.fengqiao("keys", "rotate")
            written, _ = writer.communicate(timeout=30)

        assert "上次轮换尚未完成" in said
        assert "form_draft.content_sealed：第 1 版 0，第 2 版" in said
        assert "person.name_sealed：第 1 版 0，第 2 版 0" in said
        assert "剩余的字段：0" in said
        assert product.versions() == {2: KEPT + int(written.split()[-1])}
        crypto.use(KeyRing.load(product.keys))
        for row, blob in product.read("SELECT id, content_sealed FROM form_draft"):
            assert crypto.unseal("form_draft", "content", row, blob)  # type: ignore[arg-type]
        actions = [action for (action,) in product.read("SELECT action FROM journal_entry ORDER BY seq")]
        assert actions == ["keys.rotate", "keys.resealed"]
        assert "完整" in product.fengqiao("audit", "verify")

    def test_by_another_provider_keeps_what_can_be_found(self, product: Product) -> None:
        before = crypto.blind("id", "1")

        product.fengqiao("keys", "rotate", CRYPTO_MODULE="tests.support.crypto_module:Example")

        assert product.versions() == {2: KEPT}
        assert "使用密码模块“example”" in product.fengqiao("keys", "status", code=1)
        assert "第 2 版  example" in product.fengqiao(
            "keys", "status", CRYPTO_MODULE="tests.support.crypto_module:Example"
        )
        assert crypto.blind("id", "1") == before

    def test_may_leave_old_fields_for_later(self, product: Product) -> None:
        assert "暂不重新加密" in product.fengqiao("keys", "rotate", "--no-reseal")
        assert product.versions() == {1: KEPT}
        assert f"剩余的字段：{KEPT:,}" in product.fengqiao("keys", "status")

    def test_keys_of_a_secret_waits_for_a_key_file(self, tmp_path: Path, database_url: str) -> None:
        product, secret = Product(tmp_path, database_url), "s" * 32
        assert "keys keep" in product.fengqiao("keys", "rotate", code=1, SECRET_KEY=secret)

        product.fengqiao("keys", "keep", SECRET_KEY=secret)

        assert "轮换完成" in product.fengqiao("keys", "rotate")


class TestRetiring:
    def test_takes_the_old_key_away_once_it_is_safe(self, product: Product) -> None:
        first = product.keys.read_text()
        product.fengqiao("keys", "rotate")
        assert "不足 10 分钟" in product.fengqiao("keys", "retire", "1", "--yes", code=1)
        product.age_keys()
        assert "正在使用" in product.fengqiao("keys", "retire", "2", "--yes", code=1)
        assert "没有第 3 版" in product.fengqiao("keys", "retire", "3", "--yes", code=1)

        said = product.fengqiao("keys", "retire", "1", "--yes")

        assert "旧备份" in said
        assert set(KeyRing.load(product.keys).masters) == {2}
        assert "剩余的字段：0" in product.fengqiao("keys", "status")
        product.keys.write_text(first)
        with pytest.raises(CannotStart, match="缺少第 2 版密钥"):
            check_keys_belong(load(_env_file=None, data_dir=product.data), product.url)


class TestRestoring:
    def test_says_at_once_when_the_keys_do_not_fit(self, product: Product, tmp_path: Path) -> None:
        backup = tmp_path / "backup.tar"
        product.fengqiao("backup", str(backup))
        kept = product.keys.read_text()
        KeyRing.fresh().save(product.keys)

        assert "不属于这个备份" in product.fengqiao("restore", str(backup), "--replace", code=1)

        product.keys.write_text(kept)
        assert "密钥与数据相符" in product.fengqiao("restore", str(backup), "--replace")

    def test_leaves_a_database_alone_that_is_not_ours(self, product: Product, tmp_path: Path) -> None:
        backup = tmp_path / "backup.tar"
        product.fengqiao("backup", str(backup))
        with psycopg.connect(product.url.replace("+psycopg", "")) as connection:
            connection.execute("ALTER TABLE fengqiao_marker RENAME TO theirs")

        assert "不属于本系统" in product.fengqiao("restore", str(backup), "--replace", code=1)

        assert product.versions() == {1: KEPT}
