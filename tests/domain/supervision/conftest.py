"""The county of the supervision tests."""

from tests.domain.cases.conftest import county

__all__ = ["county"]
