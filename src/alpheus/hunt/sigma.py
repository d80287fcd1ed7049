"""Sigma rules over timelines: the database narrows, the matcher of a triage decides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from alpheus.detect.sigma import Rule, compile_rules
from alpheus.detect.sigma.conditions import (
    AllOf,
    AnyOf,
    FieldReference,
    FieldTest,
    Keyword,
    Node,
    Not,
)
from alpheus.detect.sigma.fields import FieldName
from alpheus.errors import UsageError
from alpheus.hunt.asking import Answer, gathered
from alpheus.hunt.narrowing import narrowed
from alpheus.hunt.places import Places
from alpheus.hunt.questions import SHOWN, Question
from alpheus.hunt.session import Bounds, Session, reading
from alpheus.hunt.timelines import Timeline
from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.yaml_places import line_of
from alpheus.model import Event
from alpheus.parsers.event_fields import one_line
from alpheus.scratch import scratch_folder
from alpheus.timeline import duck
from alpheus.timeline.parts import TORN, TORN_LINE
from alpheus.timeline.reading import NEEDED, event_of

_DOCUMENT = re.compile(r"document (\d+)")
_TEXT_LIMIT = 4_000
_COLUMNS = tuple(dict.fromkeys((*NEEDED, *SHOWN)))


def ask_sigma(
    question: Question, timelines: Sequence[Timeline], bounds: Bounds, most: int
) -> Answer:
    """The rows that the rules match, by time, each with the name of its rule.

    Raises UsageError for a rule that cannot be used, with its name and the reason.
    """
    rules = rules_of(question)
    with Session([one.path for one in timelines], bounds) as session:
        rows = (row for rule in rules for row in matched(session, rule, timelines))
        answer = gathered(["rule", *SHOWN], rows, most, bounds)
    answer.rows.sort(key=lambda row: (row[1] is None, row[1] or datetime.min))  # noqa: DTZ901 - UTC
    return answer


def rules_of(question: Question) -> list[Rule]:
    """The rules of a question. Raises UsageError."""
    with scratch_folder() as folder:
        path = folder / "question.yml"
        path.write_text(question.text, "utf-8")
        (pack,) = load_packs((), [path])
        compiled = compile_rules(pack.sigma)
    place = question.file or "the rule"
    for broken in pack.rejected:
        at = f"{broken.place}: " if broken.place else ""
        raise UsageError(f"{place}: {at}{broken.reason}; no rule of Sigma that can be asked")
    for rejected in compiled.rejected:
        part = "detection" if rejected.applicable else "logsource"
        number = _DOCUMENT.match(rejected.place)
        line = line_of(question.text, part, int(number[1]) if number else 1)
        called = f"{rejected.title}: " if rejected.title else ""
        raise UsageError(f"{place}: line {line}: {called}{rejected.reason}")
    for one in compiled.correlations:
        raise UsageError(
            f"{place}: {one.title} is a correlation, which a hunt does not follow; "
            "ask for its rules one by one"
        )
    return list(compiled.rules)


def matched(
    session: Session, rule: Rule, timelines: Sequence[Timeline]
) -> Iterator[tuple[Any, ...]]:
    """Rows that one rule matches; timelines whose rows are told by the same fields together."""
    words = _has_keyword(rule.condition)
    for source in sorted(rule.sources):
        asked: dict[tuple[str, bool], list[Path]] = {}
        for one in timelines:
            if source in one.names:
                names = one.names[source]
                whole = words or needs_fields(rule, source, names)
                asked.setdefault((narrowed(rule, source, names), whole), []).append(one.path)
        for (condition, whole), paths in asked.items():
            for query in _queries(reading(paths), source, condition, whole=whole):
                for row in session.ask(query)[1]:
                    if _holds(rule, row, words=words):
                        found = dict(zip(_COLUMNS, row, strict=True))
                        yield (rule.id, *(found[name] for name in SHOWN))


def _queries(files: str, source: str, condition: str, *, whole: bool) -> Iterator[str]:
    """What finds rows. `fields`, which take longest to read, only where the rule asks for one.

    Lines that are no rows stand in them.
    """
    every = ", ".join(f'"{name}"' for name in _COLUMNS)
    torn = f"damage = {duck.quoted(TORN)}"
    if whole:
        yield f"SELECT {every} FROM {files} WHERE {condition}"  # noqa: S608 - ours
        return
    less = every.replace('"fields"', "NULL AS fields")
    yield f"SELECT {less} FROM {files} WHERE {condition} AND NOT coalesce({torn}, false)"  # noqa: S608 - ours
    yield f"SELECT {every} FROM {files} WHERE source = {duck.quoted(source)} AND {torn}"  # noqa: S608 - ours


def needs_fields(rule: Rule, source: str, names: Sequence[str] | None) -> bool:
    """Whether a rule looks at anything that stands in `fields`."""
    if any(one.channels for one in rule.logsource.selections if one.source == source):
        return True
    places = Places(source, names)
    for field in _tested(rule.condition):
        found = places.of(field)
        if found is None or any(place.sql.startswith("fields[") for place in found):
            return True
    return False


def _tested(node: Node) -> Iterator[FieldName]:
    """The fields that a condition looks at."""
    if isinstance(node, AllOf | AnyOf):
        for child in node.nodes:
            yield from _tested(child)
    elif isinstance(node, Not):
        yield from _tested(node.node)
    elif isinstance(node, FieldTest):
        yield node.field
    elif isinstance(node, FieldReference):
        yield from (node.left, node.right)


def _holds(rule: Rule, row: Sequence[Any], *, words: bool) -> bool:
    """Whether the rule matches the event of a row, or the line that was no row."""
    event = event_of(row[: len(NEEDED)])
    damage = row[NEEDED.index("damage")]
    if damage == TORN:
        return rule.matches_raw(str(event.fields.get(TORN_LINE, "")))
    return rule.matches(with_text(event) if words else event)


def with_text(event: Event) -> Event:
    """The event with a text for keywords: its values, and of an event their names as well."""
    texts = (
        value if isinstance(value, str) else " ".join(value) for value in event.fields.values()
    )
    if event.citation.record_id is not None or "EventID" in event.fields:
        text = one_line(event.fields)
    else:
        text = " ".join(texts)[:_TEXT_LIMIT]
    return replace(event, citation=replace(event.citation, text=text))


def _has_keyword(node: Node) -> bool:
    if isinstance(node, AllOf | AnyOf):
        return any(map(_has_keyword, node.nodes))
    if isinstance(node, Not):
        return _has_keyword(node.node)
    return isinstance(node, Keyword)
