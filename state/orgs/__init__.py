"""What administrators do: units, accounts, roles, and the answer to "who may what, and why"."""
