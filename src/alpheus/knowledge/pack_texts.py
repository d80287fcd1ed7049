"""How texts of a pack are said in other languages: `texts/de.csv` and `texts/es.csv`.

A row has the English text of a step or the title of a rule, as it stands in the pack, and how it is
said. `{collect:SOURCE}` stands for paths in both, as in the playbook.
"""

from __future__ import annotations

import csv
from pathlib import Path

from alpheus.errors import KnowledgeError
from alpheus.knowledge.collection_file import beside, with_packs

COLUMNS = ["text", "said"]
LANGUAGES = ("de", "es")
"""What somebody may read in beside English."""


def read_texts(path: Path) -> dict[str, str]:
    """The texts of a file, in one language, by the English one. Raises KnowledgeError."""
    try:
        lines = path.read_text("utf-8").splitlines()
        rows = list(csv.reader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise KnowledgeError(f"{path}: cannot be read: {error}") from error
    if not rows or rows[0] != COLUMNS:
        raise KnowledgeError(f"{path}: its columns are {', '.join(COLUMNS)}")
    whole = with_packs([beside(path.parents[1])])
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS) or not all(row):
            raise KnowledgeError(f"{path}:{number}: a text, and how it is said")
        try:
            text, found_as = map(whole.expand, row)
        except KnowledgeError as error:
            raise KnowledgeError(f"{path}:{number}: {error}") from error
        if text in found:
            raise KnowledgeError(f"{path}:{number}: the text is there already: {row[0]}")
        found[text] = found_as
    return found
