"""A custody log for a court: the log, the lists beside it, a page, and how to check all of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TextIO

from alpheus.errors import OutputError
from alpheus.report.custody_html import CustodyPage, write_custody_html, write_custody_readme
from alpheus.report.files import Writer, write_files

LOG = "custody.log"
MANIFESTS = "custody-manifests"
SUMS = "SHA256SUMS"
_BLOCK = 1 << 20


def write_custody_export(
    page: Callable[[], CustodyPage], log: Path, size: int, manifests: Sequence[Path], output: Path
) -> None:
    """Write a new folder, or a new archive where the name ends in `.zip`; whole or not at all.

    `page` gives the page anew whenever it is called. Of the log its first `size` bytes are written.
    Raises OutputError.
    """
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise OutputError(f"{output} is there already; name a new folder, or a new .zip file")
    whole = output.absolute()
    made = whole.with_name(f".{whole.name}.{os.urandom(6).hex()}.part")
    try:
        _fill(made, page, log, size, manifests)
        if whole.suffix.lower() == ".zip":
            write_files(whole.parent, {whole.name: partial(_pack, made)})
        else:
            _give_name(made, whole)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(
    folder: Path,
    page: Callable[[], CustodyPage],
    log: Path,
    size: int,
    manifests: Sequence[Path],
) -> None:
    texts = files("alpheus.report").joinpath("templates")
    writers: dict[str, Writer] = {
        LOG: partial(_copy, log, size),
        "custody.html": lambda stream: write_custody_html(page(), stream),
        "README.txt": lambda stream: write_custody_readme(page(), stream),
    }
    for name in ("check.sh", "check.py"):
        text = texts.joinpath(f"custody_{name}.txt").read_text("utf-8")
        writers[name] = partial(_put, text)
    write_files(folder, writers)
    if manifests:
        write_files(
            folder / MANIFESTS, {one.name: partial(_copy, one, None) for one in manifests}
        )  # fmt: skip
    write_files(folder, {SUMS: partial(_put, "".join(_sums(folder)))})


def _sums(folder: Path) -> list[str]:
    return [f"{_hash(one)}  {one.relative_to(folder).as_posix()}\n"
            for one in sorted(folder.rglob("*")) if one.is_file()]  # fmt: skip


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _put(text: str, stream: TextIO) -> None:
    stream.write(text)


def _copy(path: Path, size: int | None, stream: TextIO) -> None:
    left = path.stat().st_size if size is None else size
    with path.open("rb") as source:
        while left and (block := source.read(min(left, _BLOCK))):
            stream.buffer.write(block)
            left -= len(block)


def _pack(folder: Path, stream: TextIO) -> None:
    with zipfile.ZipFile(stream.buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, one.relative_to(folder))


def _give_name(made: Path, output: Path) -> None:
    try:
        if output.exists():
            output.rmdir()  # it is empty
        made.rename(output)
    except OSError as error:
        message = f"Cannot write {output}: {(error.strerror or str(error)).lower()}."
        raise OutputError(message) from error
