"""What is installed is exactly what was locked: pinned, hashed, from one index, and newer than known faults.

No advisory service is asked here. `make audit` asks one, where the network allows it.
"""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
PACKAGES = [package for package in LOCK["package"] if package["name"] != "fengqiao"]
INDEX = "https://pypi.org/simple"

FIXED_IN = {
    # package: the first version without the faults that are named
    "cryptography": (48, 0, 1),  # GHSA-537c-gmf6-5ccf, OpenSSL inside; CVE-2026-26007, CVE-2026-39892
    "h11": (0, 16, 0),  # CVE-2025-43859, chunked bodies
    "idna": (3, 15),  # CVE-2026-45409
    "jinja2": (3, 1, 6),  # CVE-2025-27516, sandbox
    "pillow": (12, 3, 0),  # CVE-2026-59204, JPEG 2000; CVE-2026-25990, PSD
    "pydantic-settings": (2, 14, 2),  # GHSA-4xgf-cpjx-pc3j, links in a folder of secrets
    "python-dotenv": (1, 2, 2),  # CVE-2026-28684
    "python-multipart": (0, 0, 22),  # CVE-2026-24486, paths of uploads; CVE-2024-53981
    "python-socketio": (5, 14, 0),  # CVE-2025-61765, pickled messages between servers
    "redis": (4, 5, 4),  # CVE-2023-28859
    "requests": (2, 33, 0),  # CVE-2026-25645; CVE-2024-47081
    "starlette": (1, 3, 1),  # GHSA-jp82-jpqv-5vv3; CVE-2026-48817, CVE-2026-54282, CVE-2025-62727
    "urllib3": (2, 7, 0),  # CVE-2026-44432, CVE-2026-44431, CVE-2025-66418
    "werkzeug": (3, 1, 6),  # CVE-2026-27199
}
"""Each pair of fault and version was looked up in what other projects wrote about it. Of a package that is not named
here nothing is said; `make audit` asks about all."""


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("+", maxsplit=1)[0].split(".") if part.isdigit())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_is_pinned_hashed_and_from_the_one_index(package: dict) -> None:
    assert package["source"] == {"registry": INDEX}
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    assert files
    assert all(file["hash"].startswith("sha256:") for file in files)
    assert all(file["url"].startswith("https://files.pythonhosted.org/") for file in files)


def test_names_every_package_once_for_each_interpreter() -> None:
    names = [(package["name"], *package.get("resolution-markers", [])) for package in PACKAGES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_may_be_given_away_with_the_product(package: dict) -> None:
    try:
        about = metadata.metadata(package["name"])
    except metadata.PackageNotFoundError:
        return  # locked for another system
    said = " ".join([about.get("License-Expression") or "", *(about.get_all("Classifier") or [])])
    assert not re.search(r"\bAGPL|Affero|(?<!L)GPL-[23]|:: GNU General Public", said), said


def test_holds_no_version_with_a_known_fault() -> None:
    found = {package["name"]: version(package["version"]) for package in PACKAGES}
    assert {name: found[name] for name, fixed in FIXED_IN.items() if found.get(name, fixed) < fixed} == {}
