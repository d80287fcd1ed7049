"""What is kept of an observation: a row with what is asked for, and the whole of it beside.

Rows are made from lines of `alpheus probe` and `alpheus import`, from the JSON of `alpheus triage`,
and from what somebody enters by hand. The same content gives the same digest, wherever its file
lay and in which line it stood: what a list says today as it said it yesterday is one observation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from alpheus.cases.assessment_model import Head
from alpheus.cases.assessments import packed
from alpheus.cases.identity import Kind, Sighting
from alpheus.cases.identity.known import Known
from alpheus.cases.identity.model import COMPROMISED
from alpheus.errors import AlpheusError
from alpheus.exposure.cve_states import cve_states
from alpheus.exposure.imports import KINDS, fields
from alpheus.exposure.imports.remarks import FUTURE, NO_PLACE, NO_TIME, PRIVATE, Remark
from alpheus.exposure.imports.whereabouts import here, is_private, no_name
from alpheus.exposure.model import CveEntry, Observation, Pool, Provenance, Status, Tls, Witness
from alpheus.knowledge.builds import parse_build
from alpheus.model import Build, Confidence, ServerAssessment, Stage, Verdict

DIGEST_BYTES = 20
ASSESSMENT = "alpheus.assessment/1"
"""The schema of the documents of `alpheus triage` that are understood."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CACHED = 4_096
_FUTURE = timedelta(days=1)
_NO_STATES = msgspec.Raw(b"{}")
_LAST_PORT, _LONGEST_NAME = 65_535, 253
_PROOF_FROM = Stage.EXPLOITED.rank


class RowError(AlpheusError, ValueError):
    """Content that is no observation."""


class States(NamedTuple):
    """The states of CVEs as JSON, and what they are known by."""

    text: bytes
    digest: bytes


def states_of(text: bytes) -> States:
    """States, with their digest."""
    return States(text, blake2b(text, digest_size=DIGEST_BYTES).digest())


def digest_of_server(body: bytes, states: States | None, seen: str, breach: str) -> bytes:
    """What an assessment of a server is known by."""
    digest = blake2b(body, digest_size=DIGEST_BYTES)
    digest.update(states.digest if states else b"")
    digest.update(f"{seen} {breach}".encode())
    return digest.digest()


class Row(NamedTuple):
    """One observation on its way into the database; the names are those of its table.

    Times are ISO 8601 UTC, '' unknown.
    """

    digest: bytes
    kind: str
    source: str
    seen: str
    address: str
    port: int
    status: str
    exchange: int | None
    build: str
    product: str
    states: States | None
    flags: str
    verdict: str
    stage: str
    breach: str
    body: str
    whole: bytes = b""
    """The whole assessment, as `assessments` keeps it."""


class _From(msgspec.Struct, gc=False):
    """The fields of `exposure.model.Provenance`, quicker to read and to write."""

    source: str
    file: str
    sha256: str
    row: int
    first_seen: str = ""
    last_seen: str = ""
    tlp: str = ""


class _Line(msgspec.Struct, gc=False):
    """An observation whose states of CVEs stay as they are written."""

    target: str
    address: str
    port: int
    names: tuple[str, ...]
    exchange: bool | None
    build: str | None
    precision: int | None
    witness: str | None
    pool: Pool | None
    cves: msgspec.Raw
    tls: Tls | None
    status: Status
    reason: str
    requests: int
    time: str
    product: str = ""
    confidence: str = "low"
    servers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    provenance: _From | None = None
    attributes: Mapping[str, str] = {}


