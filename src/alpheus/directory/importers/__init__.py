"""Importers: lists of organisations, networks and registries, as records of a directory."""

from __future__ import annotations

from alpheus.directory.importers.reading import KINDS, ImportedList, UnknownListError

__all__ = ["KINDS", "ImportedList", "UnknownListError"]
