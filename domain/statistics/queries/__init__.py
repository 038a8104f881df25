"""Figures, and for each of them the cases behind it."""
