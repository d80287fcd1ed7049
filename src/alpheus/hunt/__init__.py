"""Hunting: questions that nobody had a rule for yet, asked of the timelines of many packages."""
