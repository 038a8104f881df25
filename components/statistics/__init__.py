"""Pieces of the pages of figures."""
