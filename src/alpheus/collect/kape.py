"""Targets for KAPE: one for each kind of entry, and a compound target that leads to them.

What is required, what the keys mean, and that a target is of one kind and every path begins with
`C:`, for which KAPE puts in the drive that it reads, is published with KapeFiles and KapeDocs.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.head import head, quoted, remarks
from alpheus.knowledge.collection import Entry
from alpheus.knowledge.collection_file import Format

VERSION = "1.0"
_SPACE = uuid.UUID("6f0c5a0e-6f0b-4f43-8b0a-5d2f6c0e2a51")
_KINDS = {"exchange": "Exchange", "iis": "IIS", "windows": "Windows"}
_DRIVE = "C:"
_SUFFIX = ".tkape"


def write(chosen: Sequence[Chosen], form: Format, name: str) -> dict[str, str]:
    """The compound target under the name of the file, which has its end; the others beside."""
    stem = name[: -len(_SUFFIX)]
    kinds: dict[str, list[Chosen]] = {}
    for one in chosen:
        kinds.setdefault(_kind(one.entry), []).append(one)
    parts = {f"{stem}_{kind}{_SUFFIX}": (kind, found) for kind, found in kinds.items()}
    whole = [_reference(file, kind) for file, (kind, _) in parts.items()]
    files = {name: _target(form, name, "a verdict on a web or mail server", whole)}
    for file, (kind, found) in parts.items():
        items = dict.fromkeys(_item(entry, path) for entry, path in each_path(found))
        files[file] = _target(form, name, f"such a verdict: {kind}", list(items))
    return files


def _kind(entry: Entry) -> str:
    """The widest of its products, which stands last."""
    return _KINDS.get(entry.products[-1], entry.products[-1])


def _target(form: Format, name: str, purpose: str, items: Sequence[tuple[str, ...]]) -> str:
    """A target; its id follows from what is in it."""
    body = "\n".join(line for item in items for line in item)
    lines = (
        *remarks(head(form, name)),
        f"Description: {quoted(f'What Alpheus needs for {purpose}')}",
        "Author: Alpheus",
        f"Version: {VERSION}",
        f"Id: {uuid.uuid5(_SPACE, body)}",
        "RecreateDirectories: true",
        "Targets:",
        body,
        "",
        "# Documentation",
        f"# {form.label}",
        "# What each of them is for: alpheus collect list",
    )
    return "\n".join(lines) + "\n"


def _reference(file: str, kind: str) -> tuple[str, ...]:
    return (
        "    -",
        f"        Name: {quoted(f'Alpheus, {kind}')}",
        f"        Category: {quoted(kind)}",
        f"        Path: {quoted(file)}",
    )


def _item(entry: Entry, path: str) -> tuple[str, ...]:
    return tuple(_lines(entry, path))


def _lines(entry: Entry, path: str) -> Iterator[str]:
    folder, _, mask = path.rpartition("\\")
    drive, everywhere = folder[: len(_DRIVE)], folder.endswith("\\**")
    folder = _DRIVE + folder[len(_DRIVE) :].removesuffix("\\**")
    where = f" On drive {drive}" if drive != _DRIVE else ""
    yield "    -"
    yield f"        Name: {quoted(entry.title)}"
    yield f"        Category: {quoted(_kind(entry))}"
    yield f"        Path: {quoted(folder + chr(92))}"
    if everywhere:
        yield "        Recursive: true"
    if mask != "*":
        yield f"        FileMask: {quoted(mask)}"
    if entry.raw:
        yield "        AlwaysAddToQueue: true"
    if ":" in mask:
        yield f"        SaveAsFileName: {quoted(mask.rpartition(':')[2])}"
    yield f"        Comment: {quoted(entry.why + where)}"
