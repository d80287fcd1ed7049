"""Bytes in an object store or on a web server: at an offset, pinned to one version, asked again.

Knows nothing of evidence. What is shown or kept of an address holds no secret.
"""
