"""The county of the benchmarks' own tests."""

from __future__ import annotations

from tests.support.county_database import county_template
from tests.support.county_database import own_county as county

__all__ = ["county", "county_template"]
