"""The report of some runs, as data: reads every run once, and what is shown one by one again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from alpheus import __version__
from alpheus.exposure.model import Status
from alpheus.exposure.output.lines import Facts, LineReader
from alpheus.exposure.output.names import CHIEF, MAIN, campaign, cve_name, short_name
from alpheus.exposure.output.tally import STATUS_WORDS, Tally, cause_counts, is_server, sentence
from alpheus.exposure.report.describe import Describer
from alpheus.exposure.report.history import Change, Changes, History, Place
from alpheus.exposure.report.hosts import COMPROMISED, HostReader, Hosts, Numbers
from alpheus.exposure.report.model import (
    BuildCount,
    CauseCount,
    ChangeList,
    CveCount,
    ExposureReport,
    FlagCount,
    HostRow,
    RunFacts,
    StatusCount,
    TrendPoint,
)
from alpheus.exposure.report.places import by_network, by_owner, states_of
from alpheus.exposure.report.runs import Run, open_runs
from alpheus.exposure.report.words import FLAGS, KINDS, change_sentence
from alpheus.knowledge.build_advice import describe_build
from alpheus.knowledge.builds import parse_build

HOSTS_SHOWN = 200
CHANGES_SHOWN = 100
_BUILDS_SHOWN = 60
_SILENT = (Status.NO_ANSWER, Status.REFUSED, Status.UNREACHABLE, Status.BROKEN)


@dataclass(slots=True)
class Material:
    """The report, and what the files beside it are written from."""

    report: ExposureReport
    describer: Describer
    changes: list[Change]
    vulnerable: list[tuple[Place, int]]
    runs: list[Run]


def make_report(paths: Sequence[Path], today: date) -> Material:
    """Read runs, oldest first by their records; `today` (UTC) decides what is supported.

    Raises UsageError and EvidenceError.
    """
    runs = open_runs(paths)
    reader = HostReader(LineReader())
    history = History(reader.facts)
    trend: list[TrendPoint] = []
    hosts, changes, tally = Hosts(), Changes(), Tally()
    for number, run in enumerate(runs):
        hosts = reader.read(run, history.watched)
        changes = history.add(hosts, listed=number == len(runs) - 1)
        tally = _tally(hosts, reader)
        trend.append(_point(run, hosts, tally, changes))
    changes.listed.sort(key=lambda change: _gravity(change, reader.facts))
    describer = Describer(runs, reader.lines, reader.facts)
    made = _Made(reader, hosts, tally, changes, describer, len(runs) - 1, today)
    return Material(
        made.report(tuple(trend)), describer, changes.listed, made.vulnerable, runs
    )  # fmt: skip


def _tally(hosts: Hosts, reader: HostReader) -> Tally:
    tally = Tally()
    counts = [0] * len(reader.facts)
    for number in hosts.facts:
        counts[number] += 1
    for number, count in enumerate(counts):
        if count:
            tally.add(reader.facts[number], count)
    return tally


def _point(run: Run, hosts: Hosts, tally: Tally, changes: Changes) -> TrendPoint:
    return TrendPoint(
        run=_facts(run, hosts), asked=tally.asked, exchange=tally.exchange,
        any_vulnerable=tally.any_vulnerable, states=states_of(tally.states.get(tally.chief, {})),
        shielded=tally.statuses[Status.SHIELDED],
        silent=sum(tally.statuses[status] for status in _SILENT),
        changes={kind.value: changes.kinds[kind] for kind in KINDS if changes.kinds[kind]},
        fates=dict(changes.fates), moved=changes.moved,
        newly_compromised=changes.newly_compromised,
    )  # fmt: skip


def _facts(run: Run, hosts: Hosts) -> RunFacts:
    record, audit = run.record, run.audit
    fault = ""
    if audit and audit.fault:
        fault = f"line {audit.fault.line:,}: {audit.fault.reason}"
    return RunFacts(
        name=run.name, path=str(run.path), is_list=record is None, began=run.began,
        finished=record.finished if record else "", first=_time(hosts.first),
        last=_time(hosts.last), owner=record.owner if record else "",
        authorisation=record.authorisation if record else "",
        scope=record.scope if record else "", targets=record.targets if record else "",
        version=record.version if record else "", audit=audit.head if audit else "",
        audit_lines=audit.lines if audit else 0, audit_fault=fault, results=hosts.results,
        hosts=len(hosts), requests=hosts.requests, lost=hosts.lost, losses=tuple(hosts.losses),
    )  # fmt: skip


def _since(before: str, now: str) -> str:
    """The day of the run before, with its time where both are of one day."""
    day, time = before[:10], before[11:16]
    return f"{day} at {time} UTC" if time and day == now[:10] else day


def _time(seconds: int) -> str:
    if not seconds:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return ""


@dataclass(slots=True)
class _Made:
    """The newest run, ready to be told."""

    reader: HostReader
    hosts: Hosts
    tally: Tally
    changes: Changes
    describer: Describer
    number: int
    today: date

    def report(self, trend: tuple[TrendPoint, ...]) -> ExposureReport:
        """All of it."""
        tally, facts, chief = self.tally, self.reader.facts, self.tally.chief
        since = _since(*(point.run.began for point in trend[-2:])) if len(trend) > 1 else ""
        networks, networks_total = by_network(self.hosts, facts, chief)
        providers, sectors, countries = by_owner(self.hosts, facts, chief, self.reader.owners)
        builds = self._builds()
        vulnerable, compromised = self.vulnerable, self._compromised()
        return ExposureReport(
            headline=sentence(tally),
            change=change_sentence(self.changes, since, campaign(CHIEF)) if since else "",
            chief=chief, chief_name=cve_name(chief), grave=bool(tally.any_vulnerable),
            trend=trend, statuses=tuple(self._statuses()), cves=tuple(self._cves()),
            builds=tuple(builds), builds_total=len(tally.builds),
            causes=tuple(CauseCount(*one) for one in cause_counts(tally)),
            flags=tuple(self._flags()), tls=tuple(self._tls()),
            networks=tuple(networks), networks_total=networks_total,
            providers=tuple(providers), sectors=tuple(sectors), countries=tuple(countries),
            vulnerable=tuple(self._shown(vulnerable)), vulnerable_total=len(vulnerable),
            compromised=tuple(self._shown(compromised)), compromised_total=len(compromised),
            changes=tuple(self._changes()), version=__version__, made=self.today.isoformat(),
        )  # fmt: skip

    @property
    def vulnerable(self) -> list[tuple[Place, int]]:
        """Every server that is vulnerable to something, the worst first."""
        ranks = [_rank(self.reader.facts[number]) for number in range(len(self.reader.facts))]
        found = [
            (ranks[fact], key, number)
            for key, number in self.hosts.index.items()
            if ranks[fact := self.hosts.facts[number]][0]
        ]
        found.sort(key=lambda one: ([-part for part in one[0]], one[1]))
        return [self._place(number) for _, _, number in found]

    def _compromised(self) -> list[tuple[Place, int]]:
        flagged = {
            number for number in range(len(self.reader.facts))
            if COMPROMISED in self.reader.facts[number].flags
        }  # fmt: skip
        keys = [
            (key, number) for key, number in self.hosts.index.items()
            if self.hosts.facts[number] in flagged
        ]  # fmt: skip
        return [self._place(number) for _, number in sorted(keys)]

    def _place(self, number: int) -> tuple[Place, int]:
        return Place(self.number, self.hosts.offsets[number]), self.hosts.facts[number]

    def _shown(self, found: list[tuple[Place, int]]) -> Iterator[HostRow]:
        return self.describer.hosts(found[:HOSTS_SHOWN])

    def _statuses(self) -> Iterator[StatusCount]:
        for status, words in STATUS_WORDS.items():
            if self.tally.statuses[status]:
                yield StatusCount(status.value, words, self.tally.statuses[status])

    def _cves(self) -> Iterator[CveCount]:
        for cve in self.tally.cves:
            yield CveCount(
                cve, cve_name(cve), states_of(self.tally.states[cve]), self.changes.fixed[cve],
                self.changes.found[cve], self.changes.regressed[cve],
            )  # fmt: skip

    def _builds(self) -> Iterator[BuildCount]:
        open_: dict[str | None, bool] = {}
        for number in set(self.hosts.facts):
            facts = self.reader.facts[number]
            if is_server(facts):
                state = facts.state(self.tally.chief)
                open_[facts.build] = open_.get(facts.build, False) or state == "vulnerable"
        for build, count in self.tally.top_builds(_BUILDS_SHOWN)[0]:
            yield _build(build, count, self.today, vulnerable=open_.get(build))

    def _flags(self) -> Iterator[FlagCount]:
        known = list(FLAGS)
        order = sorted(self.tally.flags, key=lambda f: (f not in FLAGS, known.index(f)
                       if f in FLAGS else 0, f))  # fmt: skip
        for flag in order:
            yield FlagCount(flag, FLAGS.get(flag, ""), self.tally.flags[flag])

    def _tls(self) -> Iterator[StatusCount]:
        for version, count in sorted(self.tally.tls.items()):
            yield StatusCount(version, version, count)

    def _changes(self) -> Iterator[ChangeList]:
        for kind in KINDS:
            count = self.changes.kinds[kind]
            if count:
                own = (change for change in self.changes.listed if change.kind is kind)
                rows = tuple(self.describer.changes(islice(own, CHANGES_SHOWN)))
                yield ChangeList(kind.value, count, rows)


def _gravity(change: Change, facts: Numbers[Facts]) -> tuple[int, list[int], Place]:
    """By kind, then how bad it is, or was where it does not answer."""
    place = change.after or change.before
    assert place is not None
    now = _rank(facts[change.after_facts]) if change.after else (0,)
    was = _rank(facts[change.before_facts]) if change.before else (0,)
    return list(KINDS).index(change.kind), [-part for part in max(now, was)], place


def _rank(facts: Facts) -> tuple[int, ...]:
    """How bad: the number of flaws first as yes or no, then the great campaigns, then how many."""
    if not is_server(facts):
        return (0,)
    open_ = {cve for cve, state in facts.states if state == "vulnerable"}
    return (int(bool(open_)), *(int(cve in open_) for cve in MAIN), len(open_))


def _build(build: str | None, count: int, day: date, *, vulnerable: bool | None) -> BuildCount:
    number = parse_build(build) if build else None
    if build is None or number is None:
        return BuildCount(build or "", "", "", "", "", "", count, vulnerable, None, "")
    found = describe_build(number, day)
    life = found.end_of_life
    return BuildCount(
        build, found.product or "", found.cu or "", found.su or "", short_name(build),
        found.released or "", count, vulnerable, life.supported, life.summary,
    )  # fmt: skip
