"""The plain marks that the templates of notices are written in, and what they become.

A template is text: an empty line ends a paragraph; `! ` begins the sentence that matters, `# ` a
heading, `- ` and `1. ` an item, `| a | b |` is a row of a table whose first row is the heading, a
backslash at the end of a line keeps the line's end, `**` makes bold, `---` ends the main part.

Values are put between two marks of their own (`mark`, `link`) when they are filled in, so that
nothing in a value is ever taken for one of the marks above.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from textwrap import wrap
from typing import NamedTuple

from alpheus.report.visible import visible

WIDTH = 72
"""Columns of the text form."""

VALUE, LINK, END = "\ue000", "\ue002", "\ue001"
_MARKS = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_TOKEN = re.compile(f"([{VALUE}{LINK}][^{END}]*{END}|\\*\\*)")
_OURS = str.maketrans("", "", f"{VALUE}{LINK}{END}")
_ITEM = re.compile(r"(?:(-)|\d{1,2}\.)\s+(?=\S)")
_LONGEST = 600
_NARROWEST = 12


class Marked(str):
    """Text with values marked in it; it is not marked again."""

    __slots__ = ()


def clean(value: object) -> str:
    """A value of data as one visible line without any mark of ours, of at most 600 characters."""
    text = visible(str(value))
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return _MARKS.sub(lambda match: f"{{U+{ord(match.group()):04X}}}", text)


def mark(value: object) -> Marked:
    """A value as it stands in a template that was filled in."""
    return value if isinstance(value, Marked) else Marked(f"{VALUE}{bare(str(value))}{END}")


def link(address: str) -> Marked:
    """An address that may be followed: the sender's own page."""
    return Marked(f"{LINK}{bare(address)}{END}")


def bare(text: str) -> str:
    """Text without the marks around its values."""
    return text.translate(_OURS)


class Run(NamedTuple):
    """A piece of a line. `value`: it comes from data; `link`: it is the sender's page."""

    text: str
    bold: bool = False
    value: bool = False
    link: bool = False


Line = tuple[Run, ...]


class Block(NamedTuple):
    """A paragraph, list or table.

    `kind` is `lead`, `heading`, `text`, `bullets`, `steps`, `table` or `break`; `rows` are its
    lines: of a table the cells of each row, else one cell each.
    """

    kind: str
    rows: tuple[tuple[Line, ...], ...] = ()


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a template that was filled in."""
    return tuple(_blocks(line.strip() for line in text.split("\n")))


def _blocks(lines: Iterator[str]) -> Iterator[Block]:
    kind, rows = "", list[str]()
    for line in lines:
        begun, rest = _begin(line)
        joins = begun == "text" and kind in {"text", "lead", "bullets", "steps"}
        if joins or (begun == kind and begun in {"bullets", "steps", "table"}):
            if joins and not (kind == "text" and rows[-1].endswith("\\")):
                rows[-1] = f"{rows[-1]} {rest}"
            else:
                rows.append(rest)
            continue
        if kind:
            yield _block(kind, rows)
        kind, rows = begun, [rest]
    if kind:
        yield _block(kind, rows)


def _begin(line: str) -> tuple[str, str]:
    """The kind of block that a line begins, and the line without its mark; '' for an empty one."""
    if not line:
        return "", ""
    if line == "---":
        return "break", ""
    for sign, kind in (("! ", "lead"), ("# ", "heading")):
        if line.startswith(sign):
            return kind, line[2:].strip()
    if line.startswith("|") and line.endswith("|"):
        return "table", line
    item = _ITEM.match(line)
    if item:
        return ("bullets" if item[1] else "steps"), line[item.end() :]
    return "text", line


def _block(kind: str, rows: list[str]) -> Block:
    if kind == "break":
        return Block(kind)
    if kind == "table":
        return Block(kind, tuple(tuple(_runs(cell) for cell in _cells(row)) for row in rows))
    return Block(kind, tuple((_runs(row.removesuffix("\\").strip()),) for row in rows))


def _cells(row: str) -> list[str]:
    """The cells of a row; a bar in a value divides nothing."""
    cells, inside = [""], False
    for character in row[1:-1]:
        if character in {VALUE, LINK}:
            inside = True
        elif character == END:
            inside = False
        if character == "|" and not inside:
            cells.append("")
        else:
            cells[-1] += character
    return [cell.strip() for cell in cells]


def _runs(text: str) -> Line:
    runs, bold = [], False
    for piece in _TOKEN.split(text):
        if piece == "**":
            bold = not bold
        elif piece.startswith((VALUE, LINK)):
            runs.append(Run(bare(piece), bold, value=True, link=piece[0] == LINK))
        elif piece:
            runs.append(Run(bare(piece), bold))
    return tuple(runs)


def plain(blocks: tuple[Block, ...], width: int = WIDTH) -> str:
    """The text form: no line is longer than `width`, but for words that are longer by themselves.

    Words are never cut, so that an address stays one.
    """
    parts = [_PLAIN[block.kind](block, width) for block in blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def said(line: Line) -> str:
    """A line as mere text."""
    return "".join(run.text for run in line)


def _filled(text: str, width: int, first: str = "", later: str = "") -> str:
    lines = wrap(
        text, width, initial_indent=first, subsequent_indent=later, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines)


def _plain_text(block: Block, width: int) -> str:
    return "\n".join(_filled(said(row[0]), width) for row in block.rows)


def _plain_heading(block: Block, width: int) -> str:
    text = _filled(said(block.rows[0][0]), width)
    return f"{text}\n{'-' * min(width, max(map(len, text.splitlines()), default=0))}"


def _plain_bullets(block: Block, width: int) -> str:
    return "\n".join(_filled(said(row[0]), width, "- ", "  ") for row in block.rows)


def _plain_steps(block: Block, width: int) -> str:
    room = len(str(len(block.rows))) + 2
    return "\n".join(
        _filled(said(row[0]), width, f"{number}. ".rjust(room), " " * room)
        for number, row in enumerate(block.rows, 1)
    )


def _plain_table(block: Block, width: int) -> str:
    """Columns side by side where they fit, else each row as lines of `heading: value`."""
    rows = [[said(cell) for cell in row] for row in block.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=False)]
    if len({len(row) for row in rows}) == 1 and sum(widths) + 2 * (len(widths) - 1) <= width:
        shown = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([shown[0], "  ".join("-" * max(w, 1) for w in widths), *shown[1:]])
    heading, *rest = rows
    return "\n".join(_plain_row(heading, row, width) for row in rest)


def _plain_row(heading: list[str], row: list[str], width: int) -> str:
    pairs = [(name, cell) for name, cell in zip(heading, row, strict=False) if cell]
    lines = [
        _filled(cell if not number else f"{name}: {cell}", width, "  " if number else "- ", "    ")
        for number, (name, cell) in enumerate(pairs)
    ]
    return "\n".join(lines)


_PLAIN: dict[str, Callable[[Block, int], str]] = {
    "lead": _plain_text,
    "text": _plain_text,
    "heading": _plain_heading,
    "bullets": _plain_bullets,
    "steps": _plain_steps,
    "table": _plain_table,
    "break": lambda _, width: "=" * width,
}


def data(blocks: tuple[Block, ...]) -> list[dict[str, object]]:
    """Blocks as JSON takes them, for layouts that are no text: each run is text, bold, value."""
    return [
        {
            "kind": block.kind,
            "rows": [
                [[{"text": run.text, "bold": run.bold, "value": run.value} for run in cell]
                 for cell in row]
                for row in block.rows
            ],
        }
        for block in blocks
    ]  # fmt: skip
