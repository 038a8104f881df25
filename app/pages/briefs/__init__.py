"""Pages of the morning brief."""
