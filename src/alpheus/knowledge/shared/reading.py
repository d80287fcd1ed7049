"""Reads files of indicators, whatever their form, into what a triage looks for."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alpheus.errors import KnowledgeError
from alpheus.knowledge.model import Indicator, LeftOut, Pack
from alpheus.knowledge.shared.misp import read_misp
from alpheus.knowledge.shared.model import PACK, Shared, SharedFile, SharedPaths
from alpheus.knowledge.shared.stix import read_stix
from alpheus.knowledge.shared.table import read_table
from alpheus.knowledge.shared.warnings import Warnings
from alpheus.model import Stage, Weight

SUFFIXES = frozenset({".json", ".csv", ".tsv", ".txt", ".list", ".ioc"})
LARGEST = 4 << 30
_FORMS = ("STIX 2.1", "MISP", "table or list")
_HEAD = 1 << 16
_STAGES = {
    "ip": Stage.PROBED, "domain": Stage.PROBED, "user-agent": Stage.PROBED, "page": Stage.IMPLANTED,
    "sha256": Stage.IMPLANTED, "sha1": Stage.IMPLANTED, "md5": Stage.IMPLANTED,
    "defender": Stage.IMPLANTED, "task": Stage.OPERATED,
}  # fmt: skip
"""What it would mean if it were seen: who has come is no more than a visitor."""


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
    files = [read_file(path) for path in files_of(paths.indicators)]
    digest = hashlib.sha256("".join(one.sha256 for one in files).encode())
    for path in paths.warning_lists:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return Pack(
        id=PACK, version=digest.hexdigest()[:12], title="Indicators shared by others",
        folder=paths.indicators[0], products=(), cves=(), window=None, deciding=(),
        indicators=indicators_of(files, Warnings.load(paths.warning_lists)),
        left_out=tuple(
            LeftOut(file.path, reason, count)
            for file in files for reason, count in sorted(file.content.left_out.items())
        ),
        digest=digest.hexdigest(),
    )  # fmt: skip


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that were named, and those of folders (a feed of MISP), in order."""
    for path in paths:
        if path.is_dir():
            found = (one for one in sorted(path.rglob("*")) if one.suffix.lower() in SUFFIXES)
            yield from (one for one in found if one.is_file() and one.name != "manifest.json")
        else:
            yield path


def read_file(path: Path) -> FileOfIndicators:
    """What a file shares. Raises KnowledgeError where it is of none of the forms."""
    try:
        if path.stat().st_size > LARGEST:
            raise KnowledgeError(f"{path}: larger than {LARGEST >> 30} GiB; part it")
        content = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: {error.strerror or error}") from error
    form = _form(content)
    reader = {_FORMS[0]: read_stix, _FORMS[1]: read_misp, _FORMS[2]: read_table}[form]
    found = SharedFile()
    try:
        found.add(reader(content, path.stem))
    except ValueError as error:
        raise KnowledgeError(f"{path}: read as {form}: {error}") from error
    if not found.indicators and not found.left_out:
        raise KnowledgeError(f"{path}: read as {form}: there is no indicator in it")
    return FileOfIndicators(path, form, found, hashlib.sha256(content).hexdigest())


def indicators_of(files: Iterable[FileOfIndicators], warnings: Warnings) -> tuple[Indicator, ...]:
    """What a triage looks for; of one value that several share, what lasts longest.

    What many use is context alone: it decides no verdict.
    """
    kept: dict[tuple[str, str], Indicator] = {}
    for file in files:
        for one in file.content.indicators:
            found = _indicator(one, warnings.what(one))
            before = kept.get((one.type, one.value))
            if before is None or _lasts(found, before):
                kept[one.type, one.value] = found
    return tuple(kept.values())


def _lasts(new: Indicator, old: Indicator) -> bool:
    if new.weight is not old.weight:
        return new.weight.rank > old.weight.rank
    if old.until is None or new.until is None:
        return old.until is not None
    return new.until > old.until


def _indicator(one: Shared, used_by_many: str) -> Indicator:
    meaning = one.meaning or "shared without a word"
    note = f"many use it: {used_by_many}" if used_by_many else ""
    return Indicator(
        PACK, one.type, one.value, meaning, _STAGES[one.type],
        Weight.CONTEXT if used_by_many else Weight.INDICATION, one.confidence, one.source, note,
        one.tlp.value if one.tlp else "", one.until,
    )  # fmt: skip


def _form(content: bytes) -> str:
    head = content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] not in {b"{", b"["}:
        return _FORMS[2]
    if b'"bundle"' in head or b'"spec_version"' in head or b'"objects"' in head:
        return _FORMS[0]
    return _FORMS[1]
