"""Reads a scope file: YAML that an operator writes, and the files that it names.

All problems are reported at once, with file, line and remedy. Values are taken as they are written:
`20:00` is a time, and `no` among names a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.exposure import scope_values as values
from alpheus.exposure.hours import Window
from alpheus.exposure.scope import Rates, Scope, ScopeError
from alpheus.exposure.scope_entries import Entries
from alpheus.exposure.settings_file import Problems, Section, kind

if TYPE_CHECKING:
    import yaml

EXAMPLE = Path(__file__).with_name("scope_example.yaml")
"""A scope file with comments, for newcomers to fill in."""

_LISTS = ("allow", "allow_file", "deny", "deny_file", "opt_out")
_WORDS = ("in scope", "in scope", "denied", "denied", "opted out")
_KEYS = ("owner", "authorisation", "authorization", "contact", "valid_from", "valid_until", *_LISTS,
         "rates", "hours", "ports", "back_end", "back_end_port", "smtp", "smtp_port")  # fmt: skip
_RATES: dict[str, Callable[[str], float]] = {
    "per_host": values.rate,
    "per_network": values.rate,
    "total": values.rate,
    "jitter": values.part,
}
_PREFIXES = {"network_prefix_v4": values.prefix_v4, "network_prefix_v6": values.prefix_v6}
_REQUIRED = {
    "owner": "who answers for the scan, such as: owner: CERT of Exampleland",
    "authorisation": "on what ground, such as: authorisation: order 2021/17 of 3 March 2021",
    "contact": "where people find out, such as: contact: https://cert.example/scans",
}


def read_scope(path: Path) -> Scope:
    """The scope that a file describes. Raises ScopeError with a line for every problem."""
    problems = Problems(path)
    content = problems.content(path, None)
    document = problems.document(content)
    scope = _scope(path, content, document, problems) if document is not None else None
    if problems.lines or scope is None:
        raise ScopeError(problems.text())
    return scope


def _scope(path: Path, content: bytes, node: yaml.Node, problems: Problems) -> Scope:
    section = Section(node, _KEYS, problems)
    lists = _Lists(path, problems)
    allow, deny = Entries(allowed=True), Entries(allowed=False)
    for key, entries, word in zip(_LISTS, (allow, allow, deny, deny, deny), _WORDS, strict=True):
        lists.read(section, key, entries, word)
    if not allow and not problems.lines:
        problems.add(None, "'allow' is empty, so nothing may be asked; list networks or names")
    owner = _required(section, "owner", values.words, problems)
    contact = _required(section, "contact", values.contact, problems)
    valid_from = section.value("valid_from", values.begin, None)
    valid_until = section.value("valid_until", values.end, None)
    if valid_from and valid_until and valid_until <= valid_from:
        problems.add(section.line, "'valid_until' is not after 'valid_from'")
    return Scope(
        name=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        owner=owner,
        authorisation=_required(section, "authorisation", values.words, problems),
        contact=contact,
        user_agent=values.user_agent(owner, contact),
        allow=allow.listing(),
        deny=deny.listing(),
        rates=_rates(section, problems),
        hours=_hours(section, problems),
        valid_from=valid_from,
        valid_until=valid_until,
        ports=_ports(section, problems),
        back_end=section.value("back_end", values.truth, default=False),
        back_end_port=section.value("back_end_port", values.port, 444),
        smtp=section.value("smtp", values.truth, default=False),
        smtp_port=section.value("smtp_port", values.port, 25),
        files=lists.files,
        lists=frozenset(lists.allowed),
    )


def _required(section: Section, key: str, convert: Callable[[str], str], problems: Problems) -> str:
    spellings = [key, key.replace("isation", "ization")] if "isation" in key else [key]
    given = [spelling for spelling in spellings if section.node(spelling) is not None]
    if len(given) > 1:
        problems.add(section.line, f"'{given[0]}' and '{given[1]}' are the same key; keep one")
    if not given:
        problems.add(section.line, f"'{key}' is missing: {_REQUIRED[key]}")
        return ""
    return section.value(given[0], convert, "")


class _Lists:
    """Collects the entries of a scope file and of the files that it names."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.files: dict[str, str] = {}
        self.allowed: set[str] = set()

    def read(self, section: Section, key: str, entries: Entries, word: str) -> None:
        """Take in what stands under `key`; `word` opens the reason of each entry."""
        for line, text in section.items(key):
            if text.startswith("@") or key not in {"allow", "deny"}:
                self._file(text.removeprefix("@"), line, entries, word)
                continue
            try:
                entries.add(text, word, f"{self._path.name} line {line}")
            except ValueError as error:
                self._problems.add(line, f"'{key}': {error}")

    def _file(self, name: str, line: int, entries: Entries, word: str) -> None:
        """Read a file of entries; its name is relative to the scope file."""
        place = self._path.parent / name
        content = self._problems.content(place, line)
        self.files[name] = hashlib.sha256(content).hexdigest()
        if entries.allowed:
            self.allowed.add(name)
        text = self._problems.decoded(content, place)
        for number, wrong in entries.add_lines(text, word, place.name):
            self._problems.add(number, wrong, place)


def _rates(section: Section, problems: Problems) -> Rates:
    default = Rates()
    node = section.node("rates")
    if node is None:
        return default
    rates = Section(node, (*_RATES, *_PREFIXES), problems, "rates.")
    given = {key: rates.value(key, read, getattr(default, key)) for key, read in _RATES.items()}
    prefixes = {
        key: rates.value(key, read, getattr(default, key)) for key, read in _PREFIXES.items()
    }
    return Rates(**given, **prefixes)


def _hours(section: Section, problems: Problems) -> tuple[Window, ...]:
    node = section.node("hours")
    if node is None:
        return ()
    nodes = node.value if kind(node) == "sequence" else [node]
    return tuple(filter(None, (_window(one, problems) for one in nodes)))


def _window(node: yaml.Node, problems: Problems) -> Window | None:
    hours = Section(node, ("zone", "days", "from", "to"), problems, "hours.")
    zone = hours.value("zone", values.zone, None)
    start = hours.value("from", values.clock, None)
    end = hours.value("to", values.clock, None)
    none: frozenset[int] = frozenset()
    days = [
        hours.convert("days", line, part.strip(), values.days, none)
        for line, text in hours.items("days")
        for part in text.split(",")
    ] or [values.days("daily")]
    if zone is None or start is None or end is None:
        if not problems.lines:
            problems.add(hours.line, "'hours' needs a zone, from and to: zone: Europe/Berlin, "
                         "from: 20:00, to: 06:00")  # fmt: skip
        return None
    return Window(zone, none.union(*days), start, end)


def _ports(section: Section, problems: Problems) -> tuple[int, ...]:
    if section.node("ports") is None:
        return (443,)
    ports = [
        section.convert("ports", line, text, values.port, 0)
        for line, text in section.items("ports")
    ]
    if not ports:
        problems.add(section.line, "'ports' is empty; list ports or leave it out")
    return tuple(dict.fromkeys(ports))
