"""Pieces of the page on which it is settled who is shown what of a person."""
