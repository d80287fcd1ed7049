"""A plain list: one path a line, under what it is and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpheus.collect.chosen import Chosen
from alpheus.collect.head import head, remarks, wrapped
from alpheus.knowledge.collection_file import Format


def write(chosen: Sequence[Chosen], form: Format, name: str) -> dict[str, str]:
    """The list, under the name of the file."""
    return {name: "\n".join(_lines(chosen, form, name)) + "\n"}


def _lines(chosen: Sequence[Chosen], form: Format, name: str) -> Iterator[str]:
    yield from remarks(head(form, name))
    for one in chosen:
        yield ""
        raw = " Windows holds it open or hides it: read the volume itself." if one.entry.raw else ""
        yield from remarks((f"{one.entry.title} ({one.entry.id})",))
        yield from remarks(tuple(wrapped(one.entry.why + raw)))
        yield from one.paths
