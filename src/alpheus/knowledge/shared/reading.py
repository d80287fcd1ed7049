"""Reads files of indicators, whatever their form, into what a triage looks for."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from alpheus.errors import KnowledgeError, UsageError
from alpheus.knowledge.model import Indicator, LeftOut, Pack
from alpheus.knowledge.shared.content import LIST, MISP, STIX, TABLE, form_of, in_utf8, whole
from alpheus.knowledge.shared.misp import read_misp
from alpheus.knowledge.shared.model import PACK, Shared, SharedFile, SharedPaths
from alpheus.knowledge.shared.stix import read_stix
from alpheus.knowledge.shared.table import read_table
from alpheus.knowledge.shared.warnings import Warnings
from alpheus.model import Stage, Weight

SUFFIXES = frozenset({".json", ".csv", ".tsv", ".txt", ".list", ".ioc"})
LARGEST = 4 << 30
_READERS = {STIX: read_stix, MISP: read_misp, LIST: read_misp, TABLE: read_table}
_STAGES = {
    "ip": Stage.PROBED, "domain": Stage.PROBED,
    "sha256": Stage.IMPLANTED, "sha1": Stage.IMPLANTED, "md5": Stage.IMPLANTED,
}  # fmt: skip
"""What it would mean if it were seen: who has come is no more than a visitor."""

_OF_FEEDS = frozenset({"manifest.json", "hashes.csv"})
"""What MISP lays beside the events of a feed: no indicator is in these."""

_SHOWN = 500
"""Characters of what somebody said of a value."""


@dataclass(frozen=True, slots=True)
class FileOfIndicators:
    """A file and what was understood of it. `form` names its format for people."""

    path: Path
    form: str
    content: SharedFile
    sha256: str = ""


def shared_pack(paths: SharedPaths) -> Pack:
    """All that was named, as one pack. Raises KnowledgeError for a file that cannot be used."""
    with _uncollected():
        return _shared_pack(paths)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A million objects that all stay are not looked through for garbage again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


def _shared_pack(paths: SharedPaths) -> Pack:
    warnings = Warnings.load(paths.warning_lists)
    digest = hashlib.sha256()
    chosen = _Chosen(warnings)
    left_out: list[LeftOut] = []
    for path in files_of(paths.indicators):
        file = read_file(path)
        digest.update(file.sha256.encode())
        left_out += (LeftOut(path, reason, count) for reason, count in file.content.losses())
        chosen.take(file.content)
    digest.update(warnings.digest.encode())
    return Pack(
        id=PACK, version=digest.hexdigest()[:12], title="Indicators shared by others",
        folder=paths.indicators[0], products=(), cves=(), window=None, deciding=(),
        indicators=chosen.indicators(), left_out=tuple(left_out), digest=digest.hexdigest(),
    )  # fmt: skip


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that were named, and those of folders (a feed of MISP), in order.

    Raises UsageError for a folder without any.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        named = (one for one in sorted(path.rglob("*")) if one.suffix.lower() in SUFFIXES)
        found = [one for one in named if one.is_file() and not _beside(one)]
        if not found:
            known = ", ".join(sorted(SUFFIXES))
            raise UsageError(f"{path}: no file of indicators in this folder ({known})")
        yield from found


def _beside(path: Path) -> bool:
    """Whether it only lists the events of a feed."""
    return path.name in _OF_FEEDS and path.with_name("manifest.json").is_file()


def read_file(path: Path) -> FileOfIndicators:
    """What a file shares. Raises KnowledgeError where it is of none of the forms."""
    try:
        if path.stat().st_size > LARGEST:
            raise KnowledgeError(f"{path}: larger than {LARGEST >> 30} GiB; part it")
        content = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: {error.strerror or error}") from error
    digest = hashlib.sha256(content).hexdigest()
    content = in_utf8(content)
    form, found = "JSON", SharedFile()
    try:
        form, content = _told(content)
        found.add(_READERS[form](content, path.stem))
    except ValueError as error:
        raise KnowledgeError(f"{path}: read as {form}: {error}") from error
    if not found.indicators and not found.left_out:
        raise KnowledgeError(f"{path}: read as {form}: there is no indicator in it")
    return FileOfIndicators(path, form, found, digest)


def _told(content: bytes) -> tuple[str, bytes]:
    """The form of a file, and its content as JSON can be read."""
    try:
        return form_of(content), content
    except ValueError:
        mended = whole(content)
        if mended == content:
            raise
        return form_of(mended), mended


class _Chosen:
    """What a triage looks for; of one value that several share, what lasts longest.

    What many use is context alone: it decides no verdict.
    """

    def __init__(self, warnings: Warnings) -> None:
        self._warnings = warnings
        self._kept: dict[str, dict[str, Indicator]] = {kind: {} for kind in _STAGES}

    def take(self, content: SharedFile) -> None:
        """Take in what a file holds; it is let go of meanwhile."""
        content.indicators.reverse()
        while content.indicators:
            one = content.indicators.pop()
            found = _indicator(one, self._warnings.what(one))
            kept = self._kept[one.type]
            before = kept.get(one.value)
            if before is None or _lasts(found, before):
                kept[one.value] = found

    def indicators(self) -> tuple[Indicator, ...]:
        """All of them."""
        return tuple(chain.from_iterable(kept.values() for kept in self._kept.values()))


def _lasts(new: Indicator, old: Indicator) -> bool:
    if new.weight is not old.weight:
        return new.weight.rank > old.weight.rank
    if old.until is None or new.until is None:
        return old.until is not None
    return new.until > old.until


def _indicator(one: Shared, used_by_many: str) -> Indicator:
    meaning = one.meaning or "shared without a word"
    if len(meaning) > _SHOWN:
        meaning = f"{meaning[:_SHOWN]}…"
    note = f"many use it: {used_by_many}" if used_by_many else ""
    return Indicator(
        PACK, one.type, one.value, meaning, _STAGES[one.type],
        Weight.CONTEXT if used_by_many else Weight.INDICATION, one.confidence, one.source, note,
        one.tlp.value if one.tlp else "", one.until,
    )  # fmt: skip
