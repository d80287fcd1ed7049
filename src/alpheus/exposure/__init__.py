"""Exposure: find the servers, know their patch state, hurt nobody.

Plain, unauthenticated GETs of public pages inside a scope that its owner signed for, and lists of
others, become one kind of record: `Observation`.
"""
