"""These tests commit for real, each on a database of its own with the county in it."""

from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]
