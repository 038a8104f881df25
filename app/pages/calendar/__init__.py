"""Pages on which limits and working days are arranged."""
