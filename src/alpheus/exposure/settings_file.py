"""A YAML file that an operator writes: its keys, their places, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from alpheus.knowledge.yaml_text import YamlError, load_nodes

if TYPE_CHECKING:
    import yaml

LARGEST_FILE = 64 << 20

_SHOWN = 50
Value = TypeVar("Value")


class Problems:
    """What is wrong, in the order found."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []

    def add(self, line: int | None, text: str, path: Path | None = None) -> None:
        """Record what is wrong in a line; without `path` in the file itself."""
        place = f" line {line}" if line else ""
        self.lines.append(f"{path or self.path}{place}: {text}")

    def text(self) -> str:
        """The problems, one a line, the first 50."""
        left_out = len(self.lines) - _SHOWN
        return "\n".join(self.lines[:_SHOWN] + [f"… and {left_out} more"] * (left_out > 0))

    def content(self, path: Path, line: int | None) -> bytes:
        """The bytes of a file that `line` names, empty where it cannot be read."""
        try:
            with path.open("rb") as stream:
                content = stream.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            self.add(line, f"{path} cannot be read: {reason}" if line else f"{reason}")
            return b""
        if len(content) > LARGEST_FILE:
            self.add(line, f"{path} is larger than {LARGEST_FILE:,} bytes")
            return b""
        return content

    def decoded(self, content: bytes, path: Path) -> str:
        """The text of a file, empty where it is no UTF-8."""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.add(line, "is not UTF-8; save the file in that encoding", path)
            return ""

    def document(self, content: bytes) -> yaml.Node | None:
        """The YAML document of the file, None where it is none."""
        text = self.decoded(content, self.path)
        if self.lines:
            return None
        try:
            documents = load_nodes(text)
        except YamlError as error:
            self.add(error.line, f"{error.reason}{_remedy(text, error.line)}")
            return None
        if len(documents) == 1:
            return documents[0]
        self.add(None, "holds no scope" if not documents else "holds more than one document")
        return None


def _remedy(text: str, line: int | None) -> str:
    wrong = text.splitlines()[line - 1 : line] if line else []
    if wrong and "\t" in wrong[0]:
        return "; indent with spaces instead of tabs"
    if wrong and wrong[0].lstrip(" -").startswith(("@", "*")):
        return '; put quotes around it, such as "@networks.txt"'
    return ""


class Section:
    """A mapping of the file, with the place of each value."""

    def __init__(
        self, node: yaml.Node, known: Sequence[str], problems: Problems, name: str = ""
    ) -> None:
        self._problems = problems
        self._name = name
        self._nodes: dict[str, yaml.Node] = {}
        self.line = node.start_mark.line + 1
        if not isinstance(node.value, list) or kind(node) != "mapping":
            wanted = f"'{name.rstrip('.')}' holds" if name else "a scope file is"
            problems.add(self.line, f"{wanted} keys with values, such as {known[0]}: …")
            return
        for key_node, value in node.value:
            self._take(key_node, value, known)

    def _take(self, key_node: yaml.Node, value: yaml.Node, known: Sequence[str]) -> None:
        key, line = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key, str) or key not in known:
            shown = key if isinstance(key, str) else "…"
            close = get_close_matches(shown, known, 1)
            remedy = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(known)}"
            self._problems.add(line, f"unknown key '{self._name}{shown}'; {remedy}")
        elif key in self._nodes:
            self._problems.add(line, f"'{self._name}{key}' stands twice; join the two")
        else:
            self._nodes[key] = value

    def node(self, key: str) -> yaml.Node | None:
        """The value of a key; None where it is missing or empty."""
        node = self._nodes.get(key)
        empty = node is not None and kind(node) == "scalar" and node.value in {"", "~", "null"}
        return None if empty else node

    def items(self, key: str) -> Iterator[tuple[int, str]]:
        """Line and text of each value of a list; a single value is a list of one."""
        node = self.node(key)
        if node is None:
            return
        for item in node.value if kind(node) == "sequence" else [node]:
            line = item.start_mark.line + 1
            if kind(item) == "scalar" and item.value.strip():
                yield line, item.value.strip()
            else:
                self._problems.add(line, f"'{self._name}{key}' is a list of single values")

    def value(self, key: str, convert: Callable[[str], Value], default: Value) -> Value:
        """The value of a key that has one."""
        node = self.node(key)
        if node is None:
            return default
        if kind(node) != "scalar":
            self._problems.add(node.start_mark.line + 1, f"'{self._name}{key}' is a single value")
            return default
        return self.convert(key, node.start_mark.line + 1, node.value.strip(), convert, default)

    def convert(
        self, key: str, line: int, text: str, convert: Callable[[str], Value], default: Value
    ) -> Value:
        """A text of the file as a value; `default` where it is none, and a problem."""
        try:
            return convert(text)
        except ValueError as error:
            self._problems.add(line, f"'{self._name}{key}': {error}")
            return default


def kind(node: yaml.Node) -> str:
    """`mapping`, `sequence` or `scalar`."""
    return str(getattr(node, "id", ""))
