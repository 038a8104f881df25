"""Pages of units, accounts, roles, and of who may what."""
