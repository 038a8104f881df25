"""Starting, crashing and refusing to start."""
