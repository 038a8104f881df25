"""The petitioner's plain HTML pages: no script, readable on a slow phone, templates beside the code."""