class Rows:
    """Makes rows. `now` is when; what claims to have been seen later has no time.

    A victim of a list without a time is known to be one from now on.
    """

    def __init__(self, now: datetime) -> None:
        self._now = iso(now)
        self._limit = iso(now.astimezone(UTC) + _FUTURE)
        self._decode = msgspec.json.Decoder(_Line).decode
        self._encode = msgspec.json.Encoder().encode
        self._states: dict[bytes, States] = {}
        self._times: dict[str, str] = {}
        self._check = msgspec.json.Decoder(dict[str, CveEntry]).decode
        self.remarks: list[Remark] = []
        """What was not taken of the lines since it was last emptied."""

    def of_line(self, line: bytes, kind: str = "") -> Row:
        """The row of a JSON line; `kind` in place of `probe` or `list`. Raises RowError."""
        try:
            read = self._decode(line)
            states = self._states_of(bytes(read.cves))
        except (msgspec.MsgspecError, ValueError) as error:
            raise RowError(str(error)) from error
        _check_place(read, by_hand=bool(kind))
        if read.names and max(map(len, read.names)) > _LONGEST_NAME:
            self.remarks += [(NO_PLACE, n) for n in read.names if len(n) > _LONGEST_NAME]
            read.names = tuple(name for name in read.names if len(name) <= _LONGEST_NAME)
        read.cves = _NO_STATES
        from_list = read.provenance
        body = self._encode(read)
        if b"\\u0000" in body or b"\\u0000" in states.text:
            raise RowError("a text holds the character 0, which no database keeps")
        said = (from_list.last_seen if from_list else "") or read.time
        seen = self.time(said)
        if said and not seen:
            self.remarks.append((NO_TIME if not _normal(said) else FUTURE, said))
        if is_private(read.address):
            self.remarks.append((PRIVATE, read.address))
        return Row(
            self._digest(read, body, states, kind),
            kind or (Kind.LIST if from_list else Kind.PROBE),
            kind or (from_list.source if from_list else Kind.PROBE),
            seen, read.address, read.port, read.status.value,
            None if read.exchange is None else int(read.exchange), read.build or "", read.product,
            states if len(states.text) > 2 else None, " ".join(read.flags), "", "",
            (seen or self._now) if COMPROMISED in read.flags else "", body.decode(),
        )  # fmt: skip

    def of_document(self, document: bytes) -> Iterator[Row]:
        """A row per server of an assessment. Raises RowError."""
        try:
            whole = msgspec.json.decode(document, type=_Document)
            head = msgspec.json.decode(document, type=Head)
        except (msgspec.MsgspecError, ValueError) as error:
            raise RowError(str(error)) from error
        if whole.schema != ASSESSMENT:
            raise RowError(f"its schema is {whole.schema!r}; {ASSESSMENT} is understood")
        for raw in whole.servers:
            try:
                server = _read_server(raw)
                kept = packed(raw, head)
            except (msgspec.MsgspecError, ValueError) as error:
                raise RowError(str(error)) from error
            yield self._of_server(server, whole)._replace(whole=kept)

    def time(self, text: str) -> str:
        """A time as it is kept; '' for one that cannot be read, or lies in the future."""
        found = self._times.get(text)
        if found is None:
            found = text if _TIME.fullmatch(text) else _normal(text)
            found = found if found <= self._limit else ""
            if len(self._times) > _CACHED:
                self._times.clear()
            self._times[text] = found
        return found

    def _states_of(self, text: bytes) -> States:
        """The same text of states comes with every server of a build; it is read once."""
        found = self._states.get(text)
        if found is None:
            self._check(text)
            found = states_of(text)
            if len(self._states) > _CACHED:
                self._states.clear()
            self._states[text] = found
        return found

    def _digest(self, read: _Line, body: bytes, states: States, kind: str) -> bytes:
        """Where a list lay, and in which line, is no part of what it says; which list it is, is.

        Lists whose source somebody named are one list, others by their names without the day.
        """
        digest = blake2b(states.digest, digest_size=DIGEST_BYTES)
        digest.update(kind.encode())
        if (told := read.provenance) is not None:
            told.file = _list_of(told.file) if told.source in KINDS else ""
            told.sha256, told.row = "", 0
            body = self._encode(read)
        digest.update(body)
        return digest.digest()

    def _of_server(self, server: _Server, whole: _Document) -> Row:
        ends = [one.last for one in server.coverage if one.last]
        seen = self.time(max(ends, default="") or whole.run.finished)
        breach = ""
        if server.verdict is Verdict.COMPROMISED:
            times = [f.time for f in server.findings if f.time and _is_proof(f)]
            times += [s.time for s in server.story if s.time and s.stage.rank >= _PROOF_FROM]
            breach = self.time(max(times, default="")) or seen
        kept = _Kept(
            server.name, server.aliases, server.product, server.build, server.verdict,
            server.stage, server.confidence, server.headline, server.campaigns,
            [_Told(f.rule, f.title, f.stage, f.weight, f.time) for f in server.findings],
            server.next_steps, whole.evidence, whole.run.version,
        )  # fmt: skip
        body = self._encode(kept)
        states = states_of(self._encode(server.cves)) if server.cves else None
        if b"\\u0000" in body or (states and b"\\u0000" in states.text):
            raise RowError(f"{server.name}: a text holds the character 0, which no database keeps")
        digest = digest_of_server(body, states, seen, breach)
        return Row(
            digest, Kind.ASSESSMENT, "triage", seen, "", 0, "", 1,
            server.build.value if server.build else "", server.product, states, "",
            server.verdict.value, server.stage.value, breach, body.decode(),
        )  # fmt: skip


