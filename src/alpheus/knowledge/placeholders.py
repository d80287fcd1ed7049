"""Values for the `%placeholders%` of Sigma rules, as the operator gives them in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from alpheus.knowledge.yaml_text import YamlError, load_documents

PLACEHOLDERS_FILE = "placeholders.yml"
"""Lies at the root of a folder of rules: a mapping of names to a value or a list of values."""

SIZE_LIMIT = 4 << 20
"""A longer file is refused (bytes)."""

Placeholders = Mapping[str, tuple[str, ...]]
"""Values by the name of the placeholder; `*` and `?` in them are wildcards."""


class PlaceholdersError(ValueError):
    """The file is not what it should be."""


def read_placeholders(folder: Path) -> Placeholders:
    """The values given in a folder of rules; nothing if it holds no such file.

    Raises PlaceholdersError.
    """
    path = folder / PLACEHOLDERS_FILE
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise PlaceholdersError(f"longer than {SIZE_LIMIT >> 20} MiB")
        documents = load_documents(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, YamlError) as error:
        raise PlaceholdersError(str(error)) from error
    values = documents[0] if len(documents) == 1 else None
    if not isinstance(values, Mapping):
        raise PlaceholdersError("one mapping of names to values is expected")
    return {str(name).strip("%"): _values(str(name), value) for name, value in values.items()}


def _values(name: str, value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str | int | float) for item in items):
        raise PlaceholdersError(f"{name}: a text or a list of texts is expected")
    return tuple(map(str, items))
