"""Packs and tables that were installed beside those that ship.

They lie in a folder of the user's (`knowledge_folder`), in generations: what is installed next is
made whole first and then taken into use by one rename, so a kill leaves the old state or the new.

    trust/PUBLISHER.json        the root that the operator trusted
    generations/NUMBER/         packs/ID/…, tables/NAME, metadata/PUBLISHER/…, installed.json
    current                     the number of the generation in use
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.user_folders import Kept, user_folder

VARIABLE = "ALPHEUS_KNOWLEDGE"
CURRENT = "current"
GENERATIONS = "generations"
RECORD = "installed.json"
PACKS = "packs"
TABLES = "tables"

_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """A pack and who signed it; `sha256` (hex) is that of the archive it came in."""

    id: str
    version: str
    publisher: str
    sha256: str


@dataclass(frozen=True, slots=True)
class InstalledTable:
    """A table that stands in for the one of the same name that ships."""

    name: str
    publisher: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Installed:
    """What one generation holds. `installed_at` is ISO 8601 in UTC; `folder` is its own."""

    packs: tuple[InstalledPack, ...] = ()
    tables: tuple[InstalledTable, ...] = ()
    installed_at: str = ""
    folder: Path = Path()
    number: int = 0

    def pack_folder(self, pack: str) -> Path | None:
        """The folder of a pack; None if it is not installed."""
        found = any(one.id == pack for one in self.packs)
        return self.folder / PACKS / pack if found else None

    def table(self, name: str) -> Path | None:
        """The file of a table; None if it is not installed."""
        found = any(one.name == name for one in self.tables)
        return self.folder / TABLES / name if found else None


NOTHING = Installed()


def knowledge_folder() -> Path:
    """Where packs are installed: `ALPHEUS_KNOWLEDGE`, else a folder of this user's data.

    Raises KnowledgeError for an account without a home.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    try:
        return user_folder(Kept.DATA) / "knowledge"
    except FileNotFoundError as error:
        message = f"this account has no folder for installed packs; name one in {VARIABLE}"
        raise KnowledgeError(message) from error


def installed(folder: Path | None = None) -> Installed:
    """What is in use now; `NOTHING` where nothing was ever installed.

    Raises KnowledgeError where the folder is damaged: knowledge that somebody relies on must not
    go missing in silence.
    """
    place = folder or knowledge_folder()
    try:
        number = (place / CURRENT).read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return NOTHING
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(place / CURRENT, error) from error
    if not _NUMBER.fullmatch(number):
        raise _damaged(place / CURRENT, f"{number[:20]!r} is no number")
    return generation(place, int(number))


def generation(place: Path, number: int) -> Installed:
    """What one generation holds, in use or not. Raises KnowledgeError where it is damaged."""
    own = place / GENERATIONS / str(number)
    try:
        record = msgspec.json.decode((own / RECORD).read_bytes(), type=_Record)
    except (OSError, ValueError) as error:
        raise _damaged(own / RECORD, error) from error
    return Installed(record.packs, record.tables, record.installed_at, own, number)


def record_of(content: Installed) -> bytes:
    """The file `installed.json` of a generation."""
    record = _Record(content.packs, content.tables, content.installed_at)
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    packs: tuple[InstalledPack, ...] = ()
    tables: tuple[InstalledTable, ...] = ()
    installed_at: str = ""


def _damaged(path: Path, reason: object) -> KnowledgeError:
    message = (
        f"{path}: {reason}; install the packs again (alpheus pack install), or remove "
        f"{path.name if path.name == CURRENT else 'the file ' + CURRENT} to use those that ship"
    )
    return KnowledgeError(message)
