"""What many people use for many things: an address or name there says nothing about an intruder.

`tables/shared_values.csv` ships; lists in the form of MISP's warning lists, and plain lists of
ranges and names, come beside it.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.knowledge.shared.model import Shared
from alpheus.knowledge.shared.values import refang
from alpheus.knowledge.tables import read_table

FILE = "shared_values.csv"
_LARGEST = 1 << 28
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _List(msgspec.Struct, rename={"values": "list"}):
    """A warning list of MISP (github.com/MISP/misp-warninglists, schema.json)."""

    name: str
    type: str
    values: list[str]


class Warnings:
    """Ranges, names and whole values, each with what it is."""

    def __init__(self) -> None:
        self._ranges: dict[int, list[tuple[int, int, str]]] = {4: [], 6: []}
        self._around: dict[int, list[int]] = {}
        self._sorted = False
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}

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
        """Take in a file: a warning list of MISP, or ranges, addresses and names line by line."""
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
            if len(content) > _LARGEST:
                raise KnowledgeError(f"{path}: larger than {_LARGEST >> 20} MiB")
            if content.lstrip()[:1] == b"{":
                found = msgspec.json.decode(content, type=_List)
                self._take(found.type, found.values, found.name)
            else:
                lines = content.decode("utf-8-sig").splitlines()
                words = (line.partition("#")[0].strip() for line in lines)
                self._take("string", filter(None, words), path.name)
        except OSError as error:
            raise KnowledgeError(f"{path}: {error.strerror or error}") from error
        except ValueError as error:
            raise KnowledgeError(f"{path}: no list of values that many use: {error}") from error

    def _take(self, kind: str, values: Iterable[str], what: str) -> None:
        for value in values:
            self.add(kind, value, what)

    def add(self, kind: str, value: str, what: str) -> None:
        """Take in one value; ranges and addresses are told by themselves, whatever the kind."""
        text = refang(value).lower()
        try:
            network: _Network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            if kind == "hostname" or text.startswith("."):
                self._names[text.strip(".")] = what
            else:
                self._values[text] = what
            return
        first, last = int(network.network_address), int(network.broadcast_address)
        self._ranges[network.version].append((first, last, what))
        self._sorted = False

    def what(self, one: Shared) -> str:
        """What a value is that many use; '' for one that is its owner's alone."""
        if one.type == "ip":
            return self._of_address(one.value) or self._values.get(one.value, "")
        if one.type == "domain":
            labels = one.value.split(".")
            whole = self._values.get(one.value, "")
            below = (".".join(labels[index:]) for index in range(len(labels)))
            return whole or next((self._names[n] for n in below if n in self._names), "")
        return self._values.get(one.value.lower(), "")

    def _of_address(self, text: str) -> str:
        """The narrowest range around an address: two ranges nest, or have nothing in common."""
        if not self._sorted:
            self._nest()
        family, version = (AF_INET6, 6) if ":" in text else (AF_INET, 4)
        number = int.from_bytes(inet_pton(family, text))
        ranges, around = self._ranges[version], self._around[version]
        at = bisect_right(ranges, number, key=itemgetter(0)) - 1
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
        self._sorted = True
