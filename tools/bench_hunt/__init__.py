"""Measures hunts over many timelines."""
