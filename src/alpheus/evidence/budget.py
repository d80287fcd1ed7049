"""The bounds of one package while it is walked; see `Limits`."""

from __future__ import annotations

import time
from collections.abc import Callable

from alpheus.errors import LimitError
from alpheus.evidence.base import Limits


class Budget:
    """Counts what a package has cost so far. The clock starts when it is made.

    `spent` is told the bytes of content delivered so far, whenever some were.
    """

    def __init__(self, limits: Limits, spent: Callable[[int], None] | None = None) -> None:
        self.limits = limits
        self._spent = spent
        self._deadline = time.monotonic() + limits.seconds
        self._files = 0
        self._bytes = 0

    def count_file(self) -> None:
        """One more file was found; call `refusal` before."""
        self._files += 1

    def refusal(self) -> str | None:
        """Why no further file may be read, or None."""
        if self._files >= self.limits.files:
            return self._reason("files", f"{self.limits.files} files")
        if self._bytes >= self.limits.total_bytes:
            return self._reason("total_bytes", f"{self.limits.total_bytes} bytes in all")
        if time.monotonic() > self._deadline:
            return self._reason("seconds", f"{self.limits.seconds:g} seconds")
        return None

    def check_time(self) -> None:
        """Raise LimitError when the time is over; for long work that delivers nothing."""
        if time.monotonic() > self._deadline:
            raise LimitError(self._reason("seconds", f"{self.limits.seconds:g} seconds"))

    def spend(self, count: int, read_of_file: int) -> None:
        """Account for bytes of content about to be delivered; raises LimitError.

        `read_of_file` is how much of the same file was delivered with them.
        """
        self.check_time()
        if read_of_file > self.limits.file_bytes:
            raise LimitError(self._reason("file_bytes", f"{self.limits.file_bytes} bytes per file"))
        self._bytes += count
        if self._bytes > self.limits.total_bytes:
            raise LimitError(self._reason("total_bytes", f"{self.limits.total_bytes} bytes in all"))
        if self._spent is not None:
            self._spent(self._bytes)

    @staticmethod
    def _reason(name: str, bound: str) -> str:
        return f"limit of {bound} reached; raise the limit `{name}` to read on"
