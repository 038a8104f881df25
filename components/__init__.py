"""What is drawn: pieces made of the kit; a room's pieces read their own room's state."""
