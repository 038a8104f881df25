"""The tests: the same floors and rooms as the product, on a real database, real sockets and a real browser."""
