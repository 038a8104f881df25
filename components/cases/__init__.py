"""Pieces of case pages."""
