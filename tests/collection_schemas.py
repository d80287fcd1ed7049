"""What published formats of collectors ask for, written down in `tests/collect/schemas`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "collect" / "schemas"


def schema(name: str) -> Any:
    """One of them, as data."""
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
