"""Kill a clean-up at drawn moments."""
