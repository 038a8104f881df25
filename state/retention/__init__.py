"""How long what is kept, as the security administrator settles it."""
