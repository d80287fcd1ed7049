"""Very many packages, and a run whose processes and database are killed and paused."""
