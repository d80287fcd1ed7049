"""The entries that are wanted, each with the very paths of this operator's servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from alpheus.errors import UsageError
from alpheus.knowledge.collection import Collection, Entry
from alpheus.knowledge.collection_file import ROOT, with_packs
from alpheus.knowledge.model import Pack


@dataclass(frozen=True, slots=True)
class Chosen:
    r"""An entry and its paths on a server: `D:\Logs\W3SVC1\*.log`."""

    entry: Entry
    paths: tuple[str, ...]


def table_of(packs: Sequence[Pack]) -> Collection:
    """The table that ships and what packs add. Raises KnowledgeError."""
    return with_packs([pack.collection for pack in packs])


def deciding_first(entries: Sequence[Entry], packs: Sequence[Pack]) -> tuple[Entry, ...]:
    """What decides a verdict, then what else is triaged, then what is for people alone."""
    return tuple(sorted(entries, key=lambda one: (not decides(one, packs), not one.triage)))


def decides(entry: Entry, packs: Sequence[Pack]) -> bool:
    """Whether a verdict of one of the packs rests on it."""
    return any(entry.source in group.any_of for pack in packs for group in pack.deciding)


def choose(
    table: Collection, entries: Sequence[Entry], places: Mapping[str, Sequence[str]]
) -> tuple[Chosen, ...]:
    """Entries with their paths. Collectors take a file once that two of the paths lead to."""
    return tuple(
        Chosen(one, tuple(p for path in one.paths for p in table.resolved(path, places)))
        for one in entries
    )


def read_places(table: Collection, given: Sequence[str]) -> dict[str, list[str]]:
    """`NAME=PATH` as the operator wrote them, several for one name too. Raises UsageError."""
    names = {name.lower(): name for name in table.places}
    found: dict[str, list[str]] = {}
    for text in given:
        name, _, root = text.partition("=")
        known = names.get(name.strip().lower())
        root = root.strip().replace("/", "\\").rstrip("\\")
        root = root[:1].upper() + root[1:]
        if known is None:
            message = f"--place {text}: no such place; they are {', '.join(table.places)}"
            raise UsageError(message)
        if not ROOT.fullmatch(root):
            raise UsageError(rf"--place {text}: no folder of a drive such as {known}=D:\Logs")
        found.setdefault(known, []).append(root)
    return found


def each_path(chosen: Sequence[Chosen]) -> Iterator[tuple[Entry, str]]:
    """Every path with its entry."""
    for one in chosen:
        for path in one.paths:
            yield one.entry, path
