"""Papers that leave the house: printed slips and codes."""
