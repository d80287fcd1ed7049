"""One hash over all knowledge that an assessment rests on, so that a change of it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from alpheus import __version__
from alpheus.knowledge.installed import installed
from alpheus.knowledge.model import Pack
from alpheus.knowledge.tables import FOLDER


def knowledge_digest(packs: Iterable[Pack]) -> str:
    """SHA-256 (hex) over program version, tables, and every file of the packs.

    It depends on names and content alone: the same on every machine and at any path.
    """
    digest = hashlib.sha256(f"{__version__}\0{_tables(installed().folder)}".encode())
    for pack in sorted(packs, key=lambda one: one.id):
        digest.update(f"{pack.id}\0{pack.version}\0".encode())
        for name, content in _content(pack):
            digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\0".encode())
    return digest.hexdigest()


def _content(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of a pack's files; of loose rules, those of the rules that are used."""
    if (pack.folder / "pack.yaml").is_file():
        for path in sorted(pack.folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(pack.folder).as_posix(), path.read_bytes()
        return
    if pack.digest:
        yield "shared", pack.digest.encode()
        return
    texts = [repr(one.document).encode("utf-8", "surrogatepass") for one in pack.sigma]
    texts += [one.text.encode("utf-8", "surrogatepass") for one in pack.yara]
    for text in sorted(texts):
        yield "rule", text


@cache
def _tables(_generation: Path) -> str:
    """Of the tables in use; once per process and generation."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        used = installed().table(path.name) or path
        if used.is_file():
            content = hashlib.sha256(used.read_bytes()).hexdigest()
            digest.update(f"{path.name}\0{content}\0".encode())
    return digest.hexdigest()
