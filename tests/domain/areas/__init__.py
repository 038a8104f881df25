"""Divisions, grids and the fictional county."""
