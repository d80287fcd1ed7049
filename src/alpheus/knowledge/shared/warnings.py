"""What many people use for many things: an address or name there says nothing about an intruder.

`tables/shared_values.csv` ships; lists in the form of MISP's warning lists, and plain lists of
ranges and names, come beside it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.knowledge.shared.content import TABLE, decoded, form_of, in_utf8
from alpheus.knowledge.shared.model import Shared
from alpheus.knowledge.shared.values import address_of, as_domain, host_of, refang
from alpheus.knowledge.tables import read_table

FILE = "shared_values.csv"
_LARGEST = 1 << 28
_MEMORY = 256 << 20
_PLAIN = "ranges and names"
_KINDS = frozenset({"string", "hostname", "cidr", "substring", "regex"})
_WORD = re.compile(r"[\w.*-]+")
_SLASHED = re.compile(r"/(?P<expression>.*)/(?P<flags>[a-zA-Z]*)", re.DOTALL)
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _List(msgspec.Struct, rename={"values": "list"}):
    """A warning list of MISP (github.com/MISP/misp-warninglists, schema.json)."""

    name: str
    type: str
    values: list[str]


_LIST = msgspec.json.Decoder(_List).decode
_STRINGS = msgspec.json.Decoder(list[str]).decode


@dataclass(frozen=True, slots=True)
class WarningList:
    """A file of what many use, as it was understood; `kind` is that of MISP, or says it."""

    path: Path
    kind: str
    count: int


class Warnings:
    """Ranges, names, whole values and expressions, each with what it is.

    `lists` are the files that were read, `digest` is SHA-256 over their content.
    """

    def __init__(self) -> None:
        self._ranges: dict[int, list[tuple[int, int, str]]] = {4: [], 6: []}
        self._starts: dict[int, list[int]] = {}
        self._around: dict[int, list[int]] = {}
        self._sorted = False
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._searches: list[tuple[Callable[[str], object], str]] = []
        self._digest = hashlib.sha256()
        self.lists: list[WarningList] = []

    @property
    def digest(self) -> str:
        """Of the files that were read; the table that ships has its own."""
        return self._digest.hexdigest() if self.lists else ""

    @classmethod
    def load(cls, files: Iterable[Path] = ()) -> Warnings:
        """Those that ship, and those of files. Raises KnowledgeError for a file that is none."""
        made = cls()
        for row in read_table(FILE, ("kind", "value", "what")):
            made.add(row["kind"], row["value"], row["what"])
        for path in files:
            made.read(path)
        return made

    def read(self, path: Path) -> None:
        """Take in a file: a warning list of MISP, or ranges, addresses and names line by line.

        A name that stands in a plain list stands for all below it. Raises KnowledgeError for a file
        of which no use can be made.
        """
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
            if len(content) > _LARGEST:
                raise KnowledgeError(f"{path}: larger than {_LARGEST >> 20} MiB")
            kind, values, what = _values_of(in_utf8(content), path.name)
            if kind in {"regex", "substring"}:
                self._searches.append((_search(kind, values), what))
            else:
                plain = kind == _PLAIN
                for value in map(_plain, values) if plain else values:
                    self.add("hostname" if plain else kind, value, what)
        except OSError as error:
            raise KnowledgeError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise KnowledgeError(f"{path}: no list of values that many use: {error}") from error
        self._digest.update(hashlib.sha256(content).digest())
        self.lists.append(WarningList(path, kind, len(values)))

    def add(self, kind: str, value: str, what: str) -> None:
        """Take in one value; ranges and addresses are told by themselves, whatever the kind."""
        text = refang(value).lower()
        try:
            network: _Network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            if kind == "hostname" or text.startswith("."):
                self._names[text.removeprefix("*").strip(".")] = what
            if kind != "hostname":
                self._values[text] = what
            elif "." not in text:
                self._values[text] = what  # such as a hash in a plain list
            return
        first, last = int(network.network_address), int(network.broadcast_address)
        self._ranges[network.version].append((first, last, what))
        self._sorted = False

    def what(self, one: Shared) -> str:
        """What a value is that many use; '' for one that is its owner's alone."""
        value = one.value
        found = self._values.get(value, "")
        if one.type == "ip":
            found = self._of_address(value) or found
        elif one.type == "domain":
            at = 0
            while not found and at >= 0:
                found = self._names.get(value[at:], "")
                at = value.find(".", at) + 1 or -1
        if not found and self._searches:
            return next((what for search, what in self._searches if search(value)), "")
        return found

    def _of_address(self, text: str) -> str:
        """The narrowest range around an address: two ranges nest, or have nothing in common."""
        if not self._sorted:
            self._nest()
        family, version = (AF_INET6, 6) if ":" in text else (AF_INET, 4)
        number = int.from_bytes(inet_pton(family, text))
        ranges, around = self._ranges[version], self._around[version]
        at = bisect_right(self._starts[version], number) - 1
        while at >= 0 and ranges[at][1] < number:
            at = around[at]
        return ranges[at][2] if at >= 0 else ""

    def _nest(self) -> None:
        """Sort, and note of each range which one is around it; -1 for none."""
        for version, ranges in self._ranges.items():
            ranges.sort(key=lambda one: (one[0], -one[1]))
            around: list[int] = []
            open_ones: list[int] = []
            for at, (first, _, _) in enumerate(ranges):
                while open_ones and ranges[open_ones[-1]][1] < first:
                    open_ones.pop()
                around.append(open_ones[-1] if open_ones else -1)
                open_ones.append(at)
            self._around[version] = around
            self._starts[version] = [first for first, _, _ in ranges]
        self._sorted = True


