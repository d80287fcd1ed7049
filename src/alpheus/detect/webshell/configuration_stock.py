"""What IIS, ASP.NET and Exchange configure themselves, and what kind of place a Windows path is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise

from alpheus.knowledge.tables import read_table
from alpheus.parsers.xml_elements import Tag

_CLASSES = frozenset({"managed", "compiler", "page"})
"""Kinds of stock entries that are classes; the others are files."""
_PATH_LIMIT = 1024
_NAME_LIMIT = 200
_INSTALL = r"\exchangeinstallpath"
_VARIABLES = {
    "%windir%": r"\windows",
    "%systemroot%": r"\windows",
    "%systemdrive%": "",
    "%programfiles%": r"\program files",
    "%programfiles(x86)%": r"\program files",
    "%programw6432%": r"\program files",
    "%programdata%": r"\programdata",
    "%allusersprofile%": r"\programdata",
    "%public%": r"\users\public",
    "%userprofile%": r"\users\someone",
    "%appdata%": r"\users\someone\appdata\roaming",
    "%localappdata%": r"\users\someone\appdata\local",
    "%temp%": r"\windows\temp",
    "%tmp%": r"\windows\temp",
    "%iis_bin%": r"\program files\iis express",
    "%exchangeinstallpath%": _INSTALL,
}
_SHORT_NAMES = {
    "program files (x86)": "program files",
    "progra~1": "program files",
    "progra~2": "program files",
    "progra~3": "programdata",
    "documents and settings": "users",
    "all users": "public",
}
_VARIABLE = re.compile(r"%[\w()]{1,30}%")
_DEVICE = re.compile(r"^\\\\[?.]\\(?:(unc)\\)?")
_DRIVE = re.compile(r"^[a-z]:")
_SERVER = re.compile(
    r"^\\windows\\(?:(?:system32|syswow64)\\(?:inetsrv|rpcproxy)|microsoft\.net)(?:\\|$)"
)
_SYSTEM = re.compile(r"^\\windows\\(?:system32|syswow64|sysnative)\\[^\\]*$")
_INSTALLED = re.compile(
    r"^\\program files(?:\\|$)|^\\exchangeinstallpath(?:\\|$)|\\exchange server\\v1\d(?:\\|$)"
)
_VARYING = re.compile(r"[\d._\s-]+")


class Place(StrEnum):
    """The kind of place a path leads to; its value completes "lies in …"."""

    BIN = "a recycle bin or a folder of the system alone"
    TEMPORARY = "a folder for temporary files"
    PUBLIC = "the public profile"
    PROFILE = "a user's profile"
    PROGRAM_DATA = "ProgramData"
    LOGS = "PerfLogs"
    WEB = "a folder of web sites"
    NETWORK = "a network share"
    ROOT = "the root of a drive"
    WINDOWS = "the Windows folder"
    SYSTEM = "System32"
    SERVER = "the folders of IIS and .NET"
    INSTALLED = "the folders of installed programs"
    OTHER = "a folder of its own"


_SYSTEM_FOLDERS = frozenset({"$recycle.bin", "recycler", "recycled", "system volume information"})
_FIRST_FOLDERS = {
    "": Place.ROOT,
    "programdata": Place.PROGRAM_DATA,
    "perflogs": Place.LOGS,
    "inetpub": Place.WEB,
    **dict.fromkeys(_SYSTEM_FOLDERS, Place.BIN),
}
_PATTERNS = (
    (_SERVER, Place.SERVER),
    (_SYSTEM, Place.SYSTEM),
    (re.compile(r"^\\windows(?:\\|$)"), Place.WINDOWS),
    (_INSTALLED, Place.INSTALLED),
)


def folded(path: str) -> str:
    r"""One spelling of a Windows path: lower case, `\`, no drive, no `..`, variables replaced.

    A share keeps its `\\`; a file URL loses its scheme; what follows `|` are arguments.
    """
    text = path[:_PATH_LIMIT].partition("|")[0].strip().strip("\"'").lower()
    text = re.sub(r"^file:/{2,3}", "", text).replace("/", "\\")
    text = _VARIABLE.sub(lambda found: _VARIABLES.get(found[0], found[0]), text)
    device = _DEVICE.match(text)
    share = text.startswith("\\\\") and (device is None or device[1] is not None)
    text = _DRIVE.sub("", text[device.end() :] if device is not None else text)
    kept: list[str] = []
    for segment in text.split("\\"):
        if segment == "..":
            del kept[-1:]
        elif name := segment.rstrip(" ."):
            kept.append(_SHORT_NAMES.get(name, name))
    return ("\\\\" if share else "\\") + "\\".join(kept)


def place_of(path: str) -> Place:
    """The kind of place; a bare name or a relative path is a place of its own."""
    text = folded(path)
    parts = text.strip("\\").split("\\")
    if text.startswith("\\\\"):
        return Place.NETWORK
    if parts[0] not in _SYSTEM_FOLDERS and not {"temp", "tmp"}.isdisjoint(parts):
        return Place.TEMPORARY
    if parts[0] == "users":
        return Place.PUBLIC if parts[1:2] in (["public"], ["default"]) else Place.PROFILE
    if parts[0] in _FIRST_FOLDERS:
        return _FIRST_FOLDERS[parts[0]]
    found = (place for pattern, place in _PATTERNS if pattern.search(text))
    return next(found, Place.OTHER)


def in_drive_root(path: str) -> bool:
    r"""Whether a file lies in the root of a drive (`C:\x.dll`), not merely bare in a folder."""
    text = path.strip().strip("\"'").lower()
    rooted = _DRIVE.match(text) is not None or text.startswith("%systemdrive%")
    return rooted and folded(path).count("\\") == 1


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag, and where it stands.

    `inside` is the nearest list or section around it, `location` the path of its `<location>` and
    `application` that of its application; `exchange`: the file belongs to Exchange.
    """

    tag: Tag
    inside: str = ""
    location: str | None = None
    application: str = ""
    exchange: bool = False

    def get(self, name: str) -> str:
        """An attribute, or an empty text."""
        return self.tag.attributes.get(name, "")


@dataclass(frozen=True, slots=True)
class Stock:
    """What is configured without anybody's doing. Names, types and paths are folded.

    `native` and `managed` give what stands under a module's name, `classes` the assemblies a class
    comes from ('' where none is named), `mappings` pairs of a path pattern and what handles it.
    """

    native: Mapping[str, frozenset[str]]
    managed: Mapping[str, frozenset[str]]
    exchange: frozenset[str]
    images: frozenset[str]
    classes: Mapping[str, frozenset[str]]
    mappings: frozenset[tuple[str, str]]
    directories: frozenset[str]

    @classmethod
    def load(cls) -> Stock:
        """The tables of this package; read once per process. Raises KnowledgeError."""
        return _load()

    def image(self, path: str) -> bool:
        """Whether a native module, filter or extension is one of these, wherever Exchange is."""
        return _known(folded(path), self.images)

    def directory(self, path: str) -> bool:
        """Whether a folder is served without anybody's doing."""
        return _known(folded(path), self.directories)

    def mapped(self, pattern: str, what: str) -> bool:
        """Whether this handler stands for this path in a default configuration."""
        return (pattern.lower(), class_and_assembly(what)[0]) in self.mappings or (
            pattern.lower(),
            folded(what),
        ) in self.mappings


def class_and_assembly(kind: str) -> tuple[str, str]:
    """The class and the assembly of a `type`, in lower case."""
    parts = [part.strip().lower() for part in kind[:_PATH_LIMIT].split(",")]
    return parts[0], parts[1] if len(parts) > 1 else ""


@lru_cache(maxsize=4096)
def imitated(name: str, among: str) -> str | None:
    """The stock name that a name is one or two letters away from; None if there is none.

    `among` is `native`, `image`, `managed` or `class`. Names that differ in digits only are
    versions of one another.
    """
    stem = _stem(name)
    if not 6 <= len(stem) <= _NAME_LIMIT:
        return None
    known = _stems(among)
    if stem in known:
        return None
    most = 2 if len(stem) >= 16 else 1
    return next((known[other] for other in known if _near(stem, other, most)), None)


def _stem(name: str) -> str:
    return _VARYING.sub("", name.lower().removesuffix(".dll"))


@cache
def _stems(among: str) -> dict[str, str]:
    stock = Stock.load()
    names: dict[str, Iterable[str]] = {
        "native": stock.native,
        "managed": stock.managed,
        "class": stock.classes,
        "image": {image.rpartition("\\")[2] for image in stock.images},
    }
    return {_stem(name): name for name in sorted(names[among]) if len(_stem(name)) >= 6}


def _near(one: str, other: str, most: int) -> bool:
    """Whether two names are at most so many letters apart."""
    if abs(len(one) - len(other)) > most or not _share_a_piece(one, other, most + 1):
        return False
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, opposite in enumerate(other, 1):
            kept = before[column - 1] + (letter != opposite)
            now.append(min(kept, before[column] + 1, now[-1] + 1))
        if min(now) > most:
            return False
        before = now
    return before[-1] <= most


def _share_a_piece(one: str, other: str, count: int) -> bool:
    """Whether one of so many pieces of a name stands in the other, as one must if few differ."""
    cuts = [len(one) * number // count for number in range(count + 1)]
    return any(one[start:end] in other for start, end in pairwise(cuts))


def _known(path: str, known: frozenset[str]) -> bool:
    if path in known:
        return True
    if place_of(path) not in {Place.INSTALLED, Place.OTHER}:
        return False
    parts = path.strip("\\").split("\\")
    return any(
        "\\".join((_INSTALL, *parts[start:])) in known for start in range(1, min(len(parts), 8))
    )


@cache
def _load() -> Stock:
    native: dict[str, set[str]] = {}
    managed: dict[str, set[str]] = {}
    classes: dict[str, set[str]] = {}
    images: set[str] = set()
    for row in read_table("iis_stock_modules.csv", ("kind", "name", "what")):
        name, assembly = class_and_assembly(row["what"])
        if row["kind"] in _CLASSES:
            classes.setdefault(name, set()).add(assembly)
        else:
            images.add(folded(row["what"]))
        if row["kind"] == "managed":
            managed.setdefault(row["name"].lower(), set()).add(name)
        if row["kind"] == "native":
            native.setdefault(row["name"].lower(), set()).add(folded(row["what"]))
    mappings: set[tuple[str, str]] = set()
    for row in read_table("iis_stock_handlers.csv", ("kind", "name", "path", "what")):
        name, assembly = class_and_assembly(row["what"])
        if "\\" in name:
            mappings.add((row["path"].lower(), folded(row["what"])))
            continue
        mappings.add((row["path"].lower(), name))
        if "." in name:
            classes.setdefault(name, set()).add(assembly)
    directories = read_table("iis_stock_directories.csv", ("physical_path",))
    theirs = {
        name
        for name, found in managed.items()
        if all(kind.startswith("microsoft.exchange.") for kind in found)
    }
    return Stock(
        native={name: frozenset(found) for name, found in native.items()},
        managed={name: frozenset(found) for name, found in managed.items()},
        exchange=frozenset(theirs),
        images=frozenset(images),
        classes={name: frozenset(found) for name, found in classes.items()},
        mappings=frozenset(mappings),
        directories=frozenset(folded(row["physical_path"]) for row in directories),
    )
