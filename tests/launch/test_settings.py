"""Settings are documented, and wrong ones are named without being shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.launch.errors import CannotStart
from app.settings import Settings, load

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"


class TestTheDocument:
    def test_lists_exactly_the_settings_there_are(self) -> None:
        written = re.findall(r"^\| `([A-Z0-9_]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
        assert written == [name.upper() for name in Settings.model_fields]

    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_states_the_default(self, name: str) -> None:
        default = Settings.model_fields[name].default
        shown = str(int(default)) if isinstance(default, bool) else str("" if default is None else default)
        row = re.search(rf"^\| `{name.upper()}` \| ([^|]*) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
        assert row is not None
        assert row[1].strip().strip("`") == (shown or "empty")


class TestAWrongSetting:
    def test_is_named_and_its_value_is_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "hidden-word")
        with pytest.raises(CannotStart, match="PORT") as refused:
            load(_env_file=None)
        assert "hidden-word" not in refused.value.message

    def test_secrets_do_not_show_in_the_settings(self) -> None:
        shown = repr(
            load(
                _env_file=None,
                secret_key="hidden-word" * 3,
                demo_password="Hidden-word-" + "2026",
                database_url="postgresql://u:hidden-word@h/d",
            )
        )
        assert "hidden-word" not in shown.lower()


class TestWhatFollowsFromThem:
    @pytest.mark.parametrize(
        ("demo", "provider", "expected"), [(True, "", "outbox"), (False, "", ""), (True, "x", "x")]
    )
    def test_the_sms_channel(self, demo: bool, provider: str, expected: str) -> None:
        assert load(_env_file=None, demo=demo, sms_provider=provider).sms == expected

    def test_another_database_replaces_the_embedded_one(self, tmp_path: Path) -> None:
        assert load(_env_file=None, data_dir=tmp_path).postgres() is not None
        assert load(_env_file=None, data_dir=tmp_path, database_url="postgresql://u@h/d").postgres() is None
