"""Models and reports over the product's data: they read and compute, and write nothing.

No model lives here yet; the first ones (duplicates, warnings) bring `kit/` with them.
"""
