"""All knowledge a run needs, compiled once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from alpheus.detect.event_wants import EventRules
from alpheus.detect.model import RuleInfo
from alpheus.detect.page_needles import FREQUENT, PAGE_NEEDLE, page_needles
from alpheus.detect.page_sieve import PageSieve
from alpheus.detect.sigma import NeedlePlan, Rule, RuleSet, compile_rules, needle_patterns
from alpheus.detect.sigma.pieces import WEB_SOURCES
from alpheus.detect.yara import YaraRules
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.indicators import Indicators
from alpheus.knowledge.model import Indicator, Pack, SigmaFile, YaraFile
from alpheus.knowledge.places import BACK_END
from alpheus.parsers import TEXT_LOG_FORMATS
from alpheus.parsers.base import LineKind, ReadOptions

if TYPE_CHECKING:
    from alpheus.scan.needles import NameNeedle, Needle, Needles
    from alpheus.scan.repeats import Likeness
    from alpheus.scan.textlog import Sieve

REQUEST_SOURCES = tuple(sorted(WEB_SOURCES, reverse=True))
TEXT_SOURCES = frozenset(log_format.source for log_format in TEXT_LOG_FORMATS)

_PAGE, _KNOWN, _FIRST_RULE = 1, 2, 4
"""Marks of lines: names a page, names a published address, and one bit for each rule."""

File = TypeVar("File", SigmaFile, YaraFile)

_STOCK_KEPT = 50_000
_COMPILED_KEPT, _PLANS_KEPT = 2, 32
"""Compiled sets of rules that a process keeps: packs that ship are the same files each time."""

_CODED_COLONS = "%(?:25)*3a[0-9a-f]{0,4}%(?:25)*3a"
"""Part of an address of IPv6, percent-encoded: the search for names looks at colons as they are."""


class _Files(Generic[File]):
    """Files of rules; the same as others if each is the very same object."""

    def __init__(self, files: Iterable[File]) -> None:
        self.all: tuple[File, ...] = tuple(files)
        self._ids = tuple(map(id, self.all))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Files) and self._ids == other._ids

    def __hash__(self) -> int:
        return hash(self._ids)


@lru_cache(maxsize=_COMPILED_KEPT)
def _rules(files: _Files[SigmaFile]) -> RuleSet:
    return compile_rules(files.all)


@lru_cache(maxsize=_COMPILED_KEPT)
def _yara(files: _Files[YaraFile]) -> YaraRules:
    return YaraRules.compile(files.all)


@lru_cache(maxsize=_PLANS_KEPT)
def _plan(rules: RuleSet, source: str, kind: LineKind) -> NeedlePlan:
    return needle_patterns(rules, source, kind)


@dataclass
class Kit:
    """Compiled packs and the tables beside them.

    `keep`: whether searches that were compiled are kept for the next run.
    """

    packs: Sequence[Pack]
    options: ReadOptions
    rules: RuleSet
    yara: YaraRules
    indicators: Indicators
    baseline: Baseline
    keep: bool = True
    _needles: dict[tuple[str, LineKind], Needles] = field(default_factory=dict)
    _marked: dict[tuple[str, int], tuple[Rule, ...]] = field(default_factory=dict)
    _page_needle: Needles | None = None
    _names: NameNeedle | None = None
    _stock: dict[bytes, bool] = field(default_factory=dict)
    _behind: dict[bytes, bool] = field(default_factory=dict)
    _versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def compile(cls, packs: Sequence[Pack], options: ReadOptions, *, keep: bool = True) -> Kit:
        """Compile every rule; those that cannot be compiled stand in `rules.rejected`."""
        return cls(
            packs=packs,
            options=options,
            rules=_rules(_Files(file for pack in packs for file in pack.sigma)),
            yara=_yara(_Files(file for pack in packs for file in pack.yara)),
            indicators=Indicators(packs),
            baseline=Baseline.load(),
            keep=keep,
        )

    @cached_property
    def infos(self) -> dict[str, RuleInfo]:
        """What the judge needs to know of each rule, by id."""
        return {r.id: RuleInfo(r.id, r.pack, r.title, r.meaning) for r in self.rules.rules}

    def version(self, source: str) -> str:
        """Changes whenever a rule that could read a file of this kind changes.

        Sources of event logs and of configuration share one version, since one file may hold many.
        """
        found = self._versions.get(source)
        if found is None:
            digest = hashlib.sha256()
            for text in self._knowledge_of(source):
                digest.update(text.encode("utf-8", "surrogatepass"))
            found = self._versions[source] = digest.hexdigest()
        return found

    def _knowledge_of(self, source: str) -> Iterator[str]:
        for pack in self.packs:
            # A pack of rules alone must not change what is known of every other source.
            if pack.digest:
                yield pack.digest
            elif pack.indicators or pack.mitigations:
                yield repr((pack.indicators, pack.mitigations))
            if source == "server-page":
                yield from (file.text for file in pack.yara)
        text_log = source in TEXT_SOURCES
        reading = {
            rule.path
            for rule in self.rules.rules
            if (source in rule.sources if text_log else not rule.sources <= TEXT_SOURCES)
        }
        for pack in self.packs:
            for file in pack.sigma:
                if file.path in reading or "filter" in file.document:
                    yield f"{file.pack}{file.meaning!r}{file.document!r}"
                    yield f"{file.placeholders!r}{file.licence}"

    @cached_property
    def event_rules(self) -> EventRules:
        """The rules of Windows events by provider, channel and event id."""
        return EventRules(self.rules, self.packs)

    def plan(self, source: str, kind: LineKind = LineKind.ROWS) -> NeedlePlan:
        """The needles of a source's rules, and the rules that need every line."""
        return _plan(self.rules, source, kind)

    def needles(self, source: str, kind: LineKind = LineKind.ROWS) -> Needles:
        """The compiled prefilter for one kind of lines of a text log."""
        from alpheus.scan.needles import Needle, Needles  # noqa: PLC0415 - native, only for logs

        if source not in REQUEST_SOURCES and kind is LineKind.REQUESTS:
            kind = LineKind.ROWS
        found = self._needles.get((source, kind))
        if found is None:
            wanted, names = self.wanted(source, kind), self._shared_names(source, kind)
            if names is not None and names.names.colons:
                wanted.append(Needle(_CODED_COLONS, _KNOWN))
            found = self._needles[source, kind] = Needles(wanted, keep=self.keep, names=names)
        return found

    def wanted(self, source: str, kind: LineKind = LineKind.ROWS) -> list[Needle]:
        """What the prefilter searches for in one kind of lines."""
        from alpheus.scan.needles import Needle  # noqa: PLC0415 - native, only for logs

        plan = self.plan(source, kind)
        bits = self._bits(source)
        wanted = plan.needles(bits)
        if plan.always:
            wanted.append(Needle(".", sum(bits[rule] for rule in plan.always)))
        if source in REQUEST_SOURCES and kind is not LineKind.TORN:
            wanted += [Needle(pattern, _KNOWN) for pattern in self._published()]
            left_out = tuple(filter(self.baseline.stock_url, FREQUENT))
            wanted += [Needle(pattern, _PAGE) for pattern in page_needles(left_out, source)]
        return wanted

    def _bits(self, source: str) -> dict[str, int]:
        """The mark of each rule of a source."""
        rules = self.rules.of_source(source)
        return {rule.id: _FIRST_RULE << number for number, rule in enumerate(rules)}

    def marked(self, source: str, marks: int) -> Sequence[Rule]:
        """The rules that want a line with these marks."""
        found = self._marked.get((source, marks))
        if found is None:
            if len(self._marked) >= _STOCK_KEPT:
                self._marked.clear()
            bits = self._bits(source)
            rules = self.rules.of_source(source)
            found = tuple(rule for rule in rules if bits[rule.id] & marks)
            self._marked[source, marks] = found
        return found

    def may_name(self, source: str, marks: int) -> bool:
        """Whether a line with these marks may hold a name or address that others share."""
        if not self.shares_names:
            return False
        return source not in REQUEST_SOURCES or bool(marks & _KNOWN)

    def _published(self) -> tuple[str, ...]:
        """Addresses and host names of indicators: a request may name them and nothing else."""
        return tuple(re.escape(row.value) for row in self._rows(shared=False))

    def _rows(self, *, shared: bool) -> Iterator[Indicator]:
        """Addresses and host names: those of packs, or those that others share, which are many."""
        for pack in self.packs:
            if bool(pack.digest) is shared:
                yield from (row for row in pack.indicators if row.type in {"ip", "domain"})

    def _shared_names(self, source: str, kind: LineKind) -> NameNeedle | None:
        """What others share, for lines of requests; made once."""
        if source not in REQUEST_SOURCES or kind is LineKind.TORN or not self.shares_names:
            return None
        from alpheus.scan.names import Names  # noqa: PLC0415 - native, only for logs
        from alpheus.scan.needles import NameNeedle  # noqa: PLC0415 - likewise

        if self._names is None:
            self._names = NameNeedle(Names(row.value for row in self._rows(shared=True)), _KNOWN)
        return self._names

    @cached_property
    def shares_names(self) -> bool:
        """Whether there are addresses or host names that others share."""
        return next(self._rows(shared=True), None) is not None

    def page_sieve(self, source: str, path: str) -> PageSieve | None:
        """Decides on requests for server pages in one file; None if it logs no requests."""
        if source not in REQUEST_SOURCES:
            return None
        ships = self.ships_behind if by_back_end(path) else self.ships
        return PageSieve(ships, source, known=source == "httpproxy")

    def sieve(self, pages: PageSieve, likeness: Likeness | None) -> Sieve:
        """What the scan asks about lines that only name a page, and which of them say the same."""
        from alpheus.scan.needles import Needle, Needles  # noqa: PLC0415 - native, only for logs
        from alpheus.scan.textlog import Sieve  # noqa: PLC0415 - likewise

        if pages.known:
            return Sieve(_PAGE, pages.wants, None, likeness, pages.alike)
        if self._page_needle is None:
            self._page_needle = Needles((Needle(PAGE_NEEDLE, _PAGE),))
        return Sieve(_PAGE, pages.wants, self._page_needle, likeness, pages.alike)

    def ships_behind(self, page: bytes) -> bool:
        """Whether the product serves a page on its back end, or anywhere else."""
        known = self._behind.get(page)
        if known is None:
            if len(self._behind) >= _STOCK_KEPT:
                self._behind.clear()
            text = page.decode("utf-8", "replace")
            known = self._behind[page] = self.ships(page) or self.baseline.stock_url(text, BACK_END)
        return known

    def ships(self, page: bytes) -> bool:
        """Whether the product serves the page that a log names, as `Baseline.stock_url` says."""
        known = self._stock.get(page)
        if known is None:
            if len(self._stock) >= _STOCK_KEPT:
                self._stock.clear()
            known = self.baseline.stock_url(page.decode("utf-8", "replace"))
            self._stock[page] = known
        return known


def by_back_end(path: str) -> bool:
    """Whether a log lies where IIS keeps those of Exchange's back end."""
    return "w3svc2/" in path.lower()
