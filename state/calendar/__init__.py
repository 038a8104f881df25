"""What administrators are doing with the rules of time: limits, and working days."""
