"""Long exports."""
