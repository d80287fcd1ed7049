"""The strands of a server: what was done there, by intruder.

Records belong together where they share what one intruder alone has: an address, a planted page,
a secret, a session. Programs and paths through the hole are shared by many, and join nothing. Then
a break-in and the page that it may have left are put together, where time or the lack of any other
leaves no doubt; what fits two strands is put into neither (ADR 44).
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise

from alpheus.cases.strands import Strand, Trait, TraitKind
from alpheus.detect.webshell.family import rare
from alpheus.fleet.conduct import FEWEST, pace
from alpheus.fleet.said import Names, Said, names_of, page_of, public_address, read_record
from alpheus.judge.pages import RARE, USED_FOREIGN, USED_SHELL
from alpheus.model import Citation, Finding, ServerAssessment, Stage, Weight
from alpheus.report.redact import Clear
from alpheus.report.secret_patterns import SecretKind
from alpheus.report.visible import portable
from alpheus.sharing.traces import is_planted

MOST = 8
"""Strands of a server that are kept, those with most records first."""
MOST_OF_A_KIND = 12
"""Traits of a kind that are kept of a strand, the most frequent first."""

_OWN = frozenset({SecretKind.PARAMETER, SecretKind.TOKEN})
"""Secrets that are an intruder's wherever they stand; a password may be the victim's."""
_USES = frozenset({USED_SHELL.id, USED_FOREIGN.id, RARE.id})
_NEAR = timedelta(minutes=15)
_AT_ONCE = timedelta(seconds=5)
_FAR = timedelta.max
_MOST_RECORDS = 4_000
LONGEST = 300
"""Characters of a trait."""
_TELLING = frozenset({TraitKind.SECRET, TraitKind.PAGE, TraitKind.PAGE_NAME, TraitKind.ADDRESS,
                      TraitKind.AGENT, TraitKind.STRUCTURE})  # fmt: skip
"""What without any of which there is nobody to speak of."""


@dataclass(slots=True)
class _Record:
    """A cited record, by what it is bound to others, and the rules that it proves."""

    said: Said
    citation: Citation
    ties: frozenset[tuple[str, str]]
    planted: bool
    used: bool
    proven: bool = False
    rules: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """Records of one intruder."""

    records: list[_Record] = field(default_factory=list)
    ties: set[tuple[str, str]] = field(default_factory=set)

    def absorb(self, other: _Group) -> None:
        self.records += other.records
        self.ties |= other.ties

    def has(self, kind: str) -> bool:
        return any(one == kind for one, _ in self.ties)

    def ways_in(self) -> set[tuple[str, str]]:
        """Paths that somebody from outside forged requests to, each with how these were built."""
        return {
            (one.said.stem, one.said.request)
            for one in self.records
            if one.said.stem and not one.used and public_address(one.said.client)
        }

    def whole(self) -> bool:
        """Whether it has both a break-in and a page."""
        return self.has("page") and bool(self.ways_in())

    def times(self) -> list[datetime]:
        return sorted(one.said.time for one in self.records if one.said.time is not None)


_Clears = Mapping[str, Sequence[Clear]]


def strands_of(server: ServerAssessment, secrets: _Clears, key: bytes) -> tuple[Strand, ...]:
    """What each intruder did on a server whose texts are redacted; who did most comes first.

    `secrets` are what hashes in it stand for; under `key` they are hashed anew, longer.
    """
    names = names_of(server)
    groups = [
        one for one in _joined(_records(server.findings, names, secrets))
        if any(record.proven for record in one.records)
    ]  # fmt: skip
    found = [(len(one.records), _strand(one, secrets, key)) for one in groups]
    told = [one for one in found if any(trait.kind in _TELLING for trait in one[1].traits)]
    told.sort(key=lambda one: (-one[0], one[1].first or "~", one[1].traits))
    return tuple(strand for _, strand in told[:MOST])


# --- records ---


def _records(findings: Iterable[Finding], names: Names, secrets: _Clears) -> list[_Record]:
    """Each cited record once, of what is indicated or proven of a break-in."""
    grave = [
        one for one in findings
        if one.weight is not Weight.CONTEXT and one.stage.rank >= Stage.EXPLOITED.rank
    ]  # fmt: skip
    found: dict[tuple[object, ...], _Record] = {}
    for finding in sorted(grave, key=lambda one: (-one.weight.rank, one.rule)):
        for cited in finding.citations:
            place = (cited.evidence, cited.path, cited.line, cited.offset, cited.record_id)
            known = found.get(place)
            if known is None and len(found) < _MOST_RECORDS:
                found[place] = known = _record(finding, cited, names, secrets)
            if known is not None:
                known.rules[finding.rule] = None
                known.proven |= finding.weight is Weight.PROOF
                known.used |= finding.rule in _USES
                known.planted |= _plants(finding, cited)
    records = list(found.values())
    planted = {one.said.page for one in records if one.said.page and not one.said.client}
    planted |= {one.said.page for one in records if one.used and one.said.page}
    for one in records:
        if one.said.page in planted:
            one.ties |= {("page", one.said.page)}
            one.used |= bool(one.said.client)
        elif one.said.page:
            one.said = _without_page(one.said)
    return records


def _plants(finding: Finding, cited: Citation) -> bool:
    proven = finding.weight is Weight.PROOF  # a page of an administrator's own may be foreign, too
    return proven and is_planted(finding.rule, finding.stage, cited.path, cited.sha256)


def _record(finding: Finding, cited: Citation, names: Names, secrets: _Clears) -> _Record:
    said = read_record(cited, names)
    planted = _plants(finding, cited)
    ties = {
        ("mark", mark) for mark in said.marks if _is_own(secrets.get(mark, ()), planted=planted)
    }
    if address := public_address(said.client):
        ties.add(("address", address))
    return _Record(said, cited, frozenset(ties), planted, finding.rule in _USES)


def _is_own(several: Sequence[Clear], *, planted: bool) -> bool:
    own = _OWN | {SecretKind.PASSWORD} if planted else _OWN
    return any(one.kind in own for one in several)


def _without_page(said: Said) -> Said:
    """A page of the product that was asked for says nothing of who asked."""
    return Said(said.time, said.client, said.agent, said.stem, said.request, "", said.command,
                said.name, said.marks)  # fmt: skip


# --- groups ---


def _joined(records: Sequence[_Record]) -> list[_Group]:
    """Records by intruder."""
    tied = [one for one in records if one.ties]
    groups = _met(_in_time(_bound(tied)))
    bodies = [one for one in groups if one.has("address") or one.has("page")]
    for other in [one for one in groups if not (one.has("address") or one.has("page"))]:
        if (body := _nearest(bodies, other.times())) is not None:
            body.absorb(other)
        else:
            bodies.append(other)
    several = _left_over(bodies)
    for record in records:
        if record.ties:
            continue
        times = [record.said.time] if record.said.time is not None else []
        if (group := _nearest(several, times)) is not None:
            group.records.append(record)
    return several


def _bound(records: Sequence[_Record]) -> list[_Group]:
    """Records that share a page, a secret or a session; of the rest those that share an address."""
    of: dict[tuple[str, str], _Group] = {}
    groups: dict[int, _Group] = {}
    for record in records:
        ties = {tie for tie in record.ties if tie[0] != "address"} or record.ties
        mine = _Group([record], set(record.ties))
        for other in {id(of[tie]): of[tie] for tie in ties if tie in of}.values():
            mine.absorb(other)
            ties = ties | {tie for tie in other.ties if of.get(tie) is other}
            groups.pop(id(other), None)
        of.update(dict.fromkeys(ties, mine))
        groups[id(mine)] = mine
    return list(groups.values())


def _met(groups: list[_Group]) -> list[_Group]:
    """Groups that came from one address, but for two that broke in each by a path of its own.

    Many take the same way out to the internet.
    """
    addresses = sorted({tie for one in groups for tie in one.ties if tie[0] == "address"})
    for address in addresses:
        here = [one for one in groups if address in one.ties]
        apart: list[_Group] = []
        for one in sorted(here, key=lambda group: (not group.whole(), group.times())):
            fits = [body for body in apart if not _differ(body, one)]
            if len(fits) == 1:
                fits[0].absorb(one)
            elif not apart or one.whole():
                apart.append(one)
                continue
            else:
                _share_out(one, apart)
            groups = [other for other in groups if other is not one]
    return groups


def _differ(one: _Group, other: _Group) -> bool:
    """Whether two groups are of two intruders, though they came from one address."""
    shared = one.ties & other.ties
    own = one.ways_in(), other.ways_in()
    return one.whole() and other.whole() and own[0].isdisjoint(own[1]) and len(shared) < 2


def _share_out(loose: _Group, groups: Sequence[_Group]) -> None:
    """Records of an address that several took: by the path that they name, else by time."""
    for record in loose.records:
        named = (record.said.stem, record.said.request)
        fits = [one for one in groups if named in one.ways_in()]
        times = [record.said.time] if record.said.time is not None else []
        group = fits[0] if len(fits) == 1 else _nearest(groups, times)
        if group is not None:
            group.records.append(record)
            group.ties |= record.ties


def _in_time(groups: list[_Group]) -> list[_Group]:
    """Break-ins put together with the page that was there when they ended."""
    pages = [one for one in groups if one.has("page") and not _breaks_in(one)]
    entries = [one for one in groups if not one.has("page")]
    fits = {id(page): [one for one in entries if _fit(one, page)] for page in pages}
    wanted = Counter(id(one) for several in fits.values() for one in several)
    gone = set()
    for page in pages:
        for entry in fits[id(page)]:
            if wanted[id(entry)] == 1:
                page.absorb(entry)
                gone.add(id(entry))
    return [one for one in groups if id(one) not in gone]


def _left_over(groups: list[_Group]) -> list[_Group]:
    """A break-in and a page, where there is one of each and nobody else."""
    if len(groups) == 2 and groups[0].has("page") != groups[1].has("page"):
        page, entry = sorted(groups, key=lambda one: not one.has("page"))
        if not _breaks_in(page):
            page.absorb(entry)
            return [page]
    return groups


def _breaks_in(group: _Group) -> bool:
    return any(one.said.request and not one.used for one in group.records)


def _fit(entry: _Group, page: _Group) -> bool:
    """Whether a break-in went on until the page was there."""
    before, after = entry.times(), page.times()
    return bool(before and after) and any(abs(after[0] - one) <= _AT_ONCE for one in before)


def _nearest(groups: Sequence[_Group], times: Sequence[datetime]) -> _Group | None:
    """Whose it is what names nobody: by time, where that tells one from all others."""
    if len(groups) == 1:
        return groups[0]
    far = sorted(
        (min((abs(one - time) for one in group.times() for time in times), default=_FAR), at)
        for at, group in enumerate(groups)
    )
    if not far or far[0][0] > _NEAR or (len(far) > 1 and far[1][0] - far[0][0] < _AT_ONCE):
        return None
    return groups[far[0][1]]


# --- traits ---


def _strand(group: _Group, secrets: _Clears, key: bytes) -> Strand:
    times = group.times()
    counted: Counter[Trait] = Counter(_traits(group, secrets, key))
    counted.update(_sequences(group))
    kept: list[Trait] = []
    of_kind: Counter[TraitKind] = Counter()
    for trait, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        of_kind[trait.kind] += 1
        if of_kind[trait.kind] <= MOST_OF_A_KIND:
            kept.append(trait)
    hours = sorted({one.said.time.hour for one in group.records
                    if one.said.time is not None and (one.used or one.said.command)})  # fmt: skip
    return Strand(_iso(times[0]) if times else "", _iso(times[-1]) if times else "",
                  tuple(sorted(kept)), tuple(hours))  # fmt: skip


def _traits(group: _Group, secrets: _Clears, key: bytes) -> Iterator[Trait]:
    for one in group.records:
        said = one.said
        yield from _secrets(one, secrets, key)
        if one.planted:
            yield _trait(TraitKind.PAGE, one.citation.sha256 or "", _page_name(one.citation.path))
        told = {
            TraitKind.STRUCTURE: one.citation.structure if one.planted else "",
            TraitKind.PAGE_NAME: _page_name(said.page),
            TraitKind.AGENT: said.agent,
            TraitKind.COMMAND: said.command,
            TraitKind.NAME: said.name,
        }
        if address := public_address(said.client):
            told[TraitKind.ADDRESS] = address
            told[TraitKind.NETWORK] = _network(address)
            if not one.used:
                told[TraitKind.CARRIER] = said.stem
                told[TraitKind.REQUEST] = said.request
        yield from (_trait(kind, value) for kind, value in told.items() if value)


def _secrets(record: _Record, secrets: _Clears, key: bytes) -> Iterator[Trait]:
    for mark in record.said.marks:
        several = secrets.get(mark, ())
        if not _is_own(several, planted=record.planted):
            continue
        for clear in several:
            digest = hmac.new(key, clear.value.encode("utf-8", "surrogatepass"), hashlib.sha256)
            yield Trait(_kind(clear), digest.hexdigest()[:32], f"{clear.kind.value} {mark}")


def _kind(clear: Clear) -> TraitKind:
    if clear.kind is SecretKind.TOKEN:
        return TraitKind.TOKEN
    return TraitKind.SECRET if rare(clear.value) else TraitKind.WORD


def _sequences(group: _Group) -> Iterator[Trait]:
    """What was done in which order, and when it began."""
    timed = sorted(
        ((one.said.time, one) for one in group.records if one.said.time is not None),
        key=lambda pair: (pair[0], sorted(pair[1].rules)),
    )
    if timed:
        yield Trait(TraitKind.HOUR, f"{timed[0][0]:%Y-%m-%dT%H}", f"{timed[0][0]:%Y-%m-%d %H}:00")
    commands = list(dict.fromkeys(one.said.command for _, one in timed if one.said.command))
    if len(commands) >= FEWEST:
        yield _hashed(TraitKind.COMMANDS, commands, "; ".join(commands))
    steps: dict[str, datetime] = {}
    for time, one in timed:
        for rule in sorted(one.rules):
            steps.setdefault(rule, time)
    if len(steps) >= FEWEST:
        paces = [pace((b - a).total_seconds()) for a, b in pairwise(steps.values())]
        parts = [part for pair in zip(steps, ["", *paces], strict=True) for part in pair]
        yield _hashed(TraitKind.STEPS, parts, f"{len(steps)} steps from {next(iter(steps))}")


def _hashed(kind: TraitKind, parts: Sequence[str], label: str) -> Trait:
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass"))
    return Trait(kind, digest.hexdigest()[:32], portable(label)[:LONGEST])


def _trait(kind: TraitKind, value: str, label: str = "") -> Trait:
    return Trait(kind, portable(value)[:LONGEST], portable(label or value)[:LONGEST])


def _page_name(path: str) -> str:
    return page_of(path).rpartition("/")[2]


def _network(address: str) -> str:
    bits = 48 if ":" in address else 24
    return str(ip_network(f"{address}/{bits}", strict=False))


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
