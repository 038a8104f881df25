"""Breaches and cards."""
