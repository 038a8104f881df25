"""Pieces of the auditor's pages."""
