"""Risk labels: the list to be answered, and what a case page shows of them."""
