"""The county of the benchmarks' own tests."""

from __future__ import annotations

from tests.support.county_database import county, county_template

__all__ = ["county", "county_template"]
