"""The device bridge: a standalone program for the reception PC; see README.md. Others import `protocol` alone."""
