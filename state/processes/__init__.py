"""What a person is doing with processes: looking through them, changing a draft, trying it, enabling it."""
