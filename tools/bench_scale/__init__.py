"""Measures what many packages take, and reckons what more of them will."""
