"""Generated leak tests: for every person and every record, every way out answers what an independent oracle says."""
