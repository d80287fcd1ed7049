"""The pages of an intruder that lists name, as far as the owner of a server is to be told of them.

An owner has to know which file to preserve and to look for. Told is the path alone: what follows it
may be a password, and whose address it is, is said elsewhere. A list that is for the eyes of one
reader (`TLP:RED`) is not told on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.identity import Kind
from alpheus.cases.observations import page_of
from alpheus.cases.schema import Derived, observations
from alpheus.notify.blocks import Marked
from alpheus.notify.harmless import harmless
from alpheus.notify.model import Page
from alpheus.notify.wording import Language

MOST_PAGES = 8
"""Pages of one server that are told, those that were reported last."""

_MOST_SOURCES = 3
_LONGEST = 300
_AT_ONCE = 500
_AFTER_PATH = re.compile(r"[?#;]")
_SERVICES = {"shadowserver": "Shadowserver", "shodan": "Shodan", "censys": "Censys"}
_FORMS = frozenset({
    "nmap", "zgrab2", "httpx", "nuclei", "masscan", "csv", "misp", "stix", "intelmq", "list",
})  # fmt: skip
"""What lists are named by that nobody gave a name: their form says nothing to a recipient."""


class _From(msgspec.Struct):
    source: str = ""
    tlp: str = ""


class _Body(msgspec.Struct):
    provenance: _From | None = None


_read = msgspec.json.Decoder(_Body).decode


def name_of(source: str) -> str:
    """Who reported, by the name of a service or of a list; '' for a list without a name."""
    first = source.partition("/")[0].strip().lower()
    return _SERVICES.get(first) or ("" if first in _FORMS else source.strip())


def path_of(page: str) -> str:
    """The path of a page on its server, without what follows it; '' where there is none."""
    rest = page.strip()
    if "://" in rest:
        _, slash, rest = rest.partition("://")[2].partition("/")
        rest = f"{slash}{rest}"
    path = _AFTER_PATH.split(rest, maxsplit=1)[0].strip()
    return "" if path in {"", "/"} else path[:_LONGEST]


def pages_of(
    connection: Connection, tables: Derived, servers: Sequence[int]
) -> dict[int, tuple[Page, ...]]:
    """The pages that lists of victims name, by server, in the order in which they were reported."""
    m, o = tables.members.c, observations.c
    found: dict[int, tuple[Page, ...]] = {}
    for begin in range(0, len(servers), _AT_ONCE):
        query = (
            select(m.server, o.source, o.seen, o.body)
            .select_from(tables.members.join(observations, o.id == m.observation))
            .where(m.server.in_(servers[begin : begin + _AT_ONCE]), o.kind == Kind.LIST.value,
                   o.breach != "")
            .order_by(m.server, o.seen.desc(), o.id.desc())
        )  # fmt: skip
        for server, rows in groupby(connection.execute(query), key=attrgetter("server")):
            pages = _merged((row.source, row.seen, row.body) for row in rows)
            if pages:
                found[server] = pages
    return found


def _merged(rows: Iterator[tuple[str, str, str]]) -> tuple[Page, ...]:
    """Each page once, with the last time of it and those that reported it."""
    found: dict[str, Page] = {}
    for source, seen, body in rows:
        path = path_of(page_of(body))
        if not path or (path not in found and len(found) == MOST_PAGES) or _is_withheld(body):
            continue
        known = found.setdefault(path, Page(path, seen))
        name = name_of(source)
        if name not in known.sources and len(known.sources) < _MOST_SOURCES:
            found[path] = msgspec.structs.replace(known, sources=(*known.sources, name))
    return tuple(sorted(found.values(), key=lambda one: (one.seen, one.path)))


def _is_withheld(body: str) -> bool:
    said = _read(body).provenance
    return said is not None and said.tlp.upper().removeprefix("TLP:").strip() == "RED"


def said_of(page: Page, language: Language, withheld: str) -> Marked:
    """A page in the reader's language, with its address made dead."""
    names = [name for name in page.sources if name]
    if len(names) < len(page.sources) or not names:
        names.append(str(language.say("page.list")))
    shown = {"page": harmless(page.path, withheld), "by": ", ".join(
        harmless(name, withheld) for name in names)}  # fmt: skip
    if not page.seen:
        return language.say("page.undated", **shown)
    return language.say("page.dated", time=language.time(page.seen), **shown)
