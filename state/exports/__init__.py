"""Long exports on screen: the person's own, with how far they are."""
