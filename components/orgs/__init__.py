"""Pieces of the pages that administer units, accounts and rights."""
