"""Who is shown what of a person, as the security administrator settles it."""
