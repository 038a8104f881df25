"""Pieces of the pages on which processes are arranged."""
