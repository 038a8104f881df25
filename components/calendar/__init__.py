"""Pieces of the pages on which limits and working days are arranged."""
