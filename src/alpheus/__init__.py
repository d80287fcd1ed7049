"""Alpheus: from the evidence of a mass compromise to a verdict that can be defended."""

__version__ = "0.1.0"
