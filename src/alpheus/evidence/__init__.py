"""Evidence: what a responder hands in, opened safely and read-only."""
