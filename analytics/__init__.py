"""Models and reports over the product's data: they compute what they are handed, read and write nothing."""
