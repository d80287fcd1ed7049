"""The generator of offline address books; its columns are published nowhere, its sentences are."""

from __future__ import annotations

from alpheus.lab.text import csv_row, slot

FIELDS = "DateTime,ThreadId,ActivityId,Operation,Message"


def line(operation: str, message: str) -> str:
    """One row."""
    return csv_row([slot("end"), "42", slot("act"), operation, message])


def download_failed(path: str) -> str:
    """What is said when a download left a file behind."""
    return f"Download failed and temporary file '{path}' needs to be removed"
