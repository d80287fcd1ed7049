"""The volumes that a plan is carried out on: `--root C=/mnt/c`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from alpheus.errors import CleanError
from alpheus.respond.volume import Volume


@contextmanager
def opened(roots: Mapping[str, Path]) -> Iterator[dict[str, Volume]]:
    """The volumes by their letters. Raises CleanError where a root is no folder."""
    with ExitStack() as stack:
        volumes = {}
        for letter, root in roots.items():
            volumes[letter] = Volume(letter, root)
            stack.callback(volumes[letter].close)
        yield volumes


def roots_of(words: Iterable[str]) -> dict[str, Path]:
    """Roots from `C=PATH`. Raises CleanError."""
    found: dict[str, Path] = {}
    for word in words:
        letter, is_there, path = word.partition("=")
        letter = letter.strip().rstrip(":").upper()
        if not is_there or not letter or not path:
            message = f"--root {word}: say which volume is mounted where, such as C=/mnt/c"
            raise CleanError(message)
        if letter in found:
            message = f"--root {word}: {letter} is named twice"
            raise CleanError(message)
        found[letter] = Path(path)
    return found
