"""A custody log read: its entries, whether it holds, and what belongs to one assessment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from alpheus.custody.chain import START, walk_chain
from alpheus.custody.entries import (
    Action,
    Entry,
    Export,
    Package,
    Plan,
    RunFinished,
    RunStarted,
    Verification,
    decode,
)
from alpheus.custody.place import manifest_name, manifests_beside
from alpheus.errors import EvidenceFormatError

SHORTEST = 16
"""Characters of a noted head that have to be given."""

_BACK = "its time, {}, is before that of the line above, {}: the clock was set back"
_NO_ENTRY = "it is no entry that this version knows: {}"
_EMPTY = "it is empty: nothing was ever taken down in it, or all of it was taken out"
_NO_DIGEST = "what it calls the SHA-256 of a list of files is none"
_UNREADABLE = "the list of files {} beside the log cannot be read: {}"
_OTHER_LIST = "the list of files {} beside the log was changed: its SHA-256 is {}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log. `entry` is None where it is of no kind that is known; see `text` then.

    `fault` says why it, and all after it, do not hold.
    """

    number: int
    hash: str
    text: str
    entry: Entry | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a log found. `line` is where it stops to hold, 0 where no line is to blame.

    `remarks` are no faults, but worth to know.
    """

    lines: int
    head: str
    fault: str = ""
    line: int = 0
    remarks: tuple[str, ...] = ()


def read_lines(path: Path, *, size: int | None = None) -> Iterator[Line]:
    """Every line, oldest first; the first that does not hold is the last that is given.

    `size`: bytes of the log that count, when others write on. Raises EvidenceNotFoundError.
    """
    for link in walk_chain(path, size=size):
        entry, fault = None, link.fault
        if not fault:
            try:
                entry = decode(link.text)
            except EvidenceFormatError as error:
                fault = str(error)
        yield Line(link.number, link.hash, link.text, entry, fault)
        if fault:
            return


def check(path: Path, *, head: str = "", size: int | None = None) -> Checked:
    """Whether a log, and the lists beside it, are as they were written.

    `head`: a hash (or its first `SHORTEST` characters, or more) that was noted elsewhere, and that
    the log must have. `size` is as in `read_lines`. Raises EvidenceNotFoundError.
    """
    lines, last, before, found = 0, START, "", not head or START.startswith(head)
    manifests: dict[str, int] = {}
    remarks: list[str] = []
    for line in read_lines(path, size=size):
        if line.fault:
            return Checked(lines, last, line.fault, line.number, tuple(remarks))
        lines, last = line.number, line.hash
        found = found or line.hash.startswith(head)
        if line.entry is None:
            remarks.append(f"line {line.number}: {_NO_ENTRY.format(line.text[:200])}")
            continue
        time = line.entry.frame.time
        if time < before:
            remarks.append(f"line {line.number}: {_BACK.format(time, before)}")
        before = time
        if isinstance(line.entry.detail, Package) and line.entry.detail.manifest:
            manifests.setdefault(line.entry.detail.manifest, line.number)
    if not lines:
        return Checked(0, START, _EMPTY, 0, tuple(remarks))
    if not found:
        fault = f"no line has the hash {head}: lines were cut off at the end, or it is another log"
        return Checked(lines, last, fault, 0, tuple(remarks))
    for digest, number in manifests.items():
        if fault := _manifest_fault(manifests_beside(path) / manifest_name(digest), digest):
            return Checked(lines, last, fault, number, tuple(remarks))
    return Checked(lines, last, "", 0, tuple(remarks))


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256, so that a file may be looked for under it."""
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def _manifest_fault(path: Path, digest: str) -> str:
    if not is_digest(digest):
        return _NO_DIGEST
    try:
        with path.open("rb") as stream:
            found = file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return _UNREADABLE.format(path.name, (error.strerror or str(error)).lower())
    return "" if found == digest else _OTHER_LIST.format(path.name, found)


def entries_of(path: Path, assessment: str) -> tuple[Line, ...]:
    """What belongs to an assessment (the SHA-256 of its JSON), oldest first.

    The run that made it, plans made of it, what was done by them, and comparisons with it. Lines
    are given as far as the log holds. Raises EvidenceNotFoundError.
    """
    runs, plans = set(), set()
    for line in read_lines(path):
        detail = line.entry.detail if line.entry else None
        if line.entry and assessment and _names(detail, assessment):
            runs.add(line.entry.frame.run)
            if isinstance(detail, Plan):
                plans.add(detail.digest)
    for line in read_lines(path):
        if (
            line.entry
            and isinstance(line.entry.detail, RunStarted | Action)
            and line.entry.detail.plan in plans
        ):
            runs.add(line.entry.frame.run)
    return tuple(
        line for line in read_lines(path) if line.entry and line.entry.frame.run in runs
    )  # fmt: skip


def _names(detail: object, assessment: str) -> bool:
    if isinstance(detail, RunFinished | Plan | Verification):
        return detail.assessment == assessment
    return isinstance(detail, Export) and detail.sha256 == assessment
