"""Imports: what others know of exposed servers, as observations with their provenance."""

from __future__ import annotations

from alpheus.exposure.imports.model import KINDS, ImportOptions, Loss
from alpheus.exposure.imports.reading import ImportedFile, Tally, UnknownKindError

__all__ = ["KINDS", "ImportOptions", "ImportedFile", "Loss", "Tally", "UnknownKindError"]
