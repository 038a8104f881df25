"""Pages of the reception desk and of the visits of all days."""
