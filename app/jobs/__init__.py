"""What runs by queue or clock: one unit of work, one operation each."""
