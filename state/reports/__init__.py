"""Periodic reports: made, listed, read and written."""
