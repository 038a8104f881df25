"""The compiled pages follow the address of the page, and are built again only when their sources changed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from app.launch.errors import CannotStart
from app.launch.frontend import Frontend, build_environment, make_portable, portable

BAKED = "var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`,TEST_MODE:!1};export{e as t};"


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """Give the folder of a build as Reflex leaves it."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "reflex-env-abc.js").write_text(BAKED)
    (assets / "reflex-env-abc.js.gz").write_bytes(gzip.compress(BAKED.encode()))
    (assets / "reflex-env-abc.js.br").write_bytes(b"old")
    return tmp_path


@pytest.fixture
def tree(tmp_path: Path) -> Frontend:
    """Give a small source tree."""
    for name in ("app/app.py", "components/kit/table.py", "assets/tokens.css", "rxconfig.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return Frontend(tmp_path)


class TestThePort:
    def test_is_replaced_by_the_address_of_the_page(self) -> None:
        changed = portable(BAKED)
        assert "localhost" not in changed
        assert "`${location.origin}/ping`" in changed
        assert '`${location.origin.replace("http","ws")}/_event`' in changed

    @pytest.mark.parametrize(
        "text",
        [
            "",
            BAKED.replace("ws://localhost:8000", "ws://localhost:3000"),
            BAKED.replace("http://localhost:8000", "http://elsewhere"),
            BAKED.replace("`", '"'),
            BAKED + '"http://localhost:8000"',
        ],
    )
    def test_that_is_not_where_it_was_stops_the_start(self, text: str) -> None:
        with pytest.raises(CannotStart, match="Reflex 版本"):
            portable(text)

    def test_is_replaced_in_the_packed_file_too(self, client: Path) -> None:
        make_portable(client)
        written = (client / "assets" / "reflex-env-abc.js").read_bytes()
        assert gzip.decompress((client / "assets" / "reflex-env-abc.js.gz").read_bytes()) == written
        assert not (client / "assets" / "reflex-env-abc.js.br").exists()

    @pytest.mark.parametrize("files", [[], ["reflex-env-abc.js", "reflex-env-def.js"]])
    def test_needs_exactly_one_file_that_names_it(self, tmp_path: Path, files: list[str]) -> None:
        (tmp_path / "assets").mkdir()
        for name in files:
            (tmp_path / "assets" / name).write_text(BAKED)
        with pytest.raises(CannotStart, match="reflex-env"):
            make_portable(tmp_path)


class TestTheFingerprint:
    @pytest.mark.parametrize("name", ["app/app.py", "components/kit/table.py", "assets/tokens.css", "rxconfig.py"])
    def test_changes_with_every_source(self, tree: Frontend, name: str) -> None:
        before = tree.fingerprint()
        (tree.root / name).write_text("y")
        assert tree.fingerprint() != before

    def test_changes_when_a_source_is_renamed(self, tree: Frontend) -> None:
        before = tree.fingerprint()
        (tree.root / "app/app.py").rename(tree.root / "app/apq.py")
        assert tree.fingerprint() != before

    @pytest.mark.parametrize(
        "name", ["app/notes.txt", "app/x.pyc", "assets/external/link.js", ".web-build/work/a.js", "tests/a.py"]
    )
    def test_ignores_what_is_not_a_source(self, tree: Frontend, name: str) -> None:
        before = tree.fingerprint()
        (tree.root / name).parent.mkdir(parents=True, exist_ok=True)
        (tree.root / name).write_text("x")
        assert tree.fingerprint() == before


class TestABuild:
    def test_that_is_there_is_not_made_again(self, tree: Frontend) -> None:
        finished = tree.served / tree.fingerprint() / "build" / "client"
        finished.mkdir(parents=True)
        (finished / "index.html").write_text("kept")
        assert tree.ensure() == tree.served / tree.fingerprint()

    def test_that_fails_says_why_and_leaves_nothing_to_serve(self, tree: Frontend) -> None:
        (tree.root / "rxconfig.py").write_text("raise RuntimeError('a mistake in the sources')")
        with pytest.raises(CannotStart, match="a mistake in the sources"):
            tree.ensure()
        assert not list(tree.served.iterdir())

    def test_keeps_only_the_last_two(self, tree: Frontend) -> None:
        for name in ("a", "b", "c", tree.fingerprint()):
            (tree.served / name / "build" / "client").mkdir(parents=True)
            (tree.served / name / "build" / "client" / "index.html").write_text("")
        tree.ensure()
        left = sorted(path.name for path in tree.served.iterdir())
        assert len(left) == 2
        assert tree.fingerprint() in left

    def test_does_not_inherit_how_the_server_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("__REFLEX_SKIP_COMPILE", "true")
        assert "__REFLEX_SKIP_COMPILE" not in build_environment(Path("work"))


class TestAnAccountThatOnlyReads:
    """The service's account owns neither the sources nor a home; root is told by `access` that it may write."""

    def test_is_served_by_what_another_built(self, tree: Frontend, monkeypatch: pytest.MonkeyPatch) -> None:
        page = tree.served / tree.fingerprint() / "build" / "client" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("x")
        with monkeypatch.context() as read_only:
            read_only.setattr("os.access", lambda *_: False)
            assert tree.ensure() == tree.served / tree.fingerprint()
        assert not (tree.served.parent / "lock").exists()

    def test_is_told_who_has_to_build(self, tree: Frontend) -> None:
        (tree.root / ".web-build").write_text("no folder can be made here")
        with pytest.raises(CannotStart, match="fengqiao build"):
            tree.ensure()

    def test_builds_without_a_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", "/nonexistent")
        given = build_environment(tmp_path / ".web-build" / "work")
        assert given["HOME"] == str(tmp_path / ".web-build" / "home")
        assert given["REFLEX_DIR"] == str(tmp_path / ".web-build" / "reflex")
