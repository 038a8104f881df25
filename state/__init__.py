"""What a person is doing: thin states that read input, make one domain call and keep the answer."""
