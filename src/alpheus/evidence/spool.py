"""Temporary copies: a private folder, bounded in size, that goes away whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from alpheus.errors import LimitError
from alpheus.scratch import Scratch

_BLOCK = 1 << 20


class Spool:
    """A folder of mode 0700 for copies. Their names come from us, never from evidence.

    Use it as a context manager; the folder is made with the first copy.
    """

    def __init__(self, limit: int) -> None:
        self._kept: ExitStack | None = None
        self._folder: Scratch | None = None
        self._limit = limit
        self._used = 0
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        """What was kept goes at the latest with the spool."""
        self.close()

    def close(self) -> None:
        """Delete all copies."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    @contextmanager
    def copy(self, stream: BinaryIO, suffix: str = "") -> Iterator[Path]:
        """A copy of everything in `stream`, deleted at the end of the block.

        Raises LimitError when all copies together would exceed the bound, and what `stream` raises.
        """
        path = self._new_path(suffix)
        written = 0
        try:
            with path.open("xb") as target:
                while block := stream.read(_BLOCK):
                    written += len(block)
                    self._used += len(block)
                    self._check()
                    target.write(block)
            yield path
        finally:
            self._used -= written
            path.unlink(missing_ok=True)

    def keep(self, stream: BinaryIO, suffix: str = "") -> Path:
        """A copy of everything in `stream` that stays as long as this spool. Raises as `copy`."""
        if self._kept is None:
            self._kept = ExitStack()
        return self._kept.enter_context(self.copy(stream, suffix))

    def _check(self) -> None:
        if self._used > self._limit:
            raise LimitError(
                f"limit of {self._limit} bytes of temporary copies reached; raise the limit "
                "`spool_bytes`, or unpack the evidence and hand in the folder"
            )

    def _new_path(self, suffix: str) -> Path:
        if self._folder is None:
            self._folder = Scratch()
        self._count += 1
        return self._folder.path / f"copy-{self._count}{suffix}"
