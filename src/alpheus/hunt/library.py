"""Saved hunts: questions that are worth asking, each a file in `saved/` that anybody can edit.

A file says what it asks and why, what a hit means, and what else may look so; and it holds rows
that it must find, and rows that it must pass over.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from alpheus.errors import KnowledgeError, UsageError

ABOUT = ("march-2021", "intrusion", "any")
"""What a hunt is about, in the order of lists: a campaign, what intruders do, anything."""

_SUFFIX = ".yaml"


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that a question needs: what it is, and one for trying."""

    what: str
    example: str


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row for trying, as a parser would give it."""

    source: str
    fields: dict[str, str]
    server: str = "EX01"
    time: str = "2021-03-03T06:00:00Z"


class Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A saved hunt. `given` are values that are asked for, `$name` in the question."""

    title: str
    about: str
    why: str
    hit: str
    false_positives: str
    sql: str
    found: tuple[Row, ...]
    passed_over: tuple[Row, ...]
    given: dict[str, Given] = {}


@cache
def library() -> Mapping[str, Saved]:
    """All saved hunts by name, in the order of lists. Raises KnowledgeError for a broken one."""
    found: dict[str, Saved] = {}
    for file in files("alpheus.hunt").joinpath("saved").iterdir():
        if file.name.endswith(_SUFFIX):
            found[file.name.removesuffix(_SUFFIX)] = read(file.name, file.read_text("utf-8"))
    return dict(sorted(found.items(), key=lambda one: (ABOUT.index(one[1].about), one[0])))


def read(name: str, text: str) -> Saved:
    """A saved hunt from the text of its file. Raises KnowledgeError, naming file and place."""
    try:
        document: Any = yaml.safe_load(text)
        saved = msgspec.convert(document, Saved)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise KnowledgeError(f"{name}: {' '.join(str(error).split())}") from None
    if saved.about not in ABOUT:
        raise KnowledgeError(f"{name}: about: has to be one of {', '.join(ABOUT)}")
    return saved


def saved_hunt(name: str) -> Saved:
    """One by its name. Raises UsageError."""
    known = library()
    if name not in known:
        near = [one for one in known if name.lower() in one or one in name.lower()]
        those = f"such as {', '.join(near)}" if near else "see alpheus hunt --list"
        raise UsageError(f"no saved hunt is called '{name}'; {those}")
    return known[name]


def values_for(saved: Saved, given: Mapping[str, str]) -> dict[str, str]:
    """The values of a question. Raises UsageError where one is missing or not asked for."""
    for name, one in saved.given.items():
        if name not in given:
            raise UsageError(f"this hunt needs --with {name}=VALUE: {one.what}")
    for name in given:
        if name not in saved.given:
            raise UsageError(f"this hunt asks for no {name}; leave out --with {name}=…")
    return dict(given)
