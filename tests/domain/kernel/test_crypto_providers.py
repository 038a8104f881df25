"""Providers are exchangeable: each keeps one contract, and what earlier ones sealed still opens."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import pytest

from domain.kernel import crypto
from domain.kernel.crypto import CannotOpen, KeyRing
from domain.kernel.crypto_providers import UnknownProvider, fault_of, install, provider
from domain.kernel.ids import new_id
from tests.support import crypto_module

ROW = UUID(int=7)
EARLY_FILE = {
    "masters": {
        "1": {"algorithm": "sm4", "key": bytes(range(32)).hex()},
        "2": {"algorithm": "aes", "key": bytes(range(32, 64)).hex()},
    },
    "index": (b"i" * 32).hex(),
    "chain": (b"c" * 32).hex(),
    "tokens": (b"t" * 32).hex(),
}
EARLY_FIELDS = {
    "sm4": "01200f687dd10243e138003e8a3a4d32f9de9cb43e6b597c9a3e28149140d5764a7ea52ed157",
    "aes": "02cfd4aafdd5b5f93a113a9bb668d02fbefe76ffb33eb2a0be3f6ff3aa331fb801c03550fd21",
}
"""What the first release wrote under these keys for the name 林水木 of the person 7."""


@pytest.fixture(autouse=True)
def _own_ring(keys: KeyRing) -> Generator[None]:
    yield
    crypto.use(keys)


@pytest.fixture
def early(tmp_path: Path) -> Path:
    """Give a key file of the first release."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(EARLY_FILE))
    return path


class TestAKeyFileOfTheFirstRelease:
    @pytest.mark.parametrize("algorithm", EARLY_FIELDS)
    def test_opens_what_it_sealed(self, early: Path, algorithm: str) -> None:
        crypto.use(KeyRing.load(early))

        assert crypto.unseal("person", "name", ROW, bytes.fromhex(EARLY_FIELDS[algorithm])) == "林水木"

    def test_finds_what_it_indexed(self, early: Path) -> None:
        crypto.use(KeyRing.load(early))

        assert crypto.blind("id", "1") == 4792781455384508765
        assert crypto.fragments("林水木")[0] == -1513838695
        assert crypto.digest("x").hex().startswith("f9ce0d88e15f08e6")

    def test_stays_the_same_when_it_is_written_anew(self, early: Path) -> None:
        ring = KeyRing.load(early)

        ring.save(early)

        assert KeyRing.load(early) == ring
        assert json.loads(early.read_text())["format"] == 2


class TestTheProviderOfARing:
    @pytest.mark.parametrize(("first", "then"), [("sm", "aes"), ("aes", "sm")])
    def test_fixes_the_digests_for_good_and_the_cipher_for_its_version(self, first: str, then: str) -> None:
        ring, row = KeyRing.fresh(first), new_id()
        crypto.use(ring)
        index, old = crypto.blind("id", "1"), crypto.seal("t", "c", row, "旧")

        crypto.use(ring.rotated(then))

        assert crypto.ring().hash == first
        assert crypto.ring().masters[2].provider == then
        assert crypto.blind("id", "1") == index
        assert crypto.unseal("t", "c", row, old) == "旧"

    def test_decides_the_digest(self) -> None:
        key = bytes(32)

        assert provider("sm").mac(key, b"") != provider("aes").mac(key, b"")

    def test_of_a_module_takes_no_secret(self) -> None:
        with pytest.raises(ValueError, match="自行生成密钥"):
            KeyRing.from_secret("s" * 32, "example")


class TestAModule:
    def test_works_beside_the_built_in_ones(self, tmp_path: Path) -> None:
        install(crypto_module.Example())
        ring, row = KeyRing.fresh("sm"), new_id()
        crypto.use(ring)
        old = crypto.seal("t", "c", row, "旧")

        ring.rotated("example").save(tmp_path / "keys.json")
        crypto.use(KeyRing.load(tmp_path / "keys.json"))
        new = crypto.seal("t", "c", row, "新")

        assert [crypto.unseal("t", "c", row, blob) for blob in (old, new)] == ["旧", "新"]
        assert crypto_module.Example().open(crypto.ring().masters[2].key, new[1:], f"t|c|{row}|2".encode())
        with pytest.raises(CannotOpen):
            crypto.unseal("t", "c", new_id(), new)

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (crypto_module.Bare, "缺少"),
            (crypto_module.Usurper, "不能使用"),
            (crypto_module.Unbound, "换了位置"),
            (crypto_module.Fixed, "相同"),
            (crypto_module.Short, "32 字节"),
        ],
    )
    def test_that_breaks_the_contract_is_found_out(self, kind: type, words: str) -> None:
        assert words in fault_of(kind())
        with pytest.raises(ValueError, match=words):
            install(kind())

    @pytest.mark.parametrize("name", ["sm", "aes"])
    def test_keeps_the_same_contract_as_the_built_in_ones(self, name: str) -> None:
        assert fault_of(provider(name)).startswith("名称")  # all else is right

    def test_that_is_not_installed_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        KeyRing.fresh().save(path)
        path.write_text(path.read_text().replace('"sm"', '"elsewhere"'))

        with pytest.raises(UnknownProvider) as refused:
            KeyRing.load(path)
        assert refused.value.name == "elsewhere"


class TestARunningProcess:
    def test_seals_under_a_new_key_as_soon_as_the_file_has_it(self, tmp_path: Path) -> None:
        path, row = tmp_path / "keys.json", new_id()
        ring = KeyRing.load_or_create(path)
        crypto.use(ring, path)
        assert crypto.seal("t", "c", row, "一")[0] == 1

        ring.rotated().save(path)

        assert crypto.seal("t", "c", row, "二")[0] == 2

    def test_opens_a_field_of_a_version_it_did_not_know(self, tmp_path: Path) -> None:
        path, row = tmp_path / "keys.json", new_id()
        ring = KeyRing.load_or_create(path)
        newer = ring.rotated()
        crypto.use(newer)
        blob = crypto.seal("t", "c", row, "二")
        crypto.use(ring, path)
        with pytest.raises(CannotOpen, match="version 2"):
            crypto.unseal("t", "c", row, blob)

        newer.save(path)

        assert crypto.unseal("t", "c", row, blob) == "二"
        assert not crypto.refresh()

    @pytest.mark.parametrize("words", ["", "{", "{}", None])
    def test_keeps_its_keys_when_the_file_is_damaged_or_away(self, tmp_path: Path, words: str | None) -> None:
        path = tmp_path / "keys.json"
        ring = KeyRing.load_or_create(path)
        crypto.use(ring, path)

        path.unlink()
        if words is not None:
            path.write_text(words)

        assert not crypto.refresh()
        assert crypto.ring() == ring

    @pytest.mark.parametrize("how", ["of another database", "older"])
    def test_never_takes_keys_that_are_not_its_own_continued(self, tmp_path: Path, how: str) -> None:
        path, row = tmp_path / "keys.json", new_id()
        older = KeyRing.fresh()
        ring = older.rotated()
        ring.save(path)
        crypto.use(ring, path)

        (KeyRing.fresh() if how != "older" else older).save(path)

        assert not crypto.refresh()
        assert crypto.unseal("t", "c", row, crypto.seal("t", "c", row, "二")) == "二"
        assert crypto.ring() == ring
        ring.rotated().without(2).without(1).save(path)
        assert crypto.refresh()
