"""What a bundle says of itself, and what installing it changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

INDEX = "index.json"
"""The target that names all others. Everything in a bundle hangs on its signed hash."""

FORMAT = 1

PackId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
TableName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+\.csv(\.gz)?$", max_length=80)]
_Target = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9._+-]*$",
                                      max_length=160)]  # fmt: skip
_Version = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class IndexPack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack of a bundle: its id, its version, and the archive it is in."""

    id: PackId
    version: _Version
    target: _Target


class IndexTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a bundle."""

    name: TableName
    target: _Target


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a bundle holds."""

    format: int
    packs: Annotated[tuple[IndexPack, ...], msgspec.Meta(max_length=500)] = ()
    tables: Annotated[tuple[IndexTable, ...], msgspec.Meta(max_length=100)] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A pack or table that is another now; an empty version stands for none."""

    kind: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an installation did. `until` is the day (ISO 8601) the bundle's word ends.

    `mended` says what was damaged before, in one line; '' for nothing.
    """

    publisher: str
    changes: tuple[Change, ...]
    until: str
    folder: Path
    mended: str = ""
