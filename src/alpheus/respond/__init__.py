"""Clean-up: a plan for one server, hands that carry it out and can take it back, and proof."""
