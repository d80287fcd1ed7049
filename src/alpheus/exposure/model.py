"""The nouns of exposure: whom to ask, what came back, what it means.

`Answer` and `Tls` are facts without judgement, small enough to be kept for a run that is killed
and resumed. `Observation` is what is concluded of one address and port, by a probe or from
somebody's list. All times are ISO 8601 in UTC, whole seconds, with `Z`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ProbeKind(StrEnum):
    """The GETs there are, in the order in which they are asked."""

    OWA = "owa"
    LOGON = "logon"
    MANIFEST = "manifest"
    EWS = "ews"
    BACK_END = "back-end"
    SMTP = "smtp"


class Status(StrEnum):
    """What became of one address and port."""

    IDENTIFIED = "identified"
    """Exchange, with a build."""
    BUILD_UNKNOWN = "build-unknown"
    """Exchange, and nothing says which."""
    SHIELDED = "shielded"
    """A gateway, proxy or firewall answers in its place."""
    ONLINE = "exchange-online"
    """Microsoft's cloud service answers."""
    NOT_EXCHANGE = "not-exchange"
    """Something else answered in full."""
    TLS_FAILED = "tls-failed"
    """No common TLS version or cipher: old, and nothing else is known."""
    NO_ANSWER = "no-answer"
    """Nothing came within the time allowed."""
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    """Reset, or an answer that is no HTTP, has no end or never goes on."""
    UNRESOLVED = "unresolved"
    """The name has no address."""
    NOT_ASKED = "not-asked"
    """Outside the scope, denied or opted out: nothing was sent."""
    LISTED = "listed"
    """Known from a list alone, without an answer to judge by."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address and port to ask. `names` are what to call it by, best first; may be empty.

    `target` is the operator's own word for it; `scheme` is `https` or `http`. The ports of the back
    end and of SMTP are asked only where the scope allows it. `cloud_signs` show that mail of its
    names goes to Exchange Online; that says nothing of what answers here.
    """

    target: str
    address: str
    port: int
    names: tuple[str, ...] = ()
    scheme: str = "https"
    back_end_port: int = 444
    smtp_port: int = 25
    cloud_signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What came back to one GET. Header names are in lower case, in the order received.

    `truncated`: the body went on beyond what is read.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Witness:
    """A place that names a build: dotted, without zero padding, three or four parts."""

    source: str
    build: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The facts of one response. `status` is 0 and `error` says why where none came.

    `host` is the name or address that was asked by. `signs` are reasons to take it for Exchange,
    `doubts` reasons not to trust them. `servers` are front-end and back-end names; `gateway` is the
    product that answers in Exchange's place; `redirect` the host that it sends to, if another one.
    """

    probe: ProbeKind
    host: str
    status: int
    error: str = ""
    witnesses: tuple[Witness, ...] = ()
    signs: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    gateway: str = ""
    redirect: str = ""
    online: bool = False
    hints: tuple[str, ...] = ()
    """What Exchange shows too, but others as well."""
    other: str = ""
    """What it positively is, where it is something else."""
    software: str = ""
    """The web server's own word for itself."""
    others: tuple[Witness, ...] = ()
    """Builds of other products than Exchange that its headers say."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server's certificate says; `key_bits` is 0 and texts are empty where unreadable."""

    sha256: str
    subject: str = ""
    organisation: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: str = ""
    not_after: str = ""
    key: str = ""
    key_bits: int = 0
    signature: str = ""
    self_signed: bool = False


@dataclass(frozen=True, slots=True)
class Tls:
    """How the handshake went. `error` is the library's own word where it failed.

    `second_chance`: only the client for RC4 and 3DES got through. `weak` names what is outdated.
    """

    version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None
    error: str = ""
    second_chance: bool = False
    weak: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """Several servers behind one address: their names and builds, as far as they were met."""

    servers: tuple[str, ...]
    builds: tuple[str, ...]
    mixed: bool


@dataclass(frozen=True, slots=True)
class CveEntry:
    """State of one CVE and why; the states are those of `alpheus.model.PatchState`."""

    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an imported observation comes from. `row` counts records from 1."""

    source: str
    file: str
    sha256: str
    row: int
    first_seen: str = ""
    last_seen: str = ""
    tlp: str = ""


@dataclass(slots=True)
class Conversation:
    """All that is known of an endpoint while it is asked."""

    endpoint: Endpoint
    answers: list[Answer] = field(default_factory=list)
    tls: Tls | None = None
    failure: Status | None = None
    """Why no (further) answer came; one of TLS_FAILED, NO_ANSWER, REFUSED, UNREACHABLE, BROKEN."""
    failure_text: str = ""
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What is concluded of one address and port; one JSON line.

    `exchange` is None where nothing shows whether it is. `names` are host names that it goes by,
    `servers` what Exchange calls itself. `witness` says where `build` was read. `confidence` is
    `high`, `medium` or `low`; `flags` are short words such as `mixed-pool` or `back-end-exposed`.
    `attributes` holds what an import knew and no other field takes, under its own names.
    """

    target: str
    address: str
    port: int
    names: tuple[str, ...]
    exchange: bool | None
    build: str | None
    precision: int | None
    witness: str | None
    pool: Pool | None
    cves: Mapping[str, CveEntry]
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
    provenance: Provenance | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
