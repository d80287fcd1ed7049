"""Everything that was learned about one server, before it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from alpheus.detect.collector import Collector, MitigationSeen
from alpheus.detect.model import CodeFile, FileMatch, HitGroup, Hours, Origin, PageUse, ServerPage
from alpheus.judge.identity import Identities, Identity, computer_name
from alpheus.knowledge.model import ProductSign
from alpheus.knowledge.products import EXCHANGE, products_seen, shipped_signs
from alpheus.model import BuildWitness, Event, Evidence

FILE_TIME_SOURCES = frozenset({"aspnet-compiled"})
"""Sources whose times are those of files, which copying may have changed."""


@cache
def _of_others() -> frozenset[str]:
    """Sources that show another product than Exchange."""
    signs = shipped_signs()
    return frozenset(one.value for one in signs if one.kind == "source" and one.product != EXCHANGE)


@dataclass(slots=True)
class ServerRecord:
    """What one server's evidence holds.

    `hours` is keyed by coverage label; `named_in` are the packages in which a record names it.
    """

    identity: Identity
    hits: list[HitGroup] = field(default_factory=list)
    uses: dict[str, list[PageUse]] = field(default_factory=dict)
    hours: dict[str, Hours] = field(default_factory=dict)
    witnesses: list[BuildWitness] = field(default_factory=list)
    mitigations: list[MitigationSeen] = field(default_factory=list)
    pages: list[ServerPage] = field(default_factory=list)
    code: list[CodeFile] = field(default_factory=list)
    file_matches: list[FileMatch] = field(default_factory=list)
    serves_exchange: bool = False
    named_in: set[str] = field(default_factory=set)

    @property
    def is_exchange(self) -> bool:
        """Whether anything in the evidence shows an Exchange server."""
        return (
            self.serves_exchange
            or EXCHANGE in products_seen(shipped_signs(), self.hours, ())
            or any(page.relative is not None for page in self.pages)
            or any(one.source not in _of_others() for one in self.witnesses)
        )

    def products(self, signs: Sequence[ProductSign]) -> tuple[str, ...]:
        """The products that anything in the evidence shows, in the order of the signs."""
        answered = (stem for stem, uses in self.uses.items() if any(u.succeeded for u in uses))
        labels = (*self.hours, *(one.source for one in self.witnesses))
        matched = {group.rule.id for group in self.hits if not group.raw}
        seen = products_seen(signs, labels, answered, matched)
        return tuple(dict.fromkeys((EXCHANGE, *seen))) if self.is_exchange else seen

    def may_run(self, products: Sequence[str], signs: Sequence[ProductSign]) -> bool:
        """Whether one of the products is seen, or none of them could be told by a sign."""
        known = {sign.product for sign in signs}.intersection(products)
        return not known or not known.isdisjoint(self.products(signs))

    @property
    def is_web_server(self) -> bool:
        """Whether anything shows an IIS server."""
        return bool(self.pages) or any(label.startswith("iis-") for label in self.hours)

    def events(self) -> Iterator[tuple[HitGroup, Event]]:
        """Every kept match with its group."""
        for group in self.hits:
            for event in group.kept():
                yield group, event

    def latest(self) -> datetime | None:
        """The last time that any log knows of; copying evidence leaves later times on files."""
        return max(
            (
                hours.last
                for label, hours in self.hours.items()
                if hours.last is not None
                and hours.basis != "unknown"
                and label not in FILE_TIME_SOURCES
            ),
            default=None,
        )

    def believed(self, event: Event) -> Event:
        """The event, without its time if that is a file's and later than all logs."""
        if event.source not in FILE_TIME_SOURCES or event.time is None:
            return event
        latest = self.latest()
        return event if latest is not None and event.time <= latest else replace(event, time=None)


def gather(collector: Collector, evidence: tuple[Evidence, ...]) -> list[ServerRecord]:
    """Sort everything learned by server."""
    servers = Identities(collector.origins, evidence).servers()
    records: dict[int, ServerRecord] = {}
    by_origin = {
        origin: records.setdefault(id(identity), ServerRecord(identity))
        for origin, identity in servers.items()
    }
    for origin, record in by_origin.items():
        if computer_name(origin.host) is not None:
            record.named_in.add(origin.evidence)
    _sort_events(collector, by_origin)
    _sort_files(collector, by_origin)
    return [record for record in records.values() if _worth_a_verdict(record)]


def _sort_events(collector: Collector, by_origin: Mapping[Origin, ServerRecord]) -> None:
    for group in collector.hits.values():
        by_origin[group.origin].hits.append(group)
    for use in collector.uses.values():
        by_origin[use.origin].uses.setdefault(use.stem, []).append(use)
    for (origin, label), hours in collector.hours.items():
        by_origin[origin].hours.setdefault(label, Hours()).merge(hours)
    for (source, build, origin), span in collector.witnesses.items():
        witness = BuildWitness(source, build, origin.host, span.first, span.last)
        by_origin[origin].witnesses.append(witness)
    for origin in collector.exchange:
        by_origin[origin].serves_exchange = True


def _sort_files(collector: Collector, by_origin: Mapping[Origin, ServerRecord]) -> None:
    for seen in collector.mitigations:
        by_origin[seen.origin].mitigations.append(seen)
    for page in collector.pages:
        by_origin[page.origin].pages.append(page)
    for file in collector.code:
        by_origin[file.origin].code.append(file)
    for match in collector.file_matches:
        by_origin[match.origin].file_matches.append(match)


def _worth_a_verdict(record: ServerRecord) -> bool:
    """Leave out packages that hold nothing any parser knew, unless nothing else is there."""
    return bool(
        record.hits or record.uses or record.hours or record.witnesses or record.pages
        or record.file_matches or record.mitigations
    )  # fmt: skip
