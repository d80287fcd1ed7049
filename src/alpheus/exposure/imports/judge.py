"""What a record of a list amounts to: its own raw answer first, then the word of its source.

Two axes stay apart. A build or a CVE named open decides the patch axis; a web shell reported
decides nothing there and is a flag of its own. Where the source's word contradicts the table of
builds, neither is believed: the state is undetermined, and the conflict is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from alpheus.exposure.conclude import conclude
from alpheus.exposure.cve_states import cve_states, impossible
from alpheus.exposure.imports.fields import strictest
from alpheus.exposure.imports.model import ImportOptions, Listing
from alpheus.exposure.imports.raw_answers import is_exchange_path, probe_of
from alpheus.exposure.model import (
    Conversation,
    CveEntry,
    Endpoint,
    Observation,
    Provenance,
    Status,
    Witness,
)
from alpheus.exposure.other_products import OtherBuild, other_build
from alpheus.exposure.read_answer import read_answer
from alpheus.knowledge.build_number import parse_build
from alpheus.knowledge.builds import Builds

CONFLICT = "conflict"
COMPROMISED = "compromised-reported"
INDICATOR = "indicator"
VICTIM = "a list of victims"
"""The word for a server of a list that the operator says to be one of victims."""

_CONTRADICTED = frozenset({"fixed", "not-affected"})
_TOLD_ANYWHERE = frozenset({Status.SHIELDED, Status.ONLINE})
_BEFORE_THE_TABLE = frozenset({6, 8})
"""First parts of Exchange 2000 to 2007, of which the table of builds says nothing."""

_NOT = False
"""No Exchange."""
_CACHED = 8_192
_WORD, _NOTE = 200, 400
"""Characters of a source's words that are kept in reasons."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the words of a source amount to."""

    exchange: bool | None
    build: str | None
    precision: int | None
    witness: str | None
    witnesses: tuple[Witness, ...]
    product: str
    cves: Mapping[str, CveEntry]
    reason: str
    flags: tuple[str, ...]
    confidence: str


class Judge:
    """Turns listings of one file into observations."""

    def __init__(self, source: str, name: str, sha256: str, options: ImportOptions) -> None:
        self._source = options.source or source
        self._own_source = options.source
        self._name = name
        self._sha256 = sha256
        self._tlp = options.tlp
        self._seen = options.seen
        self._victims = options.victims

    def observation(self, listing: Listing) -> Observation:
        """The observation of a listing."""
        source = self._own_source or listing.source or self._source
        if self._seen and not (listing.time or listing.last_seen):
            listing.time = listing.first_seen = listing.last_seen = self._seen
        if self._victims and not listing.compromised:
            listing.compromised = VICTIM
        verdict = _verdict(_Words(
            source, listing.version[:_WORD], listing.version_field[:_WORD], listing.vulnerable,
            listing.compromised[:_WORD], listing.note[:_NOTE], listing.exchange, listing.indicator,
        ))  # fmt: skip
        provenance = Provenance(
            source, self._name, self._sha256, listing.row, listing.first_seen, listing.last_seen,
            self._label(listing.tlp),
        )  # fmt: skip
        if listing.answers:
            raw = self._concluded(listing)
            if raw is not None:
                return _joined(raw, verdict, listing, source, provenance)
        return Observation(
            listing.target, listing.address, listing.port, listing.names, verdict.exchange,
            verdict.build, verdict.precision, verdict.witness, None, verdict.cves, listing.tls,
            Status.LISTED, verdict.reason, 0, listing.time, verdict.product, verdict.confidence,
            listing.servers, verdict.flags, verdict.witnesses, provenance, listing.attributes,
        )  # fmt: skip

    def _label(self, found: str) -> str:
        return strictest((found, self._tlp)) if found and self._tlp else found or self._tlp

    def _concluded(self, listing: Listing) -> Observation | None:
        """What the raw answers amount to; None where they were not asked of Exchange."""
        endpoint = Endpoint(
            listing.target, listing.address, listing.port, listing.names, listing.scheme
        )
        conversation = Conversation(endpoint, tls=listing.tls)
        for answer in listing.answers:
            host = answer.host or listing.address
            conversation.answers.append(read_answer(probe_of(answer.path), host, answer.response))
        observation = conclude(conversation, listing.time)
        asked = any(is_exchange_path(answer.path) for answer in listing.answers)
        if asked or observation.exchange or observation.status in _TOLD_ANYWHERE:
            return observation
        # A web server that has another page at its root may still hold Exchange.
        if observation.build:
            return replace(observation, status=Status.LISTED, exchange=None)
        return None


def _joined(
    raw: Observation, verdict: _Verdict, listing: Listing, source: str, provenance: Provenance
) -> Observation:
    """The raw answer's conclusion with what the source says beside it."""
    flags = dict.fromkeys((*raw.flags, *(flag for flag in verdict.flags if flag != CONFLICT)))
    reasons = [raw.reason]
    changed: dict[str, object] = {}
    if verdict.build and _is_open(raw):
        reasons.append(f"the build is the word of {source}")
        changed = {
            "exchange": True,
            "build": verdict.build, "precision": verdict.precision, "witness": verdict.witness,
            "product": verdict.product, "confidence": verdict.confidence,
        }  # fmt: skip
        cves = verdict.cves
    else:
        if verdict.build and not _agree(raw.build, verdict.build):
            flags[CONFLICT] = None
            said = raw.build or "no Exchange build"
            reasons.append(f"{source} says {verdict.build}, its own raw answer {said}")
        cves, contradicted = _with_words(raw.cves, listing.vulnerable, source)
        if contradicted:
            flags[CONFLICT] = None
            reasons.append(_contradiction(source, contradicted))
    if listing.compromised:
        reasons.append(_compromise(source, listing.compromised[:_WORD]))
    changed.update(
        cves=cves, reason="; ".join(reasons), flags=tuple(flags), requests=0, time=listing.time,
        servers=tuple(dict.fromkeys((*raw.servers, *listing.servers))), provenance=provenance,
        witnesses=(*raw.witnesses, *verdict.witnesses),
        attributes={**raw.attributes, **listing.attributes},
    )  # fmt: skip
    return replace(raw, **changed)  # type: ignore[arg-type] # the names are checked by a test


