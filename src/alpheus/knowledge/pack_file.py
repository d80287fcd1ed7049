"""Reads `pack.yaml`: what a campaign is, apart from its rules and indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.collection import Collection
from alpheus.knowledge.collection_file import beside, with_packs
from alpheus.knowledge.model import (
    DecidingGroup,
    FixedBuild,
    Mitigation,
    Pack,
    PlaybookStep,
    ProductSign,
    Window,
)
from alpheus.knowledge.patterns import UnsafePatternError, bounded
from alpheus.knowledge.playbook import conditions
from alpheus.knowledge.yaml_text import YamlError, load_documents

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Label = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(-\*)?$")]
"""A source as coverage counts it; `iis-site-*` is every web site."""

_Cve = Annotated[str, msgspec.Meta(pattern=r"^CVE-\d{4}-\d{4,}$")]
_Url = Annotated[str, msgspec.Meta(pattern=r"^https://")]
_Priority = Annotated[int, msgspec.Meta(ge=1)]


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    """Every key must be known: a misspelt one would be lost silently."""


class _Window(_Record, rename={"start": "from", "end": "to"}):
    start: datetime
    end: datetime
    early_from: datetime | None = None


class _Group(_Record):
    name: _Id
    any_of: Annotated[list[_Label], msgspec.Meta(min_length=1)]


class _Sign(_Record):
    product: _Text
    kind: Literal["source", "page", "rule", "header"]
    value: _Text


class _Fixed(_Record, rename={"begins": "from"}):
    cve: _Cve
    build: _Text
    name: _Text
    product: str = ""
    begins: str | None = None
    below: str | None = None


class _Mitigation(_Record):
    name: _Id
    cves: list[_Cve]
    source: _Id
    match: Annotated[dict[str, str], msgspec.Meta(min_length=1)]
    together: list[_Id] = []
    undone_by: dict[str, str] = {}


class _Step(_Record):
    when: _Text
    priority: _Priority
    action: _Text
    why: _Text


class _PackFile(_Record):
    id: _Id
    version: _Text
    title: _Text
    products: list[_Text]
    cves: list[_Cve] = []
    window: _Window | None = None
    deciding: list[_Group] = []
    other_sources: dict[_Cve, list[_Label]] = {}
    mitigations: list[_Mitigation] = []
    playbook: list[_Step] = []
    references: list[_Url] = []
    name: str = ""
    builds_on: list[_Id] = []
    product_signs: list[_Sign] = []
    fixed_builds: list[_Fixed] = []


def read_pack_file(path: Path) -> Pack:
    """The pack without its rules and indicators. Raises KnowledgeError naming file and place."""
    try:
        documents = load_documents(path.read_bytes().decode("utf-8-sig"))
        content = msgspec.convert(documents[0] if documents else None, _PackFile)
    except OSError as error:
        raise _wrong(path, str(error.strerror or error)) from error
    except YamlError as error:
        raise _wrong(path, error.reason, f"line {error.line}" if error.line else "") from error
    except ValueError as error:
        raise _wrong(path, str(error)) from error
    if content.id != path.parent.name:
        raise _wrong(path, f"id is {content.id!r}, but the folder is {path.parent.name!r}")
    return _pack(path, content)


def _pack(path: Path, content: _PackFile) -> Pack:
    added = beside(path.parent)
    whole = with_packs([added])
    return Pack(
        id=content.id,
        version=content.version,
        title=content.title,
        folder=path.parent,
        products=tuple(content.products),
        cves=tuple(content.cves),
        window=_window(path, content.window) if content.window else None,
        deciding=tuple(DecidingGroup(g.name, tuple(g.any_of)) for g in content.deciding),
        other_sources={cve: tuple(found) for cve, found in content.other_sources.items()},
        mitigations=_mitigations(path, content.mitigations),
        playbook=tuple(_step(path, n, step, whole) for n, step in enumerate(content.playbook)),
        references=tuple(content.references),
        collection=added,
        name=content.name,
        builds_on=tuple(content.builds_on),
        fixed_builds=_fixed(path, content.fixed_builds),
        signs=_signs(path, content.product_signs),
    )


def _signs(path: Path, records: list[_Sign]) -> tuple[ProductSign, ...]:
    for number, record in enumerate(records):
        if record.kind == "page":
            _check_patterns(path, f"product_signs[{number}]", {"value": record.value})
    return tuple(ProductSign(one.product, one.kind, one.value) for one in records)


def _fixed(path: Path, records: list[_Fixed]) -> tuple[FixedBuild, ...]:
    found: list[FixedBuild] = []
    for number, record in enumerate(records):
        build = parse_build(record.build)
        if build is None or build.precision < 4:
            reason = f"{record.build!r} is no build of four parts, such as 15.2.1748.10"
            raise _wrong(path, reason, f"fixed_builds[{number}].build")
        begins, below = (
            _bound(path, text, f"fixed_builds[{number}].{key}")
            for key, text in (("from", record.begins), ("below", record.below))
        )
        if (begins is None) != (below is None):
            raise _wrong(path, "from and below stand together", f"fixed_builds[{number}]")
        if begins is not None and below is not None and not begins <= build < below:
            reason = f"{record.build} is not between {record.begins} and {record.below}"
            raise _wrong(path, reason, f"fixed_builds[{number}]")
        found.append(FixedBuild(record.cve, build, record.name, record.product, begins, below))
    return tuple(found)


def _bound(path: Path, text: str | None, place: str) -> BuildNumber | None:
    found = parse_build(text) if text is not None else None
    if text is not None and found is None:
        raise _wrong(path, f"{text!r} is no build, such as 16.0.10337", place)
    return found


def _window(path: Path, window: _Window) -> Window:
    times = {"from": window.start, "to": window.end, "early_from": window.early_from}
    for name, time in times.items():
        if time is not None and time.tzinfo is None:
            raise _wrong(path, "no time zone: write it in UTC, with a Z", f"window.{name}")
    start, end = window.start.astimezone(UTC), window.end.astimezone(UTC)
    early = window.early_from.astimezone(UTC) if window.early_from else None
    if end <= start or (early is not None and early >= start):
        raise _wrong(path, "early_from, from and to must follow each other", "window")
    return Window(start, end, early)


def _mitigations(path: Path, records: list[_Mitigation]) -> tuple[Mitigation, ...]:
    names = {record.name for record in records}
    for number, record in enumerate(records):
        place = f"mitigations[{number}]"
        unknown = sorted(set(record.together) - names)
        if unknown:
            raise _wrong(path, f"{unknown[0]!r} is no mitigation of this pack", f"{place}.together")
        _check_patterns(path, f"{place}.match", record.match)
        _check_patterns(path, f"{place}.undone_by", record.undone_by)
    return tuple(
        Mitigation(r.name, tuple(r.cves), r.source, r.match, tuple(r.together), r.undone_by)
        for r in records
    )


def _check_patterns(path: Path, place: str, patterns: Mapping[str, str]) -> None:
    for field, pattern in patterns.items():
        try:
            bounded(pattern, "i")
        except re.error as error:
            raise _wrong(path, f"no regular expression: {error}", f"{place}.{field}") from error
        except UnsafePatternError as error:
            raise _wrong(path, str(error), f"{place}.{field}") from error


def _step(path: Path, number: int, step: _Step, whole: Collection) -> PlaybookStep:
    try:
        conditions(step.when)
    except ValueError as error:
        raise _wrong(path, str(error), f"playbook[{number}].when") from error
    try:
        action = whole.expand(" ".join(step.action.split()))
    except KnowledgeError as error:
        raise _wrong(path, str(error), f"playbook[{number}].action") from error
    return PlaybookStep(step.when, step.priority, action, " ".join(step.why.split()))


def _wrong(path: Path, reason: str, place: str = "") -> KnowledgeError:
    return KnowledgeError(f"{path}: {place}: {reason}" if place else f"{path}: {reason}")
