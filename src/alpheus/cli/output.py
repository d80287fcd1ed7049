"""What is printed: in an encoding that holds it, to readers that may leave, as lines that are one.

A reader that leaves early (`| head`) is no failure, and changes no exit status.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from alpheus.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console


WIDTH = 80
"""Characters of a line for people."""


def mend_streams() -> None:
    """Give every standard stream that was closed a place that holds nothing.

    Otherwise the next file that is opened would get its number, and what is said would go there.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            with contextlib.suppress(OSError):
                nowhere = os.open(os.devnull, os.O_RDWR)
                if nowhere != number:
                    os.dup2(nowhere, number)
                    os.close(nowhere)
                setattr(sys, name, os.fdopen(number, mode, closefd=False))


def say(message: object) -> None:
    """One line on standard error; a control character in it is written out."""
    print(f"alpheus: {visible(message)}", file=sys.stderr)


def visible(message: object) -> str:
    """A text on one line; a control character in it is written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(message))


@contextmanager
def standard_output(*, exact: bool) -> Iterator[TextIO]:
    """Standard output, brought out at the end; `exact` is for formats that are UTF-8 everywhere.

    Raises OutputError when it cannot be written.
    """
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
        if exact:
            stream.reconfigure(encoding="utf-8", newline="")
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        drop_output()
    except OutputError:
        raise  # of another file, which it names
    except OSError as error:
        drop_output()
        reason = (error.strerror or str(error)).lower()
        message = f"the result could not be printed: {reason}; write it elsewhere, or use -o"
        raise OutputError(message) from error


def folded(name: str, text: str, column: int) -> Iterator[str]:
    """A row of a list of two columns, whose second begins at `column`, in lines of 80 characters.

    A name that is too long for its column stands alone.
    """
    lines = textwrap.wrap(text, WIDTH - column) or [""]
    if len(name) + 2 > column:
        yield name
    else:
        yield f"{name:<{column}}{lines.pop(0)}".rstrip()
    yield from (f"{'':<{column}}{line}" for line in lines)


def console() -> Console:
    """A terminal, or what stands for one; colour is its decision."""
    from rich.console import Console  # noqa: PLC0415 - only for people

    class Leaving(Console):
        """Rich ends the program when a reader left; the exit status is ours."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Leaving()


def drop_output() -> None:
    """Let go of what nobody reads any more, so that nothing fails again when the program ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
