"""Simulated servers with ground truth.

An implementation of the log formats of its own: it shares no code and no constant with the rooms
that read them, so that a misunderstanding on one side shows.
"""

from __future__ import annotations

from alpheus.lab.generate import SCENARIOS, generate
from alpheus.lab.logs.pages import MARKERS
from alpheus.lab.size import parse_size
from alpheus.lab.truth import GroundTruth, Scenario, ServerTruth

__all__ = [
    "MARKERS",
    "SCENARIOS",
    "GroundTruth",
    "Scenario",
    "ServerTruth",
    "generate",
    "parse_size",
]
