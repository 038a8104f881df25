"""The pictures of the Chinese manual, taken from the running demo county by `make manual`."""

from tests.support.serving import ROOT

PICTURES = ROOT / "docs" / "手册" / "pictures"
