"""Pages of long exports."""
