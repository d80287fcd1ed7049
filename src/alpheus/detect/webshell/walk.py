"""Every server page, configuration file and assembly of a package, read once, hashed and judged.

The content is judged as it is read; place, name and age when the whole package was seen, because
they are told by what lies beside a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from alpheus.detect.server_pages import CONTENT_LIMIT, is_server_page
from alpheus.detect.webshell.baseline_file import OperatorBaseline
from alpheus.detect.webshell.hands import Hand, families, hand_of
from alpheus.detect.webshell.judge import judged
from alpheus.detect.webshell.judges import Judges
from alpheus.detect.webshell.kinds import FileKind, judged_by_name
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.detect.webshell.place import (
    Found,
    Known,
    Neighbours,
    Rooted,
    place_of,
    place_reasons,
    version_in,
    weighed,
)
from alpheus.errors import AlpheusError
from alpheus.evidence import OpenOptions, open_package
from alpheus.evidence.base import EvidenceFile
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.build_number import parse_build
from alpheus.model import Skipped

HEAD = 1 << 16
ASSEMBLY_LIMIT = 64 << 20
"""Assemblies have their tables near their end: they are read whole up to this size."""

MOST_WAITING = 200_000
"""So many files at most wait for their neighbours."""

_BAD = frozenset({Judgement.MALICIOUS, Judgement.SUSPICIOUS})
_FEWEST_STOCK = 5
_FAITHFUL = 0.9


@dataclass(frozen=True, slots=True)
class WalkSettings:
    """What is known beside the content. `keep`: the path of a page whose content is kept."""

    baselines: tuple[OperatorBaseline, ...] = ()
    window: tuple[datetime, datetime] | None = None
    opening: OpenOptions = field(default_factory=OpenOptions)
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    found: Found
    content: PageJudgement
    good: bool
    hand: Hand | None = None


class Walk:
    """Walks packages, one after another. Counts what it saw."""

    def __init__(
        self, judges: Judges, settings: WalkSettings, note: Callable[[str, int], None] | None = None
    ) -> None:
        self._judges = judges
        self._settings = settings
        self._note = note
        self._baseline = Baseline.load()
        self._known = Known(self._baseline, tuple(map(Rooted, settings.baselines)), settings.window)
        self._buffer = bytearray(CONTENT_LIMIT)
        self._tree = _Tree()
        self._doing = ""
        self.files = 0
        """Files that were looked at, judged or not."""

        self.bytes = 0
        """Bytes of content that were read."""

        self.kept: bytes | None = None
        """The content of the page that was asked for, once it was read."""

    def package(self, path: Path) -> Iterator[PageJudgement | Skipped]:
        """The judgement of every file in one package, and every loss.

        Raises EvidenceError if it cannot be opened.
        """
        package = open_package(path, "E1", self._settings.opening)
        alone = path.is_file() and _plain(path)
        self._tree = _Tree(alone=alone)
        above = f"{(path.parent if alone else path).resolve().as_posix()}/"
        prefix = f"{path.as_posix()}/".removeprefix("./")
        for item in package.files(_by_name, self._spent):
            shown = path.as_posix() if alone else prefix + item.path
            if isinstance(item, Skipped):
                yield replace(item, path=shown)
                continue
            self.files += 1
            self._doing = item.path
            loss = self._file(item, above, shown)
            if loss is not None:
                yield loss
            if len(self._tree.waiting) >= MOST_WAITING:
                yield from self._weigh()
        yield from self._weigh()

    def _spent(self, count: int) -> None:
        if self._note is not None:
            self._note(self._doing, count)

    def _file(self, file: EvidenceFile, above: str, shown: str) -> Skipped | None:
        """Read and judge one file, if it is of a kind that is judged."""
        version = version_in(file.path)
        if version is not None:
            self._tree.versions.add(version)
        kind = judged_by_name(above + file.path)
        if kind is None and self._tree.alone:
            kind = FileKind.PAGE  # whoever names one file wants to know
        try:
            read = self._read(file, kind)
        except (OSError, AlpheusError) as error:
            return Skipped(file.evidence, shown, None, f"not read: {_words(error)}")
        if read is None:
            return None
        kind, content, whole = read
        self.bytes += file.bytes_read
        sha256 = file.sha256
        if sha256 is None:
            return Skipped(file.evidence, shown, None, "not read to its end: not judged")
        if shown == self._settings.keep:
            self.kept = content
        found = Found(above + file.path, file.path, sha256, file.modified, kind)
        self._tree.add(self._judged(found, content, shown, file.bytes_read))
        if whole:
            return None
        reason = f"longer than {len(content) >> 20} MiB: only its beginning was judged"
        return Skipped(file.evidence, shown, len(content), reason)

    def _read(
        self, file: EvidenceFile, kind: FileKind | None
    ) -> tuple[FileKind, bytes, bool] | None:
        """Kind, beginning and completeness of a file's content; None if it is not judged."""
        limit = CONTENT_LIMIT
        if kind is FileKind.ASSEMBLY and (file.size or 0) > limit:
            limit = min(ASSEMBLY_LIMIT, file.size or 0)
        view = memoryview(self._buffer if limit == CONTENT_LIMIT else bytearray(limit))
        with file.open() as stream:
            readinto: Callable[[memoryview], int] = stream.readinto  # type: ignore[attr-defined]
            count = 0
            if kind is None:
                count = readinto(view[:HEAD])
                if not is_server_page(bytes(view[:count]), file.path):
                    return None
                kind = FileKind.PAGE
            count += readinto(view[count:])
            content = bytes(view[:count])
            whole = count < limit or not readinto(view[:HEAD])
            if not whole:
                while readinto(view):
                    pass
        return kind, content, whole

    def _judged(self, found: Found, content: bytes, shown: str, size: int) -> _Waiting:
        """What the content says. Content that is known to be good is not looked at."""
        if self._known.good(found.sha256) is not None:
            said = PageJudgement(shown, found.sha256, size, Judgement.KNOWN_GOOD, 0)
            return _Waiting(found, said, good=True)
        try:
            if found.kind is not FileKind.PAGE:
                said = self._of_reasons(found, content, shown, size)
                return _Waiting(found, said, good=False)
            said = self._judges.page.judge(content, shown, found.sha256)
            said = replace(said, path=shown, size=size)
            bad = said.judgement in _BAD
            hand = hand_of(content, shown) if bad and said.family is None else None
            return _Waiting(found, said, good=False, hand=hand)
        except Exception as error:  # a page that breaks the judge costs that page only
            reason = Reason("not-judged", None, f"its content was not judged: {_words(error)}")
            broken = (reason,)
            said = PageJudgement(shown, found.sha256, size, Judgement.UNKNOWN, 0, None, broken)
            return _Waiting(found, said, good=False)

    def _of_reasons(self, found: Found, content: bytes, shown: str, size: int) -> PageJudgement:
        configuration = found.kind is FileKind.CONFIGURATION
        judge = self._judges.configuration if configuration else self._judges.assembly
        said = judged(shown, found.sha256, size, judge(content, shown))
        if configuration and b"<%" in content and is_server_page(content[:HEAD], ".config"):
            page = self._judges.page.judge(content, shown, found.sha256)
            if page.score > said.score:
                said = replace(page, path=shown, size=size, reasons=(*said.reasons, *page.reasons))
        return said

    def _weigh(self) -> Iterator[PageJudgement]:
        """Every file that waits, with what lies beside it."""
        tree, self._tree = self._tree, _Tree(alone=self._tree.alone)
        known = tree.knowledge(self._known)
        for one, family in zip(tree.waiting, tree.families(), strict=True):
            reasons, good = place_reasons(one.found, tree.neighbours(one.found), known)
            content = one.content if family is None else replace(one.content, family=family)
            yield weighed(content, reasons, good=good)


