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
        names = {
            name.strip().strip(".").casefold()
            for one in servers
            for name in (one.name, *one.aliases)
        }
        domains = {name.partition(".")[2] for name in names}
        whole = {one for one in names if len(one) > _SHORT or "." in one}
        whole |= {one for one in domains if "." in one}
        labels = {label for name in names for label in _LABEL.findall(name)} - _ANYBODYS
        whole |= {one for one in labels if len(one) >= _SHORT}
        alone = {one for one in labels if _SHORTEST <= len(one) < _SHORT}
        told = [*map(re.escape, sorted(whole - _ANYBODYS)),
                *(rf"(?<![^\W_]){re.escape(one)}(?![^\W_])" for one in sorted(alone))]  # fmt: skip
        self._told = re.compile("|".join(told)) if told else None

    def are_in(self, text: str) -> bool:
        """Whether a text gives one away."""
        if self._told is not None and self._told.search(text.casefold()):
            return True
        return any(is_inside(found.group().rstrip(".")) for found in _ADDRESS.finditer(text))

    def without(self, text: str, instead: str) -> str:
        """A text, or what stands for one that gives a victim away."""
        return instead if self.are_in(text) else text
