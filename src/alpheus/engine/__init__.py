"""Engines: where a unit of work runs. They know nothing of the work."""

from alpheus.engine.local import LocalEngine, Lost, Outcome, Setup

__all__ = ["LocalEngine", "Lost", "Outcome", "Setup"]