class _Tree:
    """The files of one package that wait to be weighed, and what they say together."""

    def __init__(self, *, alone: bool = False) -> None:
        self.alone = alone
        self.waiting: list[_Waiting] = []
        self.versions: set[str] = set()
        self._folders: dict[str, list[float]] = {}
        self._pages: Counter[str] = Counter()

    def add(self, one: _Waiting) -> None:
        """One more file."""
        self.waiting.append(one)
        found = one.found
        if found.kind is FileKind.PAGE:
            folder = found.inside.rpartition("/")[0]
            self._pages[folder] += 1
            if found.modified is not None:
                self._folders.setdefault(folder, []).append(found.modified.timestamp())

    def families(self) -> list[str | None]:
        """The family of each file that waits, where there is one."""
        hands = [one.hand for one in self.waiting if one.hand is not None]
        names = iter(families(hands))
        return [None if one.hand is None else next(names) for one in self.waiting]

    def knowledge(self, known: Known) -> Known:
        """What is known of this tree; ends the gathering."""
        for times in self._folders.values():
            times.sort()
        operators = known.operators
        if operators:
            paths = [one.found.path.lower() for one in self.waiting]
            operators = tuple(Rooted(one.baseline, one.baseline.roots(paths)) for one in operators)
        return replace(
            known, operators=operators, build=self._build(), faithful=self._faithful(known)
        )

    def neighbours(self, found: Found) -> Neighbours | None:
        """The pages of its folder; None where it was handed in alone."""
        if self.alone:
            return None
        folder = found.inside.rpartition("/")[0]
        return Neighbours(self._pages[folder], self._folders.get(folder, ()))

    def _build(self) -> str | None:
        numbers = [(number, text) for text in self.versions if (number := parse_build(text))]
        full = [pair for pair in numbers if pair[1].count(".") == 3]
        return max(full)[1] if full else None

    def _faithful(self, known: Known) -> bool:
        """Whether nearly all pages of the product have a content that the lists know."""
        pages = [one for one in self.waiting if one.found.kind is FileKind.PAGE]
        stock = sum(one.good for one in pages)
        if stock < _FEWEST_STOCK:
            return False
        changed = sum(
            place_of(one.found.path, known.baseline).named for one in pages if not one.good
        )
        return stock >= _FAITHFUL * (stock + changed)


def _by_name(file: EvidenceFile) -> bool:
    """Files that are judged by their name are never looked into as archives."""
    return judged_by_name(file.path) is not None


def _plain(path: Path) -> bool:
    """Whether a package is one file that is no archive."""
    from alpheus.evidence.file import HEAD_BYTES  # noqa: PLC0415 - asked once per package
    from alpheus.evidence.magic import kind_of  # noqa: PLC0415 - asked once per package

    with path.open("rb") as stream:
        return kind_of(stream.read(HEAD_BYTES)) is None


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split()) or type(error).__name__
