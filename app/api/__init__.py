"""HTTP for machines: one file a room; `build.py` puts them together."""
