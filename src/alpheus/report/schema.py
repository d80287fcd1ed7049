"""The JSON Schema of an assessment, which ships with the package."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def assessment_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `alpheus.assessment/1`."""
    text = files("alpheus.report").joinpath("assessment.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
