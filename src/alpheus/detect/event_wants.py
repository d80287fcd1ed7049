"""Which events rules, mitigations and the process tree want, told before their data is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alpheus.detect.process_tree import ProcessTree
from alpheus.detect.sigma.event_text import TextSearch, has_keyword, pieces_of
from alpheus.detect.sigma.rules import RuleSet
from alpheus.knowledge.mitigations import matches
from alpheus.knowledge.model import Mitigation, Pack
from alpheus.parsers.base import EventSearch

_WORKER_PIECES = ("w3wp.exe", "erprocess.exe")
"""Text in the names of worker processes; without letters that have relatives outside ASCII."""
_PROCESS_STARTS = {("sysmon", "1"), ("windows-security", "4688")}
_SEARCHES_KEPT = 2_000


class EventRules:
    """The rules by kind of event, each kind's compiled into one search when it is first met."""

    def __init__(self, rules: RuleSet, packs: Sequence[Pack]) -> None:
        self._rules = rules
        self._mitigations = [m for pack in packs for m in pack.mitigations]
        self._known: dict[tuple[str, str, str, str], bool | TextSearch] = {}
        self._searches: dict[tuple[frozenset[str], bool], TextSearch] = {}

    def of(self, source: str, provider: str, channel: str, event_id: str) -> bool | TextSearch:
        """All, none, or those that a search finds."""
        key = (source, provider, channel, event_id)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _SEARCHES_KEPT:
                self._known.clear()
            found = self._known[key] = self._judge(*key)
        return found

    def _judge(self, source: str, provider: str, channel: str, event_id: str) -> bool | TextSearch:
        own = {"Provider_Name": provider, "Channel": channel, "EventID": event_id}
        if any(m.source == source and _could_be(m, own) for m in self._mitigations):
            return True
        known = {name.lower(): value for name, value in own.items() if value}
        if not event_id.isdigit():
            return True
        pieces: set[str] = set()
        keywords = False
        for rule in self._rules.for_kind(source, channel, event_id):
            needed = pieces_of(rule.condition, known)
            if needed is None or needed is True:
                return True
            if needed is not False:
                pieces |= needed
                keywords = keywords or has_keyword(rule.condition)
        if (source, event_id) in _PROCESS_STARTS:
            pieces.update(_WORKER_PIECES)
        return self._search(frozenset(pieces), keywords=keywords) if pieces else False

    def _search(self, pieces: frozenset[str], *, keywords: bool) -> TextSearch:
        found = self._searches.get((pieces, keywords))
        if found is None:
            if len(self._searches) >= _SEARCHES_KEPT:
                self._searches.clear()
            found = TextSearch(pieces, keywords=keywords)
            self._searches[pieces, keywords] = found
        return found


def _could_be(mitigation: Mitigation, own: Mapping[str, str]) -> bool:
    """Whether an event with these values may switch a mitigation on or off."""
    return any(
        matches({name: patterns[name] for name in own if name in patterns}, own)
        for patterns in (mitigation.match, mitigation.undone_by)
        if patterns
    )


class EventWants:
    """What is wanted of one file, while the process tree grows."""

    def __init__(self, rules: EventRules, processes: ProcessTree) -> None:
        self._rules = rules
        self._processes = processes
        self._searches: dict[tuple[TextSearch, bool], _KindSearch] = {}

    def of(self, source: str, provider: str, channel: str, event_id: str) -> bool | EventSearch:
        """All, none, or those that a search finds."""
        found = self._rules.of(source, provider, channel, event_id)
        if isinstance(found, bool):
            return found
        starts = (source, event_id) in _PROCESS_STARTS
        if len(self._searches) >= _SEARCHES_KEPT:
            self._searches.clear()
        processes = self._processes if starts else None
        return self._searches.setdefault((found, starts), _KindSearch(found, processes))


class _KindSearch:
    """The search of some kinds of events; starts of processes also by their parents."""

    def __init__(self, text: TextSearch, processes: ProcessTree | None) -> None:
        self._processes = processes
        self.search = text.search
        self.follows = processes is not None

    def late(self, text: str) -> bool:
        """Whether the event may start a child of a process that was followed before it."""
        return self._processes is not None and self._processes.could_descend(text)
