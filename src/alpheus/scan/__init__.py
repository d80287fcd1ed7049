"""Text logs: bytes to candidate lines, and a count of every row."""
