"""A target for KAPE: one item for each path.

What is required, and what the keys mean, is published with KapeFiles (`TargetGuide.guide`).
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
_CATEGORIES = {"exchange": "Exchange", "iis": "IIS", "windows": "Windows"}


def write(chosen: Sequence[Chosen], form: Format, name: str) -> dict[str, str]:
    """The target, under the name of the file; its id follows from what is in it."""
    return {name: "\n".join(_lines(chosen, form, name)) + "\n"}


def _lines(chosen: Sequence[Chosen], form: Format, name: str) -> Iterator[str]:
    paths = [path for _, path in each_path(chosen)]
    yield from remarks(head(form, name))
    yield "Description: What Alpheus needs for a verdict on a web or mail server"
    yield "Author: Alpheus"
    yield f"Version: {VERSION}"
    yield f"Id: {uuid.uuid5(_SPACE, chr(10).join(paths))}"
    yield "RecreateDirectories: true"
    yield "Targets:"
    for entry, path in each_path(chosen):
        yield from _item(entry, path)
    yield ""
    yield "# Documentation"
    yield f"# {form.label}"
    yield "# What each of them is for: alpheus collect list"


def _item(entry: Entry, path: str) -> Iterator[str]:
    folder, _, mask = path.rpartition("\\")
    everywhere = folder.endswith("\\**")
    folder = folder.removesuffix("\\**")
    yield "    -"
    yield f"        Name: {quoted(entry.title)}"
    yield f"        Category: {_CATEGORIES.get(entry.products[0], entry.products[0])}"
    yield f"        Path: {quoted(folder + chr(92))}"
    if everywhere:
        yield "        Recursive: true"
    if mask != "*":
        yield f"        FileMask: {quoted(mask)}"
    if entry.raw:
        yield "        AlwaysAddToQueue: true"
    if ":" in mask:
        yield f"        SaveAsFileName: {quoted(mask.rpartition(':')[2])}"
    yield f"        Comment: {quoted(entry.why)}"
