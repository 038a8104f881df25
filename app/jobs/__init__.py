"""What runs by queue or clock: one unit of work, one operation each, all in a process of their own (`process`)."""
