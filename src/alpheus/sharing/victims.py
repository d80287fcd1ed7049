"""What gives a victim away: the names of its computers and domains, addresses of its network.

A name is looked for as a whole, as the domain above it, and label by label. Labels that anybody's
servers have (`mail`, `corp`) tell nothing; short ones count only where they stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from alpheus.report.assessment_file import Server
from alpheus.sharing.addresses import is_inside

_LABEL = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)|(?<![\w:])[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*",
    re.IGNORECASE,
)
_SHORT = 4
_SHORTEST = 2
_ANYBODYS = frozenset({
    "ad", "autodiscover", "app", "aspx", "biz", "cas", "com", "company", "corp", "country", "dc",
    "domain", "edu", "email", "eu", "exch", "exchange", "gov", "home", "host", "iis", "in", "info",
    "int", "intern", "internal", "intra", "intranet", "is", "lan", "local", "localdomain", "log",
    "logs", "mail", "mailbox", "mx", "net", "of", "office", "on", "or", "org", "outlook", "owa",
    "page", "portal", "private", "proxy", "remote", "server", "sharepoint", "shell", "smtp", "the",
    "to", "web", "webmail", "win", "windows", "www", "zip",
})  # fmt: skip
"""Labels of many servers' names, and words that every report has."""


class Victims:
    """All victims of one output: what names one of them may stand in a finding on another."""

    def __init__(self, servers: Iterable[Server]) -> None:
        servers = list(servers)
        names = {
            name.strip().strip(".").casefold()
            for one in servers
            for name in (one.name, *one.aliases)
        }
        domains = {name.partition(".")[2] for name in names}
        self._names = {one for one in names | domains if "." in one}
        labels = {label for name in names for label in _LABEL.findall(name)} - _ANYBODYS
        self._labels = {one for one in labels if len(one) >= _SHORTEST}
        self._lengths = sorted({len(one) for one in self._labels if len(one) >= _SHORT})
        self._addresses = {address for one in servers for address in one.addresses}
        self._known: dict[str, bool] = {}

    def are_in(self, text: str) -> bool:
        """Whether a text gives one away."""
        found = self._known.get(text)
        if found is None:
            folded = text.casefold()
            found = self._known[text] = (
                any(map(self._is_told_by, _LABEL.findall(folded)))
                or any(map(self._is_named_by, _DOTTED.findall(folded)))
                or any(
                    self._is_theirs(one.group().rstrip(".")) for one in _ADDRESS.finditer(folded)
                )
            )
        return found

    def without(self, text: str, instead: str) -> str:
        """A text, or what stands for one that gives a victim away."""
        return instead if self.are_in(text) else text

    def _is_theirs(self, address: str) -> bool:
        """Whether it is a victim's own address, or of the network of one."""
        return is_inside(address) or address in self._addresses

    def _is_told_by(self, label: str) -> bool:
        """Whether a label of a victim is this one, or a part of it."""
        return label in self._labels or any(
            label[start : start + length] in self._labels
            for length in self._lengths
            for start in range(len(label) - length + 1)
        )

    def _is_named_by(self, text: str) -> bool:
        """Whether some labels of a dotted text are a victim's name or its domain."""
        parts = text.split(".")
        return any(
            ".".join(parts[start:end]) in self._names
            for start in range(len(parts))
            for end in range(start + 2, len(parts) + 1)
        )
