"""What the centre's periodic reports compute of rows that are handed to them."""
