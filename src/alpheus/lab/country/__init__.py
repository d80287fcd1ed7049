"""A simulated country: organisations, their mail servers, a month of history, others' lists.

It is made from how the world is, not from how anybody merges lists. Names and addresses are
nobody's (see `sectors.py` and `networks.py`); what is true is written beside the lists (see
`truth.py`).
"""

from __future__ import annotations

from alpheus.lab.country.generate import generate
from alpheus.lab.country.truth import Truth, read_rows

__all__ = ["Truth", "generate", "read_rows"]
