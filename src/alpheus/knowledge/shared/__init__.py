"""Indicators that others share: STIX 2.1, MISP, tables and plain lists; and what many use."""
