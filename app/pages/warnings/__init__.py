"""Pages of risk labels."""
