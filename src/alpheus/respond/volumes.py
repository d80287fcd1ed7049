"""The volumes that a plan is carried out on: `--root C=/mnt/c`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from alpheus.errors import CleanError
from alpheus.respond.volume import Volume
from alpheus.respond.volume_identity import Identity

_LETTER = re.compile("[A-Z]").fullmatch


@contextmanager
def opened(roots: Mapping[str, Path]) -> Iterator[dict[str, Volume]]:
    """The volumes by their letters. Raises CleanError where a root is no folder."""
    with ExitStack() as stack:
        volumes = {}
        for letter, root in roots.items():
            volumes[letter] = Volume(letter, root)
            stack.callback(volumes[letter].close)
        yield volumes


def identities(volumes: Mapping[str, Volume]) -> dict[str, Identity]:
    """Which volumes these are."""
    return {letter: volume.identity for letter, volume in volumes.items()}


def roots_of(words: Iterable[str], named: Collection[str] = ()) -> dict[str, Path]:
    """Roots from `C=PATH`: of a letter, or a volume that a plan has `named`. Raises CleanError."""
    found: dict[str, Path] = {}
    for word in words:
        letter, is_there, path = word.partition("=")
        letter = letter.strip().rstrip(":").upper()
        if not is_there or not letter or not path:
            message = f"--root {word}: say which volume is mounted where, such as C=/mnt/c"
            raise CleanError(message)
        if letter not in named and not _LETTER(letter):
            known = ", ".join(sorted(named)) or "none"
            message = f"--root {word}: {letter} is no volume; those of the plan are: {known}"
            raise CleanError(message)
        if letter in found:
            message = f"--root {word}: {letter} is named twice"
            raise CleanError(message)
        found[letter] = Path(path)
    return found
