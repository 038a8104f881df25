"""Sealed fields open in their own place only; keys turn without losing anything."""

from __future__ import annotations

import stat
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel import crypto
from domain.kernel.crypto import CannotOpen, KeyRing
from domain.kernel.ids import new_id


@pytest.fixture
def ring(keys: KeyRing) -> Generator[KeyRing]:
    """Give a ring of this test's own and put the run's back."""
    fresh = KeyRing.fresh()
    crypto.use(fresh)
    yield fresh
    crypto.use(keys)


class TestSealing:
    @given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300))
    @settings(max_examples=60, deadline=None)
    def test_what_was_sealed_opens(self, text: str) -> None:
        row = new_id()

        assert crypto.unseal("person", "name", row, crypto.seal("person", "name", row, text)) == text

    def test_none_opens_as_the_empty_text(self) -> None:
        assert crypto.unseal("person", "name", new_id(), None) == ""

    def test_the_same_text_never_looks_the_same(self) -> None:
        row = new_id()

        assert crypto.seal("person", "name", row, "林") != crypto.seal("person", "name", row, "林")

    @pytest.mark.parametrize("place", ["row", "column", "table"])
    def test_a_moved_field_does_not_open(self, place: str) -> None:
        row = new_id()
        blob = crypto.seal("person", "name", row, "林水木")
        table, column, other = {
            "row": ("person", "name", new_id()),
            "column": ("person", "phone", row),
            "table": ("account", "name", row),
        }[place]

        with pytest.raises(CannotOpen):
            crypto.unseal(table, column, other, blob)

    @pytest.mark.parametrize("place", [1, 13, -1])
    def test_a_changed_byte_shows(self, place: int) -> None:
        row = new_id()
        blob = bytearray(crypto.seal("person", "name", row, "林水木"))
        blob[place] ^= 1

        with pytest.raises(CannotOpen):
            crypto.unseal("person", "name", row, bytes(blob))


class TestKeys:
    @pytest.mark.parametrize("name", ["sm", "aes"])
    def test_both_algorithms_seal(self, ring: KeyRing, name: str) -> None:
        crypto.use(KeyRing.fresh(name))
        row = new_id()

        assert crypto.unseal("t", "c", row, crypto.seal("t", "c", row, "文字")) == "文字"

    def test_old_fields_open_after_turning_the_key(self, ring: KeyRing) -> None:
        row, index, seal = new_id(), crypto.blind("id", "1"), crypto.chained(b"line")
        old = crypto.seal("t", "c", row, "旧")
        crypto.use(ring.rotated("aes"))

        new = crypto.seal("t", "c", row, "新")

        assert (old[0], new[0]) == (1, 2)
        assert crypto.unseal("t", "c", row, old) == "旧"
        assert crypto.unseal("t", "c", row, new) == "新"
        assert crypto.blind("id", "1") == index
        assert crypto.chained(b"line") == seal

    def test_without_its_key_a_field_stays_shut(self, ring: KeyRing) -> None:
        row = new_id()
        crypto.use(ring.rotated())
        blob = crypto.seal("t", "c", row, "新")
        crypto.use(ring)

        with pytest.raises(CannotOpen, match="key version 2"):
            crypto.unseal("t", "c", row, blob)

    def test_a_saved_ring_is_the_same_and_private(self, tmp_path: Path) -> None:
        ring, path = KeyRing.fresh("aes", at=datetime(2026, 11, 23, tzinfo=UTC)).rotated("sm"), tmp_path / "keys.json"

        ring.save(path)

        assert KeyRing.load(path) == ring
        assert KeyRing.load_or_create(path) == ring
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert ring.masters[1].key.hex() not in f"{ring!r} {ring.masters[1]!r}"

    def test_versions_end_where_a_byte_does(self, ring: KeyRing) -> None:
        last = KeyRing({255: ring.masters[1]}, ring.index, ring.chain, ring.tokens)

        with pytest.raises(ValueError, match="255"):
            last.rotated()

    def test_only_an_old_key_goes(self, ring: KeyRing) -> None:
        both = ring.rotated()

        assert set(both.without(1).masters) == {2}
        for version in (2, 3):
            with pytest.raises(ValueError, match="旧密钥"):
                both.without(version)

    def test_fingerprints_tell_keys_apart_and_nothing_else(self, ring: KeyRing) -> None:
        both = ring.rotated()

        assert ring.fingerprints().items() < both.fingerprints().items()
        assert KeyRing.fresh().fingerprints().keys() == ring.fingerprints().keys()
        assert not set(KeyRing.fresh().fingerprints().values()) & set(ring.fingerprints().values())

    def test_a_secret_makes_the_same_ring_again(self) -> None:
        assert KeyRing.from_secret("s" * 32) == KeyRing.from_secret("s" * 32)
        with pytest.raises(ValueError, match="32"):
            KeyRing.from_secret("s" * 31)


class TestIndexes:
    def test_equal_texts_meet_and_kinds_keep_apart(self) -> None:
        assert crypto.blind("id", "1") == crypto.blind("id", "1")
        assert crypto.blind("id", "1") != crypto.blind("phone", "1")
        assert -(2**63) <= crypto.blind("id", "1") < 2**63

    def test_a_part_of_a_name_is_found_in_the_whole(self) -> None:
        assert set(crypto.fragments("水木", start=False)) <= set(crypto.fragments("林水木"))
        assert not set(crypto.fragments("木水", start=False)) <= set(crypto.fragments("林水木"))

    def test_hmac_sm3_is_that_of_the_standard_hash(self) -> None:
        from cryptography.hazmat.primitives.hashes import SM3, Hash

        def sm3(data: bytes) -> bytes:
            digest = Hash(SM3())
            digest.update(data)
            return digest.finalize()

        key = b"k" * 32
        padded = key.ljust(64, b"\0")
        inner = sm3(bytes(b ^ 0x36 for b in padded) + b"abc")
        assert crypto.hmac_sm3(key, b"abc") == sm3(bytes(b ^ 0x5C for b in padded) + inner)
        assert sm3(b"abc").hex().startswith("66c7f0f462eeedd9")
