"""Keys are made once, belong to one database, and whatever is wrong with them is one sentence before anything starts."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app.launch.errors import CannotStart
from app.launch.keys import check_keys_belong, key_ring, use_module
from app.settings import Settings, load
from domain.kernel import crypto
from domain.kernel.crypto import KeyRing

MODULES = "tests.support.crypto_module"


@pytest.fixture(autouse=True)
def _own_ring(keys: KeyRing) -> Generator[None]:
    yield
    crypto.use(keys)


def settings(folder: Path, **given: str) -> Settings:
    return load(_env_file=None, data_dir=folder, **given)


def draft(url: str, ring: KeyRing) -> None:
    """Seal one form draft into a database."""
    crypto.use(ring)
    row = uuid4()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO form_draft (id, account_id, form, content_sealed, saved_at) VALUES (%s, %s, 'f', %s, %s)",
            (row, uuid4(), crypto.seal("form_draft", "content", row, "{}"), datetime.now(UTC)),
        )


def notes(url: str) -> set[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT name FROM fengqiao_marker WHERE name LIKE 'key.%'").fetchall()
    return {name for (name,) in found}


def forget_notes(url: str) -> None:
    """Leave the database as an earlier release would."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("DELETE FROM fengqiao_marker WHERE name LIKE 'key.%'")


class TestTheKeyFile:
    def test_is_made_once_and_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        chosen = settings(tmp_path)

        made = key_ring(chosen)

        assert key_ring(chosen) == made
        assert made.masters[1].made_at is not None
        assert chosen.keys.stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize(
        ("words", "said"), [("{", "已损坏"), ("{}", "不完整"), ('{"masters": {}}', "不完整"), ("[]", "不完整")]
    )
    def test_that_is_damaged_is_never_replaced(self, tmp_path: Path, words: str, said: str) -> None:
        chosen = settings(tmp_path)
        chosen.keys.write_text(words)

        with pytest.raises(CannotStart, match=said):
            key_ring(chosen)
        assert chosen.keys.read_text() == words

    def test_is_for_the_algorithm_that_was_chosen(self, tmp_path: Path) -> None:
        made = key_ring(settings(tmp_path, crypto="aes"))

        assert (made.hash, made.masters[1].provider) == ("aes", "aes")
        assert key_ring(settings(tmp_path, crypto="sm")) == made


class TestASecret:
    def test_has_32_characters_or_more(self, tmp_path: Path) -> None:
        with pytest.raises(CannotStart, match="32"):
            key_ring(settings(tmp_path, secret_key="short"))
        assert isinstance(key_ring(settings(tmp_path, secret_key="x" * 32)), KeyRing)

    def test_that_was_changed_is_noticed_and_so_is_another_algorithm(self, tmp_path: Path, database_url: str) -> None:
        check_keys_belong(settings(tmp_path, secret_key="x" * 32), database_url)

        for other in (settings(tmp_path, secret_key="y" * 32), settings(tmp_path, secret_key="x" * 32, crypto="aes")):
            with pytest.raises(CannotStart, match="SECRET_KEY 不属于这个数据库"):
                check_keys_belong(other, database_url)
        check_keys_belong(settings(tmp_path, secret_key="x" * 32), database_url)


class TestAModule:
    def test_that_is_named_makes_the_keys(self, tmp_path: Path) -> None:
        chosen = settings(tmp_path, crypto_module=f"{MODULES}:Example")

        assert key_ring(chosen).masters[1].provider == "example"
        assert key_ring(chosen) == KeyRing.load(chosen.keys)

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("no.such.package:Class", "找不到密码模块"),
            (f"{MODULES}:Missing", "找不到密码模块"),
            (MODULES, "找不到密码模块"),
            (":", "找不到密码模块"),
            (f"{MODULES}:Broken", "无法启用（OSError）"),
            (f"{MODULES}:Bare", "未通过自检：缺少"),
            (f"{MODULES}:Unbound", "未通过自检：换了位置"),
            (f"{MODULES}:Usurper", "未通过自检：名称“sm”不能使用"),
        ],
    )
    def test_that_is_wrong_ends_the_start_with_a_sentence(self, given: str, said: str) -> None:
        with pytest.raises(CannotStart, match=said):
            use_module(given)

    def test_that_is_needed_and_not_named_is_asked_for(self, tmp_path: Path) -> None:
        chosen = settings(tmp_path)
        key_ring(chosen)
        chosen.keys.write_text(chosen.keys.read_text().replace('"sm"', '"another"'))

        with pytest.raises(CannotStart, match="使用密码模块“another”，请用 CRYPTO_MODULE"):
            key_ring(chosen)


class TestADatabase:
    def test_notes_the_keys_at_the_first_start(self, tmp_path: Path, database_url: str) -> None:
        made = check_keys_belong(settings(tmp_path), database_url)

        assert made == check_keys_belong(settings(tmp_path), database_url)
        assert notes(database_url) == {"key.index", "key.1"}

    def test_notes_nothing_that_would_tell_a_key(self, tmp_path: Path, database_url: str) -> None:
        made = check_keys_belong(settings(tmp_path), database_url)

        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            told = str(connection.execute("SELECT * FROM fengqiao_marker").fetchall())
        raw = json.loads(settings(tmp_path).keys.read_text())
        assert not any(raw[name] in told for name in ("index", "chain", "tokens"))
        assert made.masters[1].key.hex() not in told

    @pytest.mark.parametrize("noted", [True, False])
    def test_refuses_to_go_on_when_its_keys_are_lost(self, tmp_path: Path, database_url: str, noted: bool) -> None:
        chosen = settings(tmp_path)
        draft(database_url, check_keys_belong(chosen, database_url))
        if not noted:
            forget_notes(database_url)
        chosen.keys.unlink()

        with pytest.raises(CannotStart, match="找不到密钥文件"):
            check_keys_belong(chosen, database_url)
        assert not chosen.keys.exists()

    @pytest.mark.parametrize("noted", [True, False])
    def test_refuses_the_keys_of_another(self, tmp_path: Path, database_url: str, noted: bool) -> None:
        chosen = settings(tmp_path)
        draft(database_url, check_keys_belong(chosen, database_url))
        if not noted:
            forget_notes(database_url)
        KeyRing.fresh().save(chosen.keys)

        with pytest.raises(CannotStart, match="不属于这个数据库"):
            check_keys_belong(chosen, database_url)
        assert (notes(database_url) != set()) is noted

    @pytest.mark.parametrize("noted", [True, False])
    def test_refuses_an_older_key_file(self, tmp_path: Path, database_url: str, noted: bool) -> None:
        chosen = settings(tmp_path)
        old = check_keys_belong(chosen, database_url)
        old.rotated().save(chosen.keys)
        draft(database_url, check_keys_belong(chosen, database_url))
        if not noted:
            forget_notes(database_url)
        old.save(chosen.keys)

        with pytest.raises(CannotStart, match="缺少第 2 版密钥"):
            check_keys_belong(chosen, database_url)

    def test_of_an_earlier_release_takes_the_keys_that_open_it(self, tmp_path: Path, database_url: str) -> None:
        chosen = settings(tmp_path)
        draft(database_url, check_keys_belong(chosen, database_url))
        forget_notes(database_url)

        check_keys_belong(chosen, database_url)

        assert notes(database_url) == {"key.index", "key.1"}
