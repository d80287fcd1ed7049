"""One file of evidence: what is it, and what does it say. A file's failure costs that file only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast

from alpheus.detect.collector import Collector, MitigationSeen
from alpheus.detect.event_wants import EventWants
from alpheus.detect.kit import REQUEST_SOURCES, Kit
from alpheus.detect.known_files import OtherHashes, published
from alpheus.detect.model import CodeFile, FileMatch, Hours, Origin, RuleInfo
from alpheus.detect.page_sieve import PageSieve
from alpheus.detect.page_use import likeness, may_join, note_use, request_of
from alpheus.detect.process_tree import ProcessTree
from alpheus.detect.promises import log_by_name, promised_by_name
from alpheus.detect.server_pages import is_server_page, read_page
from alpheus.detect.sigma import Rule
from alpheus.detect.web_code import is_web_code
from alpheus.detect.webshell.beside import CONTENT_LIMIT, is_judged, judge_beside
from alpheus.errors import AlpheusError, OutputError
from alpheus.evidence.address import windows_path
from alpheus.evidence.base import EvidenceFile
from alpheus.knowledge.mitigations import read_state
from alpheus.knowledge.model import Indicator, RuleMeaning
from alpheus.knowledge.own import is_own
from alpheus.knowledge.shared.model import PACK as SHARED
from alpheus.model import BuildWitness, Citation, Event, Skipped, TimeBasis
from alpheus.parsers import recognise
from alpheus.parsers.base import Counted, EventParser, RecordParser, Row, TextLogFormat
from alpheus.scan.repeats import Repeats
from alpheus.scan.textlog import Begun, Candidate, TextScan, scan_text_log

if TYPE_CHECKING:
    from alpheus.timeline.parts import FileRows, PartWriter

HEAD = 1 << 16
PAGE = "server-page"
_CHUNK = 1 << 20
_PROTOCOL = re.compile(r"/httpproxy/([^/]{1,64})/[^/]*\Z")
_RAW_HITS = 10_000
_CLIENT_FIELDS = {"iis": "c-ip", "httpproxy": "ClientIpAddress"}


def examine(
    file: EvidenceFile, kit: Kit, collector: Collector, timeline: PartWriter | None = None
) -> str:
    """Read one file to its end and give what it says to the collector. Never raises for content.

    With a `timeline`, every row is told to it, and so no event is merely counted.
    Returns what kind of file it is: a source, `server-page`, or '' if nothing reads it.
    """
    said = Collector(collector.start, collector.end)
    said.processes = collector.processes
    rows = timeline.begin(file) if timeline is not None else None
    examination = _Examination(file, kit, said, rows)
    try:
        examination.run()
    except OutputError:
        raise
    except Exception as error:
        said.lose(Skipped(file.evidence, file.path, None, f"not read to its end: {_words(error)}"))
    if file.sha256 is not None and is_own(file.sha256):
        said = Collector()
    elif file.sha256 is not None:
        said.hashed(file.evidence, file.path, file.sha256)
        _known_hash(file, kit, said, examination.others)
        if is_web_code(file.path):
            said.code.append(CodeFile(
                examination.origin(None), Citation(file.evidence, file.path, sha256=file.sha256)
            ))  # fmt: skip
    if rows is not None:
        rows.end(examination.source, kept=file.sha256 is None or not is_own(file.sha256))
    said.processes = ProcessTree()
    collector.absorb(said)
    collector.files_read += 1
    collector.bytes_read += file.bytes_read
    return examination.source


def _words(error: Exception) -> str:
    if isinstance(error, OSError | AlpheusError | EOFError | MemoryError):
        return str(error) or type(error).__name__
    return f"{type(error).__name__}: {error}"


def folder_of(path: str) -> str:
    """The folder of an address inside a package; '' at its root."""
    return path.rpartition("/")[0]


def indicator_rule(indicator: Indicator) -> RuleInfo:
    """A published indicator in the shape of a rule."""
    meaning = RuleMeaning(indicator.stage, indicator.weight, indicator.confidence)
    rule = f"{indicator.pack}-indicator-{indicator.type}"
    title = f"Published indicator ({indicator.type}): {indicator.meaning}"
    if indicator.pack != SHARED:
        return RuleInfo(rule, indicator.pack, title, meaning)
    told = ", ".join(filter(None, (indicator.note, indicator.tlp, indicator.source)))
    title = f"Shared indicator ({indicator.type}): {indicator.meaning} ({told})"
    # What different people say, or under another TLP, are different findings.
    rule = f"{rule}-{hashlib.sha256(title.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return RuleInfo(rule, indicator.pack, title, meaning, indicator.tlp)


def _means(indicator: Indicator, event: Event) -> bool:
    """Whether an indicator still meant something when this happened."""
    return indicator.until is None or event.time is None or event.time <= indicator.until


class _Examination:
    """The state of reading one file."""

    def __init__(
        self, file: EvidenceFile, kit: Kit, collector: Collector, rows: FileRows | None
    ) -> None:
        self.file = file
        self.kit = kit
        self.collector = collector
        self.rows = rows
        self.source = ""
        self.raw_hits: list[tuple[RuleInfo, Event]] = []
        self.pages: PageSieve | None = None
        self.others = OtherHashes(())
        self._origins: dict[str | None, Origin] = {}

    def run(self) -> None:
        with closing(self.file.open()) as stream:
            head = stream.read(HEAD)
            kind = recognise(head, self.file.path) or log_by_name(head, self.file.path)
            if kind is not None and hasattr(kind, "start"):
                self._text_log(cast("TextLogFormat", kind), (stream, head))
                return
            page = kind is None and is_server_page(head, self.file.path)
            if kind is None and not page:
                self._rest(stream, head)
                self._unrecognised(head)
        if page:
            self.source = PAGE
            self._page()
        elif kind is not None:
            self.source = kind.source
            self._records(kind)
        if is_judged(self.file.path):
            self._beside()

    def origin(self, host: str | None) -> Origin:
        found = self._origins.get(host)
        if found is None:
            found = Origin(self.file.evidence, host, folder_of(self.file.path), self.file.scope)
            self._origins[host] = found
            self.collector.origins[found] = None
        return found

    def _rest(self, stream: BinaryIO, head: bytes) -> None:
        """Read on for the hash alone, unless it is read below anyway, or may be left."""
        if not is_judged(self.file.path) and not self.file.leave(head):
            self._begin_hashes(head)
            _drain(stream, self.others)

    def _begin_hashes(self, head: bytes) -> None:
        """Of a content that is read on; a file that is read twice is hashed the second time."""
        self.others = OtherHashes(self.kit.indicators.other_hashes)
        self.others.update(head)

    def _unrecognised(self, head: bytes) -> None:
        """A file whose name promises evidence, and whose content is none, is a loss."""
        promised = promised_by_name(self.file.path)
        if promised is not None:
            found = "empty" if not head else "of another content, damaged or encrypted"
            reason = f"named like {promised}, but {found}: nothing in it was read"
            self.collector.lose(Skipped(self.file.evidence, self.file.path, None, reason))

    def _page(self) -> None:
        self._begin_hashes(b"")
        page, loss = read_page(self.file, self.origin(None), self.kit, self.others)
        if loss is not None:
            self.collector.lose(loss)
        self.collector.pages.append(page)

    def _beside(self) -> None:
        """Configuration and assemblies may be back doors that are no pages."""
        with closing(self.file.open()) as stream:
            content = stream.read(CONTENT_LIMIT)
            self._begin_hashes(content)
            _drain(stream, self.others)
        found = judge_beside(content, self.file.path)
        if found is not None:
            rule, reason = found
            citation = Citation(
                self.file.evidence, self.file.path, line=reason.line, text=reason.text
            )
            fields = {"Kind": reason.kind, "Path": self.file.path}
            basis = TimeBasis.UTC if self.file.modified else TimeBasis.UNKNOWN
            event = Event(PAGE, self.file.modified, basis, None, fields, citation)
            self.collector.hit(rule, self.origin(None), event)

    # --- text logs ---

    def _text_log(self, log_format: TextLogFormat, begun: Begun) -> None:
        self.source = log_format.source
        self.pages = self.kit.page_sieve(self.source, self.file.path)
        pages = self.pages
        scan = scan_text_log(
            self.file,
            log_format,
            self.kit.options,
            partial(self.kit.needles, self.source),
            self._candidate,
            sieve=None if pages is None else self.kit.sieve(pages, likeness(self.source)),
            begun=begun,
            tee=self.rows,
        )
        self._tally(scan)
        self._settle_raw(scan)
        self._settled_clients()
        for witness in scan.witnesses:
            self.collector.witness(witness, self.origin(witness.host))
        for loss in scan.skipped:
            self.collector.lose(loss)

    def _settled_clients(self) -> None:
        """Who else asked for pages that were not weighed any more."""
        if self.pages is not None and self.pages.counted:
            for (_, stem), use in self.collector.uses.items():
                for client, count in self.pages.counted.get(stem, {}).items():
                    use.asked_by(client, count)
                    use.passed_by += count

    def _candidate(self, candidate: Candidate) -> bool:
        if candidate.row is None:
            self._raw(candidate)
            return False
        event = self._event(candidate, candidate.row)
        rules = self.kit.marked(self.source, candidate.marks)
        named = self.kit.may_name(self.source, candidate.marks)
        judged = self._judge(event, rules, named=named)
        if not judged and event.malformed:
            self._raw(candidate, event)
        if self.pages is None:
            return False
        repeats = None if judged else self._joined(event, candidate.repeats, named=named)
        use = note_use(event, self.origin(event.host), self.kit, self.collector, repeats)
        if use is not None and use.settled and len(self._origins) == 1:
            self.pages.settle(use.stem, candidate.raw, request_of(event)[2])
        self.pages.known = self.pages.known or bool(self.collector.exchange)
        return repeats is not None

    def _joined(self, event: Event, repeats: Repeats | None, *, named: bool) -> Repeats | None:
        """The repeats of an event, if they can be counted without looking at each."""
        if repeats is None or any(self._indicators(event, named=named)):
            return None
        origin = self.origin(event.host)
        return repeats if may_join(event, repeats, origin, self.kit, self.collector) else None

    def _raw(self, candidate: Candidate, event: Event | None = None) -> None:
        """Search a line that did not parse, or whose columns are not where they belong."""
        for rule in self.kit.rules.match_raw(self.source, candidate.text):
            found = event or Event(
                self.source, None, TimeBasis.UNKNOWN, None, {}, self._cite(candidate)
            )
            if len(self.raw_hits) < _RAW_HITS:
                self.raw_hits.append((self.kit.infos[rule.id], found))

    def _settle_raw(self, scan: TextScan) -> None:
        """Where most lines are no rows, the file quotes a log rather than being one."""
        rows = sum(tally.rows for tally in scan.tallies.values())
        lost = sum(tally.skipped for tally in scan.tallies.values())
        for rule, event in self.raw_hits:
            found = event if rows >= lost else replace(event, malformed=True)
            self.collector.hit(rule, self.origin(event.host), found, raw=True)

    def _event(self, candidate: Candidate, row: Row) -> Event:
        return Event(
            source=self.source,
            time=row.time,
            time_basis=row.basis,
            host=row.host,
            fields=row.fields,
            citation=self._cite(candidate),
            malformed=row.malformed,
        )

    def _cite(self, candidate: Candidate) -> Citation:
        text = candidate.text[:4000]
        return Citation(self.file.evidence, self.file.path, line=candidate.line, text=text)

    def _tally(self, scan: TextScan) -> None:
        for (label, host), tally in scan.tallies.items():
            hours = Hours(
                1, tally.rows, tally.skipped, tally.first, tally.last, tally.basis.value,
                tally.hours,
            )  # fmt: skip
            self._cover(host, label, hours)

    def _cover(self, host: str | None, label: str, hours: Hours) -> None:
        if part := _part(label, self.file.path):
            hours.of_part(part)
        self.collector.cover(self.origin(host), label).merge(hours)

    # --- events ---

    def _judge(
        self, event: Event, rules: Sequence[Rule] | None = None, *, named: bool = True
    ) -> bool:
        """Try every rule, or these, and the indicators; whether a rule matched.

        `named`: whether it may hold a name or address that others share.
        """
        origin = self.origin(event.host)
        matched = self.kit.rules.match(event, rules)
        for rule in matched:
            self.collector.hit(self.kit.infos[rule.id], origin, event)
        for indicator in self._indicators(event, named=named):
            self.collector.hit(indicator_rule(indicator), origin, event)
        return bool(matched)

    def _indicators(self, event: Event, *, named: bool) -> Iterator[Indicator]:
        field = _CLIENT_FIELDS.get(event.source)
        if field is not None:
            address = event.fields.get(field)
            found = self.kit.indicators.address(address) if isinstance(address, str) else None
            if found is not None and _means(found, event):
                yield found
        if named and self.kit.shares_names:
            yield from self._named(event, field)

    def _named(self, event: Event, but: str | None) -> Iterator[Indicator]:
        """Names and addresses that others share, in any field but the one of the client."""
        told: set[int] = set()
        for name, value in event.fields.items():
            if name == but or not isinstance(value, str):
                continue
            for found in self.kit.indicators.named_in(value):
                if found.pack == SHARED and id(found) not in told and _means(found, event):
                    told.add(id(found))
                    yield found

    def _parsed(self, parser: RecordParser) -> Iterator[Event | Skipped | BuildWitness | Counted]:
        if not hasattr(parser, "parse_wanted") or self.rows is not None:
            return parser.parse(self.file, self.kit.options)
        wants = EventWants(self.kit.event_rules, self.collector.processes)
        events = cast("EventParser", parser)
        return events.parse_wanted(self.file, self.kit.options, wants)

    def _records(self, parser: RecordParser) -> None:
        seen: dict[tuple[str, str | None], Hours] = {}
        lost = False
        for record in self._parsed(parser):
            if isinstance(record, Counted):
                self._count(record, seen)
            elif isinstance(record, Skipped):
                lost = True
                self.collector.lose(record)
                self._count_loss(parser.source, seen, record.count)
            elif isinstance(record, BuildWitness):
                self.collector.witness(record, self.origin(record.host))
            else:
                self._record(record, seen)
        for (source, host), hours in seen.items():
            hours.files = 1
            self._cover(host, source, hours)
        self._drain_rest(told=lost)

    def _drain_rest(self, *, told: bool) -> None:
        """Read on where a parser had seen enough; a failure is told once."""
        if self.file.sha256 is not None:
            return
        try:
            with closing(self.file.open()) as stream:
                _drain(stream)
        except (OSError, AlpheusError, EOFError):
            if not told:
                raise

    def _count_loss(
        self, source: str, seen: dict[tuple[str, str | None], Hours], count: int
    ) -> None:
        key = next(iter(seen), (source, None))
        seen.setdefault(key, Hours()).skipped += count

    def _count(self, counted: Counted, seen: dict[tuple[str, str | None], Hours]) -> None:
        self.origin(counted.host)
        hours = seen.setdefault((counted.source, counted.host), Hours())
        hours.rows += counted.count
        if counted.first is None:
            return
        hours.note(counted.first, counted.count)
        hours.note(counted.last or counted.first, 0)
        if counted.time_basis is TimeBasis.UNKNOWN:
            hours.basis = "unknown"

    def _record(self, event: Event, seen: dict[tuple[str, str | None], Hours]) -> None:
        if self.rows is not None:
            self.rows.event(event)
        label = _label(event)
        hours = seen.setdefault((label, event.host), Hours())
        hours.rows += 1
        if event.time is not None:
            hours.note(event.time)
            if event.time_basis is TimeBasis.UNKNOWN:
                hours.basis = "unknown"
        self.collector.processes.note(event)
        self._judge(event)
        self._mitigation(event)
        if event.source == "iis-configuration" and "msexchange" in event.citation.text.lower():
            self.collector.exchange.add(self.origin(event.host))
        if event.source in REQUEST_SOURCES:
            note_use(event, self.origin(event.host), self.kit, self.collector)

    def _mitigation(self, event: Event) -> None:
        for pack in self.kit.packs:
            for mitigation in pack.mitigations:
                state = read_state(mitigation, event.source, event.time, event.fields)
                if state is not None:
                    seen = MitigationSeen(state, self.origin(event.host), event.citation)
                    self.collector.mitigations.append(seen)


def _drain(stream: BinaryIO, others: OtherHashes | None = None) -> None:
    """Read to the end for the hash alone."""
    while piece := stream.read(_CHUNK):
        if others is not None:
            others.update(piece)


def _part(label: str, path: str) -> str:
    """Which folder of HttpProxy a log lies in: each protocol writes one of its own."""
    found = _PROTOCOL.search(windows_path(path)) if label == "httpproxy" else None
    return found[1] if found else ""


def _label(event: Event) -> str:
    """Under which source an event counts in coverage."""
    if event.source != "iis":
        return event.source
    site = event.fields.get("s-sitename")
    number = re.fullmatch(r"W3SVC(\d+)", site) if isinstance(site, str) else None
    return f"iis-site-{number.group(1)}" if number else "iis-site-1"


def _known_hash(file: EvidenceFile, kit: Kit, collector: Collector, others: OtherHashes) -> None:
    sha256 = file.sha256 or ""
    found = published(file, kit.indicators, others)
    if found is None:
        return
    origin = Origin(file.evidence, None, folder_of(file.path), file.scope)
    collector.origins[origin] = None
    citation = Citation(file.evidence, file.path, sha256=sha256)
    time = file.modified or None
    if time is not None and time > datetime.now(UTC):
        time = None
    collector.file_matches.append(FileMatch(indicator_rule(found), origin, citation, time))
