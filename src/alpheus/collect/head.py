"""What stands at the head of each form: that it was not run, how it is used, what is in it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from alpheus import __version__
from alpheus.knowledge.collection_file import Format

_WIDTH = 90


def head(form: Format, name: str) -> tuple[str, ...]:
    """Lines without a sign of a remark; `name` is the name of the file. Empty ones part them."""
    made = f"Made by Alpheus {__version__} (alpheus collect write)."
    published = () if form.format == "none" else (f"Format: {form.format}",)
    lines: list[str] = []
    use = form.use.replace("{file}", name).replace("{name}", name.rpartition(".")[0] or name)
    for text in (made, form.label, use, *published):
        lines += [*wrapped(text), ""]
    return tuple(lines[:-1])


def wrapped(text: str) -> list[str]:
    """A text in lines; words and paths stay whole."""
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def remarks(lines: tuple[str, ...], sign: str = "#") -> Iterator[str]:
    """The lines as remarks."""
    for line in lines:
        yield f"{sign} {line}".rstrip()


def quoted(text: str) -> str:
    """A text as YAML has it between single quotes, on one line."""
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
