"""Named views and chosen columns of lists."""
