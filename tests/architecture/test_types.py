"""The list of what the type checker finds may only shrink."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import types

KNOWN = Counter({"domain/a.py": 2, "domain/b.py": 1})


def found(**counts: int) -> list[dict[str, Any]]:
    return [
        {"file": str(types.ROOT / "domain" / f"{name}.py"), "message": "wrong", "range": {"start": {"line": 3}}}
        for name, count in counts.items()
        for _ in range(count)
    ]


def test_what_is_known_passes_and_one_more_in_a_file_does_not() -> None:
    assert types.judge(found(a=2, b=1), KNOWN, shrink=False)[0]
    good, said = types.judge(found(a=1, b=2), KNOWN, shrink=False)
    assert not good
    assert any(line.startswith("domain/b.py:4: wrong") for line in said)


def test_fewer_pass_and_ask_to_be_written_down() -> None:
    good, said = types.judge(found(a=1), KNOWN, shrink=False)
    assert good
    assert "--shrink" in said[-1]


def test_the_list_is_written_when_the_sum_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(types, "KNOWN", tmp_path / "types.json")
    assert types.judge(found(a=1, c=2), KNOWN, shrink=True)[0]
    assert '"domain/c.py": 2' in types.KNOWN.read_text()
    types.KNOWN.unlink()
    assert not types.judge(found(a=4), KNOWN, shrink=True)[0]
    assert not types.KNOWN.exists()
