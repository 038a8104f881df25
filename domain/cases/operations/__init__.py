"""Writes of cases, one file per act."""
