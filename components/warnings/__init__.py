"""Pieces that show risk labels."""
