"""What packs advise, and what their rules are called, in the reader's language.

A pack may have `texts/es.csv` and `texts/de.csv` beside its `pack.yaml`: the English text of a step
of its playbook or the title of a rule, as it stands there, and how it is said. A text without a row
is shown as it is. `{collect:SOURCE}` stands for paths in both, as in the playbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from alpheus.errors import KnowledgeError
from alpheus.knowledge.pack_texts import read_texts
from alpheus.knowledge.packs import FOLDER, pack_folder, pack_ids
from alpheus.respond.step_words import StepWords

_ENGLISH = "en"


def said(text: str, language: str) -> str:
    """A text of a pack in a language, also with values in it; as it is where no pack says it."""
    if language == _ENGLISH:
        return text
    return _texts(language).get(text) or _step_words(language).said(text)


@cache
def _step_words(language: str) -> StepWords:
    return StepWords(_texts(language))


@cache
def _texts(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pack in pack_ids():
        folder = pack_folder(pack) or FOLDER / pack
        path = folder / "texts" / f"{language}.csv"
        if path.is_file():
            try:
                found.update(read_texts(path))
            except KnowledgeError:
                if folder.parent == FOLDER:
                    raise
                # One that was installed and is damaged is shown in English.
    found.update(read_texts(FOLDER.parent / "clean" / "texts" / f"{language}.csv"))
    return found
