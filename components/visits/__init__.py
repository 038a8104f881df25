"""Pieces of the reception desk."""
