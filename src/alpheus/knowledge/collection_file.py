"""Reads tables of what to collect: the one that ships, those of packs, and the formats' heads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.knowledge.collection import PLACE, Collection, Entry, Place, unique
from alpheus.knowledge.yaml_text import YamlError, load_documents

FOLDER = Path(__file__).parent / "collect"
OF_PACK = "collection.yaml"
"""What a pack may have beside its `pack.yaml`."""

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Source = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(-\*)?$")]
_PlaceName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]+$")]
ROOT = re.compile(r"[A-Z]:(?:\\[A-Za-z0-9 ._$()&+-]+)*")
"""Where a place may lie: a drive, or a folder of one."""
_Path = re.compile(r"%[A-Za-z]+%(?:\\[A-Za-z0-9 ._$*?%()-]+)*\\[A-Za-z0-9 ._$:*?%()-]+")
"""ASCII, and nothing that any of the collectors takes for more than `*` and `?`."""


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    """Every key must be known: a misspelt one would be lost silently."""


class _Place(_Record):
    path: _Text
    what: _Text
    variable: bool = False


class _Entry(_Record):
    id: _Id
    title: _Text
    products: Annotated[list[_Id], msgspec.Meta(min_length=1)]
    paths: Annotated[list[_Text], msgspec.Meta(min_length=1)]
    why: _Text
    size: _Text
    kept: _Text
    source: _Source = ""
    log: bool = True
    raw: bool = False
    triage: bool = True
    acquire: str = ""


class _File(_Record):
    entries: list[_Entry] = []
    places: dict[_PlaceName, _Place] = {}


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head of a form; see the top of `collect/formats.yaml`."""

    tool: _Text
    file: _Text
    label: _Text
    use: _Text
    format: _Text
    ends: tuple[_Text, ...] = ()

    def called(self, name: str) -> str:
        """A name that the tool finds: with an end by which it goes; the usual one for ''."""
        name = name or self.file
        fits = not self.ends or name.lower().endswith(self.ends)
        return name if fits else f"{name}{self.ends[0]}"


@cache
def shipped() -> Collection:
    """The table that ships. Raises KnowledgeError."""
    return read_collection(FOLDER / "sources.yaml", Collection())


def beside(folder: Path) -> Collection:
    """What the pack in a folder adds; empty if it has no such file. Raises KnowledgeError."""
    path = folder / OF_PACK
    return read_collection(path, shipped()) if path.is_file() else Collection()


def with_packs(added: Iterable[Collection]) -> Collection:
    """The table that ships and what packs add to it. Raises KnowledgeError."""
    whole = shipped()
    for one in added:
        whole = whole.join(one)
    return whole


@cache
def formats() -> dict[str, Format]:
    """Each form by its name. Raises KnowledgeError."""
    return _read(FOLDER / "formats.yaml", dict[str, Format])


def read_collection(path: Path, known: Collection) -> Collection:
    """The table of a file; places of `known` count, too. Raises KnowledgeError: file and entry."""
    content = _read(path, _File)
    places = {
        name: Place(name, one.path, one.what, one.variable) for name, one in content.places.items()
    }
    for place in places.values():
        if not ROOT.fullmatch(place.path):
            raise KnowledgeError(
                rf"{path}: {place.name}: {place.path!r} is no folder such as D:\Logs"
            )
    for one in content.entries:
        for text in one.paths:
            _check(path, one.id, text, {*known.places, *places})
    entries = tuple(_entry(one) for one in content.entries)
    twice = unique(entries)
    if twice is not None:
        raise KnowledgeError(f"{path}: {twice}: the id is given twice; rename one")
    return Collection(entries, places)


def _entry(one: _Entry) -> Entry:
    return Entry(
        one.id, one.title, tuple(one.products), one.source, tuple(one.paths), one.why, one.size,
        one.kept, one.log, one.raw, one.triage, one.acquire,
    )  # fmt: skip


def _check(path: Path, entry: str, text: str, places: set[str]) -> None:
    found = PLACE.match(text)
    if found is None or found.group(1) not in places:
        reason = f"begins at no known place; known are {', '.join(sorted(places))}"
    elif not _Path.fullmatch(text):
        reason = r"is no path such as %PLACE%\folder\**\*.log"
    elif not _only_before_mask(text.split("\\")):
        reason = "has ** elsewhere than once before the mask"
    else:
        return
    raise KnowledgeError(f"{path}: {entry}: {text!r} {reason}")


def _only_before_mask(names: list[str]) -> bool:
    return not any("**" in name for name in (*names[:-2], names[-1])) and (
        names[-2] == "**" or "**" not in names[-2]
    )


_Read = TypeVar("_Read")


def _read(path: Path, kind: type[_Read]) -> _Read:
    try:
        documents = load_documents(path.read_bytes().decode("utf-8-sig"))
        return msgspec.convert(documents[0] if documents else None, kind)
    except OSError as error:
        raise KnowledgeError(f"{path}: {error.strerror or error}") from error
    except YamlError as error:
        place = f" line {error.line}:" if error.line else ""
        raise KnowledgeError(f"{path}:{place} {error.reason}") from error
    except ValueError as error:
        raise KnowledgeError(f"{path}: {error}") from error
