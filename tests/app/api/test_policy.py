"""The policy of a build is read from its own pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.api.policy import NO_PAGES, Policies, hashed, sheets_of_toasts

SHEET = '[data-sonner-toaster][dir=ltr],html[dir="ltr"]{--gap:4px}\n[x]{content:"`"}'


@pytest.fixture
def client(tmp_path: Path) -> Path:
    (tmp_path / "cases").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script src="/desk.js"></script><script>home()</script>')
    (tmp_path / "cases" / "index.html").write_text('<script type="module">cases()</script><style id="x">a{}</style>')
    (tmp_path / "__spa-fallback.html").write_text("<script>any()</script>")
    return tmp_path


class TestAPage:
    @pytest.mark.parametrize(
        ("path", "code"),
        [("/", "home()"), ("/cases", "cases()"), ("/cases/", "cases()"), ("/case/QX1", "any()"), ("/..", "any()")],
    )
    def test_lets_its_own_scripts_through_and_no_others(self, client: Path, path: str, code: str) -> None:
        policy = Policies.of(client).of_path(path)
        assert f"script-src 'self' {hashed(code)}" in policy
        assert policy.count("sha256-") == (3 if "cases" in code else 2)
        assert "unsafe" not in policy

    def test_lets_its_own_styles_through(self, client: Path) -> None:
        assert f"style-src 'self' {hashed('a{}')}" in Policies.of(client).of_path("/cases")

    def test_of_no_build_lets_nothing_through(self, tmp_path: Path) -> None:
        assert Policies.of(tmp_path / "nothing").of_path("/") == NO_PAGES


class TestTheSheetOfTheMessages:
    @pytest.mark.parametrize(
        "literal",
        ["`" + SHEET.replace("`", "\\`") + "`", '"' + SHEET.replace('"', '\\"').replace("\n", "\\n") + '"'],
    )
    def test_is_found_in_a_script_however_it_is_quoted(self, client: Path, literal: str) -> None:
        (client / "assets" / "root-x.js").write_text(f"before(`x`);put({literal});after()")
        assert sheets_of_toasts(client) == [SHEET]