def _is_open(raw: Observation) -> bool:
    """Whether a raw answer leaves room for a build that somebody else knows."""
    return raw.build is None and raw.exchange is not False and raw.status is not Status.ONLINE


def _agree(raw: str | None, listed: str) -> bool:
    """Whether two builds are the same as far as both go."""
    one, other = parse_build(raw or ""), parse_build(listed)
    if one is None or other is None:
        return False
    parts = min(one.precision, other.precision)
    return one.parts[:parts] == other.parts[:parts]


class _Words(NamedTuple):
    """All that a source says of a server, but where it is."""

    source: str
    version: str
    version_field: str
    vulnerable: tuple[str, ...]
    compromised: str
    note: str
    exchange: bool | None
    indicator: bool


@lru_cache(maxsize=_CACHED)
def _verdict(words: _Words) -> _Verdict:
    source, exchange = words.source, words.exchange
    builds = Builds.load()
    number = parse_build(words.version) if words.version else None
    product = builds.product_of(number) if number else None
    other = other_build(words.version) if not (product or words.exchange) else None
    if other is not None:
        return _of_other(words, other)
    if product or any(cve in builds.cves for cve in words.vulnerable):
        exchange = True
    odd = impossible(number) if number and product else ""
    old = exchange and number and number.parts[0] in _BEFORE_THE_TABLE
    build = str(number) if (product or old) and not odd else None
    precision = number.precision if number and build else None
    why = f"{source} names no build" + (f" that can be: {odd}" if odd else "")
    # What nobody takes for Exchange has no states: to be undetermined is a claim, too.
    of_build = cve_states(build, precision, exchange, why) if exchange else {}
    states, contradicted = _with_words(of_build, words.vulnerable, source)
    field_name = f"{source} {words.version_field}"
    flags = (
        *[CONFLICT] * bool(contradicted),
        *[COMPROMISED] * bool(words.compromised),
        *[INDICATOR] * words.indicator,
    )
    return _Verdict(
        exchange, build, precision, field_name if build else None,
        (Witness(field_name, build),) if build else (), product or "", states,
        "; ".join(_reasons(words, _listed(source, exchange, product, build), contradicted)),
        flags, "medium" if build or words.vulnerable else "low",
    )  # fmt: skip


def _of_other(words: _Words, other: OtherBuild) -> _Verdict:
    """A build of another product, by the word of the list."""
    states, contradicted = _with_words(other.states, words.vulnerable, words.source)
    witness = f"{words.source} {words.version_field}"
    listed = f"{words.source} lists it as {other.product}, build {other.build}"
    flags = (
        *[CONFLICT] * bool(contradicted),
        *[COMPROMISED] * bool(words.compromised),
        *[INDICATOR] * words.indicator,
    )
    return _Verdict(
        _NOT, other.build, other.precision, witness, (Witness(witness, other.build),),
        other.product, states, "; ".join(_reasons(words, listed, contradicted)), flags, "medium",
    )  # fmt: skip


def _reasons(words: _Words, listed: str, contradicted: list[str]) -> Iterator[str]:
    yield listed
    if words.vulnerable:
        yield f"it names {', '.join(words.vulnerable)} vulnerable"
    if contradicted:
        yield _contradiction(words.source, contradicted)
    if words.compromised:
        yield _compromise(words.source, words.compromised)
    if words.indicator:
        yield "named as a sign of an attack: it may be the attacker's own"
    if words.note:
        yield words.note


def _listed(
    source: str,
    exchange: bool | None,  # noqa: FBT001 - a fact with three values
    product: str | None,
    build: str | None,
) -> str:
    if build:
        return f"{source} lists it as {product or 'Exchange'}, build {build}"
    return f"{source} lists it as Exchange, without a build" if exchange else f"listed by {source}"


def _contradiction(source: str, cves: list[str]) -> str:
    return f"conflict: by the table of builds {', '.join(cves)} is closed, {source} says open"


def _compromise(source: str, word: str) -> str:
    return f"reported as compromised by {source} ({word}), which says nothing of its patches"


def _with_words(
    states: Mapping[str, CveEntry], vulnerable: tuple[str, ...], source: str
) -> tuple[Mapping[str, CveEntry], list[str]]:
    """The states with the source's word for some of them, and the CVEs where both contradict."""
    if not vulnerable:
        return states, []
    joined = dict(states)
    contradicted = []
    for cve in vulnerable:
        known = states.get(cve)
        if known is None:
            joined[cve] = CveEntry("vulnerable", f"by the word of {source}")
        elif known.state in _CONTRADICTED:
            contradicted.append(cve)
            why = f"conflict: {source} names it vulnerable, but {known.why}; ask the server itself"
            joined[cve] = CveEntry("undetermined", why)
        elif known.state == "vulnerable":
            joined[cve] = CveEntry("vulnerable", f"{known.why}; {source} says so, too")
        else:
            why = f"by the word of {source}; the build alone does not tell: {known.why}"
            joined[cve] = CveEntry("vulnerable", why)
    return joined, contradicted
