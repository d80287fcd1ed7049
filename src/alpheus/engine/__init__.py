"""Engines: where a unit of work runs. They know nothing of the work.

`local` has processes of this machine, `cluster` those of many (Dask distributed); whoever has units
needs only the call that both have in common (`base.Engine`).
"""

from __future__ import annotations

from alpheus.engine.base import Bounds, Engine, Lost, Outcome, Setup
from alpheus.engine.local import LocalEngine

__all__ = ["Bounds", "Engine", "LocalEngine", "Lost", "Outcome", "Setup"]
