"""Pieces that show what a person is told."""
