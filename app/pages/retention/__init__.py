"""The page on which it is settled how long what is kept."""
