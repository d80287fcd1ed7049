"""A file of arguments for acquire, one a line; as it can hold no remark, its head stands beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.head import head
from alpheus.knowledge.collection_file import Format

_SYSTEM = "C:"


def write(chosen: Sequence[Chosen], form: Format, name: str) -> dict[str, str]:
    """The arguments under the name of the file, and how they are used beside it."""
    arguments = "\n".join(_arguments(chosen)) + "\n"
    return {name: arguments, f"{name}.txt": "\n".join(head(form, name)) + "\n"}


def _arguments(chosen: Sequence[Chosen]) -> Iterator[str]:
    yield "--profile=none"
    yield from dict.fromkeys(one.entry.acquire for one in chosen if one.entry.acquire)
    for entry, path in each_path(chosen):
        if not entry.acquire:
            yield f"--glob={_pattern(path)}"


def _pattern(path: str) -> str:
    """The volume of Windows is called `sysvol` there, others by their letter."""
    drive, _, rest = path.partition("\\")
    volume = "sysvol" if drive == _SYSTEM else drive.lower()
    return f"{volume}/{rest.replace(chr(92), '/')}"
