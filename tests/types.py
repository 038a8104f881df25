"""Hold the findings of the type checker to a list that may only shrink: `python -m tests.types [--shrink]`.

`tests/types.json` names how many findings each file has. More in a file fail; with `--shrink` fewer are written down,
and what moved to another file with it, as long as the sum does not grow.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
KNOWN = Path(__file__).with_suffix(".json")


def findings() -> list[dict[str, Any]]:
    """Ask the type checker.

    :raises RuntimeError: it gave no answer; the message holds what it said
    """
    program = Path(sys.executable).with_name("pyright")
    done = subprocess.run([program, "--outputjson"], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    except (ValueError, KeyError):
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:]) from None
    return [one for one in found if one["severity"] == "error"]


def place(one: dict[str, Any]) -> str:
    return Path(one["file"]).relative_to(ROOT).as_posix()


def judge(found: list[dict[str, Any]], known: Counter[str], *, shrink: bool) -> tuple[bool, list[str]]:
    """Tell whether the findings are within what is known, and what is to be said."""
    counts = Counter(place(one) for one in found)
    grown = {name for name in counts if counts[name] > known[name]}
    said = [f"类型检查：{counts.total()} 处，清单中 {known.total()} 处"]
    if shrink and counts.total() <= known.total():
        KNOWN.write_text(json.dumps(dict(sorted(counts.items())), indent=1) + "\n", encoding="utf-8")
        return True, said
    for one in found:
        if place(one) in grown:
            line = one["range"]["start"]["line"] + 1
            said.append(f"{place(one)}:{line}: {one['message'].splitlines()[0]} ({one.get('rule', '')})")
    if not grown and counts != known:
        said.append("比清单少：请运行 python -m tests.types --shrink，清单只减不增")
    return not grown, said


def main() -> int:
    known = Counter[str](json.loads(KNOWN.read_text(encoding="utf-8")))
    good, said = judge(findings(), known, shrink="--shrink" in sys.argv[1:])
    sys.stdout.write("\n".join(said) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
