"""What the security administrator is doing with personal data: who is shown what, and how long it is kept."""
