"""Pieces of the pages on which personal data is governed."""
