"""How fast a clean-up goes, beside copying and removing the same files: `make bench-clean`."""
