"""These tests commit for real, each on a database of its own with the county in it."""

from tests.support.county_database import county_template
from tests.support.county_database import own_county as county

__all__ = ["county", "county_template"]
