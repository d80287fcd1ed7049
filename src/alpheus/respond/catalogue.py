"""The steps that a plan is made of: `knowledge/clean/steps.yaml`, and what packs add to it.

A pack may have `clean.yaml` beside its `pack.yaml`, in the same form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from alpheus import knowledge
from alpheus.errors import KnowledgeError
from alpheus.knowledge.packs import pack_folder, pack_ids
from alpheus.knowledge.yaml_text import YamlError, load_documents
from alpheus.model import Stage, Verdict
from alpheus.respond.model import Phase

OF_PACK = "clean.yaml"
_FILE = Path(knowledge.__file__).parent / "clean" / "steps.yaml"
_FIXED = frozenset({"always", "vulnerable", "exchange", "files", "pages", *Verdict,
                    *(f"stage:{stage}" for stage in Stage)})  # fmt: skip
_PATTERNS = ("rule:", "technique:", "open:")


class StepKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step as the file has it; what the fields mean stands at the top of the file."""

    id: str
    phase: Phase
    when: tuple[str, ...]
    what: str
    why: str
    by_hand: tuple[str, ...]
    breaks: str
    undo: str
    decides: str
    cites: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = {}
    any_name: bool = False
    not_stock: bool = False
    only_stock: bool = False
    restores: bool = False
    exchanges: bool = False
    asked: bool = False
    after: str = ""


@cache
def step_kinds() -> tuple[StepKind, ...]:
    """All steps, by phase; those of packs behind the others. Raises KnowledgeError.

    A step of a pack stands right behind the one that it names in `after`.
    """
    kinds = list(read_steps(_FILE.read_text(encoding="utf-8"), _FILE.name))
    for pack in pack_ids():
        kinds += steps_of_pack(pack_folder(pack) or Path())
    twice = [one for one, count in Counter(kind.id for kind in kinds).items() if count > 1]
    if twice:
        message = f"two steps of a clean-up are called {twice[0]!r}: rename one of them"
        raise KnowledgeError(message)
    return _placed(_in_order(kinds))


def _placed(kinds: Sequence[StepKind]) -> tuple[StepKind, ...]:
    """Each step that names one behind that one. Raises KnowledgeError where there is none."""
    found = [kind for kind in kinds if not kind.after]
    for kind in reversed([kind for kind in kinds if kind.after]):
        ids = [one.id for one in found]
        if kind.after not in ids:
            message = f"step {kind.id} of a clean-up: after: there is no step {kind.after!r}"
            raise KnowledgeError(message)
        found.insert(ids.index(kind.after) + 1, kind)
    return tuple(found)


def steps_of_pack(folder: Path) -> tuple[StepKind, ...]:
    """The steps that the pack in a folder adds. Raises KnowledgeError."""
    path = folder / OF_PACK
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path}: is not UTF-8: byte {error.start}") from error
    return read_steps(text, str(path))


def read_steps(text: str, name: str) -> tuple[StepKind, ...]:
    """Steps of a file. Raises KnowledgeError, which names the step."""
    try:
        found = [one for document in load_documents(text) for one in _listed(document, name)]
        kinds = [msgspec.convert(one, StepKind) for one in found]
    except YamlError as error:
        message = f"{name}, line {error.line}: {error.reason}"
        raise KnowledgeError(message) from error
    except msgspec.ValidationError as error:
        message = f"{name}: {error}"
        raise KnowledgeError(message) from error
    for kind in kinds:
        for condition in kind.when:
            _check(kind.id, condition, name)
    return _in_order(kinds)


def _in_order(kinds: Sequence[StepKind]) -> tuple[StepKind, ...]:
    order = list(Phase)
    return tuple(sorted(kinds, key=lambda kind: order.index(kind.phase)))


def _listed(document: object, name: str) -> list[object]:
    if not isinstance(document, list):
        message = f"{name}: it is no list of steps"
        raise KnowledgeError(message)
    return document


def _check(step: str, when: str, name: str) -> None:
    for part in parts_of(when):
        if part not in _FIXED and not part.startswith(_PATTERNS):
            message = f"{name}, step {step}: {part!r} is no condition"
            raise KnowledgeError(message)


def parts_of(when: str) -> list[str]:
    """What must hold together."""
    return [part.strip() for part in when.split(" and ")]
