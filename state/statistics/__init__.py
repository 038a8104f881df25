"""What a person sees of figures: the board, the departments, and the cases behind a number."""
