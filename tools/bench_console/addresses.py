"""What is asked for: every route of the console that is read, by its own table of routes.

A route without parameters is there by itself. One with parameters is asked for with examples, which
go by what stands before the parameter: `/servers/{number}` gets numbers of servers. A parameter
that nobody has examples for is told as such, so that no page is left out in silence.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from litestar import Litestar
from tools.bench_cases.filling import BUILDS, PRODUCTS, SECTORS

from alpheus.web.access.guard import PERMISSION
from alpheus.web.access.roles import Permission

EACH = 200
"""Addresses of a page, so that hardly any is the one that was asked for just before."""

NOT_ASKED = re.compile(
    r"/oidc/|/join/|/(own/)?uploads/|/jobs/\{\w+\}/reports/|/notices/\{\w+\}/servers\.csv"
    r"|/servers/\{\w+\}/(plan/document|clean-up/\{\w+\})|/audit/check$"
)
"""What is there only where it was set up, or only in the course of something else; and the check of
the whole log, which is no list and takes as long as the log is."""

ASSESSED = "assessed"
"""Servers of which there is an assessment: examples of `servers assessed`."""
OWN = "-own-"
"""Stands in an address for a server of whoever asks."""

_PARAMETER = re.compile(r"/([^/{}]+)/\{(\w+)(?::\w+)?\}")
_BEFORE = re.compile(r"^/api(?:/v\d+)?")
_WORDS = ("mail", "town1", "ex00012", "bank", "sheriff", "water district")


class Page(NamedTuple):
    """A page or list; `by_owner`: it is for organisations that come with a code."""

    name: str
    addresses: tuple[str, ...]
    by_owner: bool = False


class Plan(NamedTuple):
    """What is asked, and the routes that nobody knows an address of."""

    pages: tuple[Page, ...]
    unknown: tuple[str, ...]


def plan(app: Litestar, examples: Mapping[str, Sequence[object]], seed: int = 2021) -> Plan:
    """Every route that is read. `examples` go by the part of a path before the parameter."""
    pages: list[Page] = []
    unknown: list[str] = []
    for path, asked in sorted(routes(app)):
        if NOT_ASKED.match(_BEFORE.sub("", path)):
            continue
        chance = random.Random(f"{seed} {path}")  # noqa: S311 - it is to be the same
        try:
            pages += _pages(path, examples, chance, by_owner=asked is Permission.OWN)
        except LookupError:
            unknown.append(path)
    return Plan(tuple(pages), tuple(unknown))


def routes(app: Litestar) -> Iterator[tuple[str, Permission]]:
    """The paths that are read, as the application has them, and what each asks for."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if "GET" in getattr(handler, "http_methods", ()):
                yield str(route.path_format), handler.opt.get(PERMISSION, Permission.PUBLIC)


def _pages(
    path: str, examples: Mapping[str, Sequence[object]], chance: random.Random, *, by_owner: bool
) -> Iterator[Page]:
    kind = _BEFORE.sub("", path)
    for label, queries in (_queries(kind, examples, chance) or {"": ("",)}).items():
        found = [
            _filled(path, label, examples, chance) + query
            for query in _each(queries, chance)
        ]  # fmt: skip
        name = f"{path} ({label})" if label else path
        yield Page(name, tuple(dict.fromkeys(found)), by_owner)


def _each(queries: Sequence[str], chance: random.Random) -> Iterator[str]:
    for number in range(EACH):
        yield queries[number] if len(queries) == EACH else chance.choice(queries)


def _filled(
    path: str, label: str, examples: Mapping[str, Sequence[object]], chance: random.Random
) -> str:
    """An address; parameters of one page that belong together come as one example."""
    found, place = "", 0
    for match in _PARAMETER.finditer(path):
        before, name = match.groups()
        values = examples.get(f"{before} {label}") or examples.get(f"{before} {name}")
        mine = before == "servers" and match.string[: match.start()].endswith("/own")
        value = OWN if mine else chance.choice(values or examples[before])
        found += f"{path[place : match.start()]}/{before}/{value}"
        place = match.end()
    found += path[place:]
    if "{" in found:  # a parameter behind another one
        head, _, rest = found.partition("{")
        name, _, end = rest.partition("}")
        found = f"{head}{chance.choice(examples[name.partition(':')[0]])}{end}"
    if "{" in found:
        raise LookupError(path)
    return found


def _queries(
    kind: str, examples: Mapping[str, Sequence[object]], chance: random.Random
) -> dict[str, Sequence[str]]:
    """The questions that are asked of a page, by a word for each."""
    if kind == "/servers":
        return _of_servers(examples, chance)
    if "/findings" in kind or kind.endswith("/secrets"):
        return {ASSESSED: ("",)}
    words = [f"?q={one.replace(' ', '+')}" for one in _WORDS]
    jobs = {"": [f"?id={one}" for one in examples.get("jobs", ())]}
    every: dict[str, dict[str, Sequence[str]]] = {
        "/servers/{number}": {"": ("",), ASSESSED: ("",)},
        "/servers/act": {"": [f"?kind=note&server={one}" for one in examples.get("servers", ())]},
        "/servers/{number}/identity/{what}": {
            "": [f"?with={one}" for one in examples.get("servers", ())]
        },
        "/organisations": {
            "": ("",), "by servers": ("?sort=servers",), "words": words,
            "sector": [f"?sector={one}" for one in SECTORS[:-1]],
        },
        "/search": {"words": words, "name": _names(chance)},
        "/jobs/state": jobs,
        "/own/evidence/state": jobs,
    }  # fmt: skip
    return every.get(kind, {})


def _names(chance: random.Random) -> list[str]:
    return [f"?q=ex{chance.randrange(400_000):07d}" for _ in range(EACH)]


def _of_servers(
    examples: Mapping[str, Sequence[object]], chance: random.Random
) -> dict[str, Sequence[str]]:
    sectors = SECTORS[:-1]
    return {
        "": ("",),
        "by name": ("?sort=name",),
        "page 200": [f"?after={one}" for one in examples.get("deep", ("",))],
        "vulnerable": ("?patch=vulnerable",),
        "sector": [f"?sector={one}" for one in sectors],
        "sector, patch, compromise": [
            f"?sector={one}&patch=fixed&compromise=reported" for one in sectors
        ],
        "sector, product": [
            f"?sector={one}&product={two.replace(' ', '+')}" for one in sectors for two in PRODUCTS
        ],
        "network": [f"?network=AS{64_500 + number}" for number in range(40)],
        "build": [f"?build={one}" for one in BUILDS],
        "words": [f"?q={one.replace(' ', '+')}" for one in _WORDS],
        "name": _names(chance),
    }


def example_values(**more: Sequence[object]) -> dict[str, Sequence[object]]:
    """Examples that are the same for every database, and `more`."""
    fixed: dict[str, Any] = {
        "by": ("sector", "region", "network", "product", "build"),
        "static": ("0",), "name": ("alpheus.css",), "findings": ("0",),
        "identity": ("merge",), "own": (OWN,),
    }  # fmt: skip
    return fixed | more
