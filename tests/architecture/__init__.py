"""The inspector: the rules of the house, read off the source."""
