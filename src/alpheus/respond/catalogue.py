"""The steps that a plan is made of: `knowledge/clean/steps.yaml`, for an analyst to edit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from alpheus import knowledge
from alpheus.errors import KnowledgeError
from alpheus.knowledge.yaml_text import YamlError, load_documents
from alpheus.model import Stage, Verdict
from alpheus.respond.model import Phase

_FILE = Path(knowledge.__file__).parent / "clean" / "steps.yaml"
_FIXED = frozenset({"always", "vulnerable", "exchange", "files", "pages", *Verdict,
                    *(f"stage:{stage}" for stage in Stage)})  # fmt: skip
_PATTERNS = ("rule:", "technique:")


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
    not_stock: bool = False
    only_stock: bool = False
    restores: bool = False
    exchanges: bool = False
    asked: bool = False


@cache
def step_kinds() -> tuple[StepKind, ...]:
    """All steps, by phase, in the order of the file. Raises KnowledgeError."""
    return read_steps(_FILE.read_text(encoding="utf-8"), _FILE.name)


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
