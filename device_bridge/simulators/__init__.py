"""Stand-ins for what the bridge meets: a reader on a pseudo-terminal, and a server's desk."""
