"""Entries in words, for people."""

from __future__ import annotations

from functools import singledispatch

from alpheus.custody.entries import (
    Action,
    Detail,
    Export,
    File,
    Note,
    Package,
    Plan,
    RunFinished,
    RunStarted,
    Taken,
    Verification,
)
from alpheus.custody.reading import Line

LONGEST = 400
"""Characters of a name or text that are shown; the log has all of them."""


def sentence(detail: Detail) -> str:
    """What an entry says, without its frame and its hashes; of one line if its names are."""
    return ", ".join(part for part in _parts(detail) if part)


def digest_of(detail: Detail) -> str:
    """The hash that an entry is about, or ''."""
    if isinstance(detail, Package):
        return detail.sha256 or detail.manifest
    if isinstance(detail, File | Action | Export | Taken):
        return detail.sha256
    if isinstance(detail, Plan):
        return detail.digest
    if isinstance(detail, RunFinished | Verification):
        return detail.assessment
    return detail.plan if isinstance(detail, RunStarted) else ""


def line_kind(line: Line) -> str:
    """The kind of a line; that of a line which is no entry is `other`."""
    return line.entry.detail.kind if line.entry else "other"


def line_text(line: Line) -> str:
    """What a line says, whatever it is; with the packs where that was settled by them."""
    if line.entry is None:
        return shortened(line.text)
    packs, said = line.entry.frame.packs, sentence(line.entry.detail)
    if not packs or isinstance(line.entry.detail, Package):
        return said
    by = ", ".join(f"{name} {version}" for name, version in packs.items())
    return f"{said}, by {shortened(by)}"


def shortened(text: str) -> str:
    """A name or text that can be shown in a line."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


@singledispatch
def _parts(_: Detail) -> list[str]:
    return []


@_parts.register
def _(detail: RunStarted) -> list[str]:
    return [detail.what, *map(shortened, detail.inputs[:_SHOWN]), _more(detail.inputs)]


@_parts.register
def _(detail: Package) -> list[str]:
    return [
        f"{detail.evidence}: {shortened(detail.path)}", _bytes(detail.bytes),
        _several(detail.files, "file") if detail.manifest else "",
        f"ETag {shortened(detail.etag)}" if detail.etag else "",
        "" if detail.sha256 else _without_hash(detail),
    ]  # fmt: skip


def _without_hash(package: Package) -> str:
    if package.identity:
        return "in a store; the hash is that of the list of the files that were read"
    return "a folder; the hash is that of the list of its files"


@_parts.register
def _(detail: File) -> list[str]:
    return [f"{detail.evidence}: {shortened(detail.path)}", _bytes(detail.bytes)]


@_parts.register
def _(detail: RunFinished) -> list[str]:
    verdicts = [f"{name}: {verdict}" for name, verdict in detail.verdicts.items()]
    shown = map(shortened, verdicts[:_SHOWN])
    return [shortened(detail.outcome), *shown, _more(verdicts), *_counts(detail.counts)]


@_parts.register
def _(detail: Plan) -> list[str]:
    return [
        f"plan for {shortened(detail.server)}",
        f"{_several(detail.files, 'file')} to take away",
    ]


@_parts.register
def _(detail: Action) -> list[str]:
    return [f"{detail.what}: {detail.result}", shortened(detail.path), shortened(detail.why)]


@_parts.register
def _(detail: Verification) -> list[str]:
    answer = f"{shortened(detail.server)}: {detail.outcome}"
    return [answer, f"since {detail.since}", *_counts(detail.counts)]


@_parts.register
def _(detail: Export) -> list[str]:
    where = "standard output" if detail.path == "-" else shortened(detail.path)
    return [f"{detail.what}: {where}", _bytes(detail.bytes)]


@_parts.register
def _(detail: Taken) -> list[str]:
    return [shortened(detail.path), _bytes(detail.bytes), shortened(detail.why)]


@_parts.register
def _(detail: Note) -> list[str]:
    return [shortened(detail.text)]


_SHOWN = 20


def _more(some: list[str] | tuple[str, ...]) -> str:
    return f"and {len(some) - _SHOWN:,} more" if len(some) > _SHOWN else ""


def _counts(counts: dict[str, int]) -> list[str]:
    return [f"{name}: {count:,}" for name, count in counts.items()]


def _bytes(number: int) -> str:
    return _several(number, "byte")


def _several(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
