"""Which files of the corpora are measured, and what kind of page each is. Files are only read."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GROUPS: dict[str, tuple[str, ...]] = {
    "ASP.NET": ("aspx", "ashx", "asmx", "svc", "soap", "ascx", "asax"),
    "classic ASP": ("asp", "asa", "cer", "cdx"),
    "other": ("master",),
}
GROUP_OF = {extension: group for group, names in GROUPS.items() for extension in names}

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_COMMENT = re.compile(r"<%--.*?(?:--%>|\Z)", re.DOTALL)
_INLINE = re.compile(r"<\s*%(?!\s*[@#$=:]|\s*--)\s*(?!%>)\S")
_SCRIPT = re.compile(
    r"<script\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*?\brunat\s*=\s*[\"']?\s*server\b", re.IGNORECASE
)
_HANDLER = re.compile(
    r"<\s*%\s*@\s*(?:webhandler|webservice|servicehost)\b(?P<said>.*?)%>", re.IGNORECASE | re.DOTALL
)
_BEHIND = re.compile(r"\b(?:codebehind|codefile|src)\s*=", re.IGNORECASE)
_DIRECTIVE = re.compile(r"<\s*%\s*@.*?%>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A file that counts. `name` begins with its repository; `inline`: has code of the server."""

    path: Path
    repository: str
    name: str
    extension: str
    sha256: str
    size: int
    inline: bool

    @property
    def group(self) -> str:
        """The group of its extension."""
        return GROUP_OF[self.extension]


@dataclass(slots=True)
class Side:
    """The shells, or the benign pages. `sizes` knows all; `dropped` counts by reason."""

    folders: Sequence[Path]
    pages: list[Page] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    sizes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Both sides; `both` are the pages, named, that were in both and were dropped."""

    shells: Side
    benign: Side
    both: tuple[str, ...]


def repositories(folder: Path) -> list[Path]:
    """The folders of a side; a folder without folders is one repository."""
    below = sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    return below or [folder]


def read(shells: Sequence[Path], benign: Sequence[Path]) -> Corpus:
    """Walk both sides, drop what does not count, and tell it."""
    bad, good = _side(shells), _side(benign)
    shared = {page.sha256 for page in bad.pages} & {page.sha256 for page in good.pages}
    both = []
    for side in (bad, good):
        both += [page.name for page in side.pages if page.sha256 in shared]
        side.dropped["in both corpora"] += sum(page.sha256 in shared for page in side.pages)
        side.pages = [page for page in side.pages if page.sha256 not in shared]
    return Corpus(bad, good, tuple(both))


def _side(folders: Sequence[Path]) -> Side:
    side = Side(folders)
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for path in _files(folder):
            status = path.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            reason = _take(side, folder, path)
            if reason:
                side.dropped[reason] += 1
    return side


def _files(folder: Path) -> Iterator[Path]:
    """Regular files, in a fixed order; neither links nor what version control keeps."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _take(side: Side, folder: Path, path: Path) -> str:
    """Take a file in, or say why not."""
    extension = path.suffix[1:].lower()
    if extension not in GROUP_OF:
        return "no server page"
    try:
        content = path.read_bytes()
    except OSError:
        return "unreadable"
    if not content.strip():
        return "empty"
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 in side.sizes:
        return "duplicate"
    side.sizes[sha256] = len(content)
    repository = folder.name
    name = f"{repository}/{path.relative_to(folder).as_posix()}"
    inline = has_server_code(decoded(content))
    side.pages.append(Page(path, repository, name, extension, sha256, len(content), inline))
    return ""


def decoded(content: bytes) -> str:
    """Text enough for measuring: by byte order mark, by the NULs of UTF-16, or byte by byte."""
    if content.startswith(_MARKS[0]):
        return content[3:].decode("utf-8", "replace")
    if content.startswith(_MARKS[1:]):
        return content.decode("utf-16", "replace")
    head = content[:4096]
    if head.count(0) * 3 > len(head):
        big = head[::2].count(0) > head[1::2].count(0)
        return content.decode("utf-16-be" if big else "utf-16-le", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def has_server_code(text: str) -> bool:
    """Whether code of the server stands in the page itself, beyond expressions and data binding."""
    text = _COMMENT.sub("", text)
    if _INLINE.search(text) or _SCRIPT.search(text):
        return True
    handlers = list(_HANDLER.finditer(text))
    if not handlers or any(_BEHIND.search(handler["said"]) for handler in handlers):
        return False
    return bool(_DIRECTIVE.sub("", text).strip())
