"""Reads of cases; every one starts from `reach.visible_to(actor)`."""
