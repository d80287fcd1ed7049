"""An artifact for Velociraptor: a table of globs as a parameter, and a query that uploads them.

What an artifact may hold is published as `artifact.proto`; globs have `/`, `*`, `?` and `**`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.head import head, remarks
from alpheus.knowledge.collection import Entry
from alpheus.knowledge.collection_file import Format

NAME = "Custom.Windows.Alpheus.Evidence"
_SOURCES = {"Files": "auto", "Volumes": "ntfs"}
"""`glob` gives a file once, however many of the globs it fits; so each accessor is asked once."""
_QUERY = """\
LET {accessor}_globs = SELECT Glob FROM Evidence WHERE Accessor = "{accessor}"

SELECT OSPath, Size, Mtime, Btime,
       upload(file=OSPath, accessor="{accessor}", mtime=Mtime) AS Upload
FROM glob(globs={accessor}_globs.Glob, accessor="{accessor}")
WHERE NOT IsDir"""


def write(chosen: Sequence[Chosen], form: Format, name: str) -> dict[str, str]:
    """The artifact, under the name of the file."""
    return {name: "\n".join(_lines(chosen, form, name)) + "\n"}


def _lines(chosen: Sequence[Chosen], form: Format, name: str) -> Iterator[str]:
    yield from remarks(head(form, name))
    yield f"name: {NAME}"
    yield "author: Alpheus"
    yield "description: |"
    yield "  Collects what Alpheus needs for a verdict on a web or mail server."
    yield ""
    for line in head(form, name):
        yield f"  {line}".rstrip()
    yield ""
    yield "  What each of them is for: alpheus collect list"
    yield "type: CLIENT"
    yield "precondition: SELECT OS FROM info() WHERE OS = 'windows'"
    yield "parameters:"
    yield "  - name: Evidence"
    yield "    description: What is collected; correct a path where a server differs."
    yield "    type: csv"
    yield "    default: |"
    yield "      Entry,Accessor,Glob"
    for entry, path in each_path(chosen):
        yield f"      {_row(entry, path)}"
    yield "sources:"
    for title, accessor in _SOURCES.items():
        yield f"  - name: {title}"
        yield "    query: |"
        for line in _QUERY.format(accessor=accessor).splitlines():
            yield f"      {line}".rstrip()


def _row(entry: Entry, path: str) -> str:
    accessor = "ntfs" if entry.raw else "auto"
    return f"{entry.id},{accessor},{path.replace(chr(92), '/')}"
