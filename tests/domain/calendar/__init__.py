"""Working days and clocks."""
