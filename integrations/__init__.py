"""Other people's systems, one folder each; none knows another. See `kit/contract.py`."""
