"""One served product, attacked from outside: each attack is refused, nothing leaks, the server goes on."""
