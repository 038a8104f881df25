"""Drivers for card readers: one file a kind, all behind the contract in `kit`."""
