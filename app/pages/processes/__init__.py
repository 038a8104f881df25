"""Pages on which processes are arranged."""
