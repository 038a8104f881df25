"""Pieces of the pages of areas."""
