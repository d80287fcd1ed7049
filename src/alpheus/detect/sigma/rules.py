"""Compiled rules, and the set that finds the few which an event could match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from alpheus.detect.sigma.conditions import Node, RawLine, required_numbers
from alpheus.detect.sigma.correlations import Correlation
from alpheus.detect.sigma.fields import EventView, field_name
from alpheus.detect.sigma.logsources import WINDOWS_SOURCES, LogSource, Selection
from alpheus.knowledge.model import RuleMeaning
from alpheus.model import Event

EVENT_ID = "EventID"
CHANNEL = "Channel"

KINDS_KEPT = 2_000
"""Kinds of events whose rules are remembered; hostile channel names cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rule that is not used, and why; `place` tells where in the file it stands.

    `applicable` is False if nothing is wrong with it, but it is for a source that is not read.
    """

    path: Path
    title: str
    reason: str
    place: str = ""
    applicable: bool = True


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule, ready to be tried on events.

    `id` is the rule's `name`, or else its `id`, or else its title. `licence` is what the rule or
    a licence file beside it says, `requires` what its log source demands of the logging. Compared
    by identity.
    """

    id: str
    pack: str
    title: str
    meaning: RuleMeaning
    author: str
    logsource: LogSource
    condition: Node
    uuid: str = ""
    path: Path = field(default_factory=Path)
    place: str = ""
    licence: str = ""
    requires: str = ""

    @cached_property
    def sources(self) -> frozenset[str]:
        """Values of `Event.source` that the rule reads."""
        return frozenset(selection.source for selection in self.logsource.selections)

    @cached_property
    def event_ids(self) -> frozenset[str] | None:
        """Windows event ids of which an event must have one by the rule's condition, if any."""
        return required_numbers(self.condition, EVENT_ID.lower())

    def selects(self, event: Event) -> bool:
        """Whether the event belongs to the log source of the rule."""
        return self.reads(event.source, _text(event, CHANNEL), _text(event, EVENT_ID))

    def reads(self, source: str, channel: str, event_id: str) -> bool:
        """Whether events of this source, channel and event id are of the rule's log source."""
        return any(
            _selected(selection, channel, event_id)
            for selection in self.logsource.selections
            if selection.source == source
        )

    def matches(self, event: Event) -> bool:
        """Whether the event is of the rule's log source and fulfils its condition."""
        return self.selects(event) and self.condition.holds(EventView(event))

    def matches_raw(self, text: str) -> bool:
        """Whether a line that did not parse contains the literal text of the rule's positive tests.

        Negations are ignored; a rule without positive literal text never matches.
        """
        return self.condition.raw(RawLine(text)) is True

    def values(self, event: Event, name: str) -> tuple[str, ...]:
        """What the rule sees in an event under a field name; the value as found comes first."""
        return EventView(event).get(field_name(self.logsource.dialect, name)).values


@dataclass(frozen=True, eq=False)
class RuleSet:
    """All rules of a run. Compared by identity.

    `silent` are ids of foreign rules and correlations whose matches serve a correlation only.
    """

    rules: tuple[Rule, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    silent: frozenset[str] = frozenset()
    _whole: dict[str, list[Rule]] = field(init=False, repr=False, default_factory=dict)
    _any_id: dict[str, list[Rule]] = field(init=False, repr=False, default_factory=dict)
    _by_id: dict[tuple[str, str], list[Rule]] = field(init=False, repr=False, default_factory=dict)

    _kinds: dict[tuple[str, str, str], tuple[Rule, ...]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for rule in self.rules:
            for source in rule.sources:
                ids = _index_ids(rule, source)
                if ids is None and Selection(source) in rule.logsource.selections:
                    self._whole.setdefault(source, []).append(rule)
                elif ids is None:
                    self._any_id.setdefault(source, []).append(rule)
                for number in sorted(ids or ()):
                    self._by_id.setdefault((source, number), []).append(rule)

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """The rules by their id."""
        return {rule.id: rule for rule in self.rules}

    def of_source(self, source: str) -> Sequence[Rule]:
        """All rules that read a source."""
        return [rule for rule in self.rules if source in rule.sources]

    def for_event(self, event: Event) -> Sequence[Rule]:
        """The rules whose log source the event belongs to; no field was tested yet."""
        return self.for_kind(event.source, _text(event, CHANNEL), _text(event, EVENT_ID))

    def for_kind(self, source: str, channel: str, event_id: str) -> Sequence[Rule]:
        """The rules that an event of this source, channel and event id could match."""
        key = (source, channel, event_id)
        found = self._kinds.get(key)
        if found is None:
            if len(self._kinds) >= KINDS_KEPT:
                self._kinds.clear()
            found = self._kinds[key] = tuple(self._chosen(*key))
        return found

    def _chosen(self, source: str, channel: str, event_id: str) -> Iterator[Rule]:
        yield from self._whole.get(source, ())
        by_id = self._by_id.get((source, event_id), ()) if event_id else ()
        for rule in (*self._any_id.get(source, ()), *by_id):
            if rule.reads(source, channel, event_id):
                yield rule

    def wanted_ids(self, source: str) -> frozenset[str] | None:
        """Event ids of a source that some rule could match; None if a rule may match any."""
        if source in self._whole or source in self._any_id:
            return None
        return frozenset(number for name, number in self._by_id if name == source)

    def match(self, event: Event, rules: Sequence[Rule] | None = None) -> list[Rule]:
        """The rules that the event matches; of all that read it, or of `rules` that do."""
        tried = self.for_event(event) if rules is None else rules
        if not tried:
            return []
        view = EventView(event)
        return [rule for rule in tried if rule.condition.holds(view)]

    def match_raw(self, source: str, text: str) -> list[Rule]:
        """The rules of a source whose literal text is in a line that did not parse."""
        line = RawLine(text)
        return [rule for rule in self.of_source(source) if rule.condition.raw(line) is True]


def _index_ids(rule: Rule, source: str) -> frozenset[str] | None:
    """Event ids under which a rule is looked up; None if it is tried on every event."""
    chosen = [s.event_ids for s in rule.logsource.selections if s.source == source]
    by_source = frozenset[str]().union(*chosen) if all(chosen) else None
    by_condition = rule.event_ids if source in WINDOWS_SOURCES else None
    if by_source is None or by_condition is None:
        return by_condition if by_source is None else by_source
    return by_source & by_condition


def _selected(selection: Selection, channel: str, event_id: str) -> bool:
    if selection.event_ids and event_id not in selection.event_ids:
        return False
    if not selection.channels:
        return True
    return channel.lower() in selection.channels or (
        not channel and selection.source != "windows-event"
    )


def _text(event: Event, name: str) -> str:
    value = event.fields.get(name, "")
    return value if isinstance(value, str) else next(iter(value), "")
