"""Streams over content: hashed, bounded, and re-readable where the container only goes forward."""

from __future__ import annotations

import hashlib
import io
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

from alpheus.errors import LimitError, StoreError
from alpheus.evidence.budget import Budget

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

REPLAY_LIMIT = 4 << 20
"""How much of a file in a forward-only container can be read again, in bytes."""

BEGUN_LIMIT = 1 << 16
"""How much of a member is kept so that its next reader need not begin anew, in bytes."""

_PIECE = 1 << 18
"""What is hashed at once is still in the cache of the processor that made it."""


class FullReader(io.RawIOBase):
    """A forward stream whose `readinto` fills the buffer unless the content ends or fails.

    A failure in the middle of a buffer is raised by the next call, so that no byte is lost.
    Errors of codecs and containers become OSError with the name of the file. Subclasses define
    `_fill`, which returns at least one byte unless the content ends.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.label = name
        self._failure: Exception | None = None

    @abstractmethod
    def _fill(self, view: memoryview) -> int:
        """Put bytes into the view; returns how many, 0 at the end."""

    def readable(self) -> bool:
        """Always: there is nothing else to do with it."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill `buffer`; returns less only at the end or before an error."""
        if self._failure is not None:
            raise self._failure
        view = memoryview(buffer).cast("B")
        done = 0
        try:
            while done < len(view):
                count = self._fill(view[done:])
                if not count:
                    break
                done += count
        except Exception as error:
            self._failure = as_content_error(self.label, error)
            if not done:
                raise self._failure from error
        return done


class PullReader(FullReader):
    """A stream over a function that gives blocks of any length, and an empty one at the end."""

    def __init__(
        self, name: str, pull: Callable[[int], bytes], close: Callable[[], None] | None = None
    ) -> None:
        super().__init__(name)
        self._pull = pull
        self._on_close = close
        self._rest = memoryview(b"")

    def _fill(self, view: memoryview) -> int:
        if not self._rest:
            self._rest = memoryview(self._pull(len(view)))
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """Release what lies below."""
        if not self.closed and self._on_close is not None:
            self._on_close()
        super().close()


class Section(FullReader):
    """A window of a seekable stream, itself seekable. The stream is its own, and closed with it."""

    def __init__(self, name: str, stream: BinaryIO, start: int, length: int) -> None:
        super().__init__(name)
        self._stream = stream
        self._start = start
        self._length = length
        self._position = 0
        self._placed = False

    def _fill(self, view: memoryview) -> int:
        left = self._length - self._position
        if left <= 0:
            return 0
        if not self._placed:
            self._stream.seek(self._start + self._position)
            self._placed = True
        count: int = cast("io.RawIOBase", self._stream).readinto(view[:left]) or 0
        if not count:
            message = f"the file ends {left} bytes before this content does (truncated)"
            raise OSError(message)
        self._position += count
        return count

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move inside the window."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            message = "negative position"
            raise ValueError(message)
        self._position = base + offset
        self._placed = False
        self._failure = None
        return self._position

    def tell(self) -> int:
        """Position inside the window."""
        return self._position

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._stream.close()
        super().close()


class ContentReader(FullReader):
    """Hashes and counts what is read, and keeps to the budget.

    `report` is called with the bytes read so far and, once the end was reached, the SHA-256.
    """

    def __init__(
        self,
        name: str,
        stream: BinaryIO,
        budget: Budget,
        report: Callable[[int, str | None], None],
    ) -> None:
        super().__init__(name)
        self._stream = stream
        self._budget = budget
        self._report = report
        self._hash = hashlib.sha256()
        self._count = 0

    def _fill(self, view: memoryview) -> int:
        view = view[:_PIECE]
        count: int = cast("io.RawIOBase", self._stream).readinto(view) or 0
        if not count:
            self._report(self._count, self._hash.hexdigest())
            return 0
        self._budget.spend(count, self._count + count)
        self._hash.update(view[:count])
        self._count += count
        self._report(self._count, None)
        return count

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._stream.close()
        super().close()


class Begun(FullReader):
    """A stream that was begun before: `head` is what was read of it, and comes again.

    Closed before more than `BEGUN_LIMIT` bytes were read of it, it is given to `keep` with all that
    was read; otherwise the stream is closed.
    """

    def __init__(
        self,
        name: str,
        stream: BinaryIO,
        head: bytearray,
        keep: Callable[[BinaryIO, bytearray], None],
    ) -> None:
        super().__init__(name)
        self._stream = stream
        self._head = head
        self._keep = keep
        self._position = 0
        self._whole = True

    def _fill(self, view: memoryview) -> int:
        left = len(self._head) - self._position
        if left > 0:
            count = min(len(view), left)
            view[:count] = memoryview(self._head)[self._position : self._position + count]
            self._position += count
            return count
        count = cast("io.RawIOBase", self._stream).readinto(view) or 0
        self._position += count
        if self._whole and self._position <= BEGUN_LIMIT:
            self._head += view[:count]
        elif count:
            self._whole = False
            self._head = bytearray()
            self._position = 0
        return count

    def close(self) -> None:
        """Hand the stream on to the next reader, or close it."""
        if not self.closed:
            if self._whole and self._failure is None:
                self._keep(self._stream, self._head)
            else:
                self._stream.close()
        super().close()


class Replay:
    """Makes the head of a forward-only stream readable again, up to `REPLAY_LIMIT` bytes."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._name = name
        self._stream = stream
        self._head = bytearray()
        self._consumed = 0

    def reader(self) -> BinaryIO:
        """A stream from the start. Raises OSError when too much of the content is gone."""
        if self._consumed > len(self._head):
            raise OSError(self._gone())
        return cast("BinaryIO", _ReplayReader(self._name, self))

    def close(self) -> None:
        """Let go of the stream and of what was kept of it."""
        self._stream.close()
        self._head.clear()

    def read_at(self, position: int, view: memoryview) -> int:
        """Fill `view` with what stands at `position`; returns how many bytes, 0 at the end."""
        if position < len(self._head):
            count = min(len(view), len(self._head) - position)
            view[:count] = memoryview(self._head)[position : position + count]
            return count
        if position != self._consumed:
            raise OSError(self._gone())
        count = cast("io.RawIOBase", self._stream).readinto(view) or 0
        self._consumed += count
        if self._consumed <= REPLAY_LIMIT:
            self._head += view[:count]
        return count

    def _gone(self) -> str:
        return (
            f"{self._name}: already read past {REPLAY_LIMIT} bytes, and its container can only be "
            "read forward; unpack it and hand in the folder"
        )


class _ReplayReader(FullReader):
    """One of the readers of a `Replay`."""

    def __init__(self, name: str, replay: Replay) -> None:
        super().__init__(name)
        self._replay = replay
        self._position = 0

    def _fill(self, view: memoryview) -> int:
        count = self._replay.read_at(self._position, view)
        self._position += count
        return count


def as_content_error(name: str, error: Exception) -> Exception:
    """The error of a codec or a library as OSError that names the file; ours stay."""
    if isinstance(error, LimitError | StoreError):
        return error
    if isinstance(error, OSError) and (error.errno is not None or str(error).startswith(name)):
        return error
    return OSError(f"{name}: damaged content: {str(error) or type(error).__name__}")
