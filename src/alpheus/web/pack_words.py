"""What packs advise, and what their rules are called, in the reader's language.

A pack may have `texts/es.csv` and `texts/de.csv` beside its `pack.yaml`: the English text of a step
of its playbook or the title of a rule, as it stands there, and how it is said. A text without a row
is shown as it is. `{collect:SOURCE}` stands for paths in both, as in the playbook.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from alpheus.errors import KnowledgeError
from alpheus.knowledge.collection_file import beside, with_packs
from alpheus.knowledge.packs import FOLDER
from alpheus.respond.step_words import StepWords

COLUMNS = ["text", "said"]
_ENGLISH = "en"


def said(text: str, language: str) -> str:
    """A text of a pack in a language, also with values in it; as it is where no pack says it."""
    if language == _ENGLISH:
        return text
    return _texts(language).get(text) or _step_words(language).said(text)


def read_texts(path: Path) -> dict[str, str]:
    """The texts of a pack in one language, by the English one. Raises KnowledgeError."""
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


@cache
def _step_words(language: str) -> StepWords:
    return StepWords(_texts(language))


@cache
def _texts(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    clean = FOLDER.parent / "clean" / "texts" / f"{language}.csv"
    for path in (*sorted(FOLDER.glob(f"*/texts/{language}.csv")), clean):
        found.update(read_texts(path))
    return found