def _check_place(read: _Line, *, by_hand: bool) -> None:
    """Raises RowError for a line that leads to no server."""
    if not 0 <= read.port <= _LAST_PORT:
        raise RowError(f"{read.port} is no port from 0 to {_LAST_PORT}")
    if read.address:
        is_address = bool(fields.address(read.address))
        why = here(read.address) if is_address else ""
        if why or not is_address:
            raise RowError(why or f"'{read.address[:100]}' is no address")
    elif not (by_hand or read.servers or read.tls or read.pool) and (why := _nameless(read)):
        raise RowError(why)


def _nameless(read: _Line) -> str:
    """Why nothing tells which server it is; '' if something does."""
    names = [name for name in read.names if len(name) <= _LONGEST_NAME]
    why = no_name(names)
    if why:
        known = Known("", 0, tuple(names), read.status, "", attributes=read.attributes)
        found = Sighting.from_observation(known, 0)
        if found.servers or not no_name(found.hosts):
            return ""
    return why


class _Finding(msgspec.Struct):
    rule: str
    title: str
    stage: Stage
    weight: str
    time: str | None = None


class _Told(msgspec.Struct):
    """What is kept of a finding: without its citations, which stay in the report."""

    rule: str
    title: str
    stage: Stage
    weight: str
    time: str | None


class _Step(msgspec.Struct):
    stage: Stage
    time: str | None = None


class _Coverage(msgspec.Struct):
    last: str | None = None


class _BuildPart(msgspec.Struct):
    value: str
    precision: int = 0


class _Run(msgspec.Struct):
    finished: str
    version: str = ""


class _Server(msgspec.Struct):
    """A server of an assessment, as far as it is kept."""

    name: str
    verdict: Verdict
    stage: Stage
    aliases: tuple[str, ...] = ()
    product: str = ""
    build: _BuildPart | None = None
    cves: dict[str, CveEntry] = {}
    confidence: Confidence = Confidence.LOW
    headline: str = ""
    campaigns: list[dict[str, Any]] = []
    findings: list[_Finding] = []
    story: list[_Step] = []
    coverage: list[_Coverage] = []
    next_steps: list[dict[str, Any]] = []


_read_server = msgspec.json.Decoder(_Server).decode


class _Document(msgspec.Struct):
    schema: str
    run: _Run
    servers: list[msgspec.Raw]
    evidence: list[dict[str, Any]] = []


class _Kept(msgspec.Struct):
    """The body of an assessed server."""

    name: str
    aliases: tuple[str, ...]
    product: str
    build: _BuildPart | None
    verdict: Verdict
    stage: Stage
    confidence: Confidence
    headline: str
    campaigns: list[dict[str, Any]]
    findings: list[_Told]
    next_steps: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    version: str


