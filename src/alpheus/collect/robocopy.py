"""A command file that copies with robocopy, for where no collector may be brought.

robocopy takes no wildcard in the name of a folder: what stands below the first one is walked whole,
and the mask decides. Empty folders are copied, too: nothing else shows that one is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.head import head, remarks
from alpheus.knowledge.collection_file import Format

_OPTIONS = "/R:0 /W:0 /COPY:DAT /DCOPY:T /XJ /NP /NFL /NDL"


def write(chosen: Sequence[Chosen], form: Format, name: str) -> dict[str, str]:
    """The command file, under the name of the file; lines end as Windows has it."""
    return {name: "\r\n".join(_lines(chosen, form, name)) + "\r\n"}


def _lines(chosen: Sequence[Chosen], form: Format, name: str) -> Iterator[str]:
    yield "@echo off"
    yield from remarks(head(form, name), "rem")
    yield 'if "%~1"=="" (echo Say where to: "%~nx0" FOLDER & exit /b 2)'
    yield "setlocal"
    yield from dict.fromkeys(_copy(path) for entry, path in each_path(chosen) if not entry.raw)
    raw = [(entry, path) for entry, path in each_path(chosen) if entry.raw]
    for entry, path in raw:
        yield f"echo Not taken, a collector must: {_safe(path)} ({entry.id})"


def _copy(path: str) -> str:
    *folders, mask = path.split("\\")
    fixed = next((n for n, one in enumerate(folders) if "*" in one or "?" in one), len(folders))
    deep = " /E" if fixed < len(folders) else ""
    folder = _safe("\\".join(folders[:fixed]))
    target = folder.replace(":", "", 1)
    return f'robocopy "{folder}" "%~1\\{target}" "{_safe(mask)}"{deep} {_OPTIONS}'


def _safe(text: str) -> str:
    """`%` stands for itself only where it is doubled."""
    return text.replace("%", "%%")