def _values_of(content: bytes, name: str) -> tuple[str, Sequence[str], str]:
    """Kind, values and name of a list. Raises ValueError, also where there is nothing in it."""
    found = _told(content, name)
    if not found[1]:
        raise ValueError("there is nothing in it")
    return found


def _told(content: bytes, name: str) -> tuple[str, Sequence[str], str]:
    if content.lstrip().startswith(b"{"):
        found = decoded(content, _LIST)
        if found.type not in _KINDS:
            known = ", ".join(sorted(_KINDS))
            raise ValueError(f"its type {found.type!r} is none of {known}")
        return found.type, found.values, found.name
    if form_of(content) != TABLE:
        return _PLAIN, decoded(content, _STRINGS), name
    lines = content.decode("utf-8").splitlines()
    first = (line.partition("#")[0].replace(",", " ").split()[:1] for line in lines)
    return _PLAIN, [word for words in first for word in words], name


def _plain(written: str) -> str:
    """A range, an address, a name or a hash. Raises ValueError for what would have no effect."""
    text = refang(written)
    host = host_of(text) if "://" in text else as_domain(text)
    if not isinstance(host, str):
        return host[1]
    value = address_of(text) or text
    if _WORD.fullmatch(value) is None:
        ipaddress.ip_network(value, strict=False)
    return value


def _search(kind: str, values: Sequence[str]) -> Callable[[str], object]:
    """Searches for all of them at once, in time that grows with the text alone.

    Raises ValueError for an expression that cannot be searched for like that.
    """
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - native, and few lists need it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    matcher = re2.Set.SearchSet(options)
    try:
        for value in values:
            matcher.Add(f"(?i){re2.escape(value)}" if kind == "substring" else _expression(value))
        matcher.Compile()
    except re2.error as error:
        hint = "RE2 searches without look-around and back references"
        raise ValueError(f"{error}; {hint}") from error
    found: Callable[[str], object] = matcher.Match
    return found


def _expression(written: str) -> str:
    """One of RE2; MISP writes `/…/` with flags behind. Values have no case."""
    slashed = _SLASHED.fullmatch(written)
    if slashed is None:
        return f"(?i){written}"
    flags = "".join(sorted({"i", *slashed["flags"]} & set("ims")))
    return f"(?{flags}){slashed['expression']}"