def _is_proof(finding: _Finding) -> bool:
    return finding.weight == "proof" and finding.stage.rank >= _PROOF_FROM


class _Report(msgspec.Struct):
    """Which list a victim stands in, and the page that it names."""

    provenance: Provenance | None = None
    attributes: Mapping[str, str] = {}


_DATED = re.compile(r"\d{4}-?\d\d-?\d\d[-_]?")
_PAGES = ("url", "http_url", "uri", "detail", "http")
_read_report = msgspec.json.Decoder(_Report).decode


def report_of(body: str) -> str:
    """The list that a row is of, without the day of its name, and the page or file it names."""
    found = _read_report(body)
    name = _list_of(found.provenance.file) if found.provenance else ""
    return f"{name} {_page(found.attributes)}"


def _list_of(file: str) -> str:
    """The name of a file without its folder and without the day in it."""
    return _DATED.sub("", file.rpartition("/")[2])


def page_of(body: str) -> str:
    """The page or the file of an intruder that a list names, '' where it names none."""
    return _page(_read_report(body).attributes)


def _page(attributes: Mapping[str, str]) -> str:
    said = (attributes.get(field, "") for field in _PAGES)
    return next((text for text in said if "://" in text), attributes.get("path", ""))


class Sightings:
    """Reads rows back as what they say of the identity of a server."""

    def __init__(self) -> None:
        self._line = msgspec.json.Decoder(Known).decode
        self._kept = msgspec.json.Decoder(_Kept).decode

    def of(self, number: int, kind: str, seen: str, body: str | bytes) -> Sighting:
        """The sighting that a row is."""
        if kind == Kind.ASSESSMENT:
            return self._of_kept(number, seen, self._kept(body))
        sighting = Sighting.from_observation(self._line(body), number)
        if not seen and sighting.last_seen:  # a time that cannot be: no span is made of it
            sighting = replace(sighting, first_seen="", last_seen="")
        if kind == Kind.HAND:
            sighting = replace(sighting, kind=Kind.HAND, source=Kind.HAND)
        return sighting

    def _of_kept(self, number: int, seen: str, kept: _Kept) -> Sighting:
        build = Build(kept.build.value, kept.build.precision, ()) if kept.build else None
        server = ServerAssessment(
            kept.name, kept.aliases, kept.product, build, {}, kept.verdict, kept.stage,
            kept.confidence, kept.headline, (), (), (), (), (),
        )  # fmt: skip
        return Sighting.from_assessment(server, number, seen=seen)[0]


def hand_entry(
    *,
    time: str,
    address: str = "",
    port: int = 443,
    names: tuple[str, ...] = (),
    servers: tuple[str, ...] = (),
    build: str = "",
    note: str = "",
    compromised: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> Observation:
    """What somebody knows of a server, as an observation; states follow from the build.

    Raises RowError where nothing tells which server, or where the build is none.
    """
    target = address or next(iter((*names, *servers)), "")
    if not target:
        raise RowError("an entry needs an address, a host name or the computer's name")
    number = parse_build(build) if build else None
    if build and number is None:
        raise RowError(f"{build!r} is not a build such as 15.1.2176.9")
    precision = number.precision if number else None
    return Observation(
        target, address, port, names, exchange=True, build=build or None, precision=precision,
        witness="by hand" if build else None, pool=None,
        cves=cve_states(build or None, precision, exchange=True, why=""), tls=None,
        status=Status.LISTED, reason=note or "entered by hand", requests=0, time=time,
        servers=servers,
        flags=(COMPROMISED,) if compromised else (), attributes=dict(attributes or {}),
    )  # fmt: skip


def iso(moment: datetime) -> str:
    """A moment as it is kept: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _normal(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return iso(moment)
    except OverflowError:
        return ""
