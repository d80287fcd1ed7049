"""JSON lines of observations read back, quickly: only what counts and tables need.

The states of CVEs are most of a line and the same for all servers of a build, so that each text of
them is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from alpheus.errors import AlpheusError
from alpheus.exposure.model import CveEntry, Provenance, Status
from alpheus.exposure.output.causes import cause_of
from alpheus.exposure.output.names import CHIEF

_CACHED = 16_384

States = tuple[tuple[str, str], ...]
"""CVEs and their states, in the order of the line."""


class LineError(AlpheusError, ValueError):
    """A line that is no observation."""


class CertificatePart(msgspec.Struct, gc=False):
    """What is needed of a certificate."""

    sha256: str = ""
    subject: str = ""
    organisation: str = ""


class TlsPart(msgspec.Struct, gc=False):
    """What is needed of a handshake."""

    version: str = ""
    certificate: CertificatePart | None = None


class PoolPart(msgspec.Struct, gc=False):
    """What is needed of a pool."""

    servers: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    mixed: bool = False


class Line(msgspec.Struct, gc=False):
    """One observation; see `exposure.model.Observation`. `cves` and `attributes` are unread."""

    target: str
    address: str
    port: int
    status: Status
    exchange: bool | None
    names: tuple[str, ...] = ()
    build: str | None = None
    precision: int | None = None
    pool: PoolPart | None = None
    cves: msgspec.Raw = msgspec.Raw(b"{}")
    tls: TlsPart | None = None
    reason: str = ""
    requests: int = 0
    time: str = ""
    product: str = ""
    confidence: str = ""
    servers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    provenance: Provenance | None = None
    attributes: msgspec.Raw = msgspec.Raw(b"{}")


class Facts(NamedTuple):
    """What of an observation is counted; the same for many.

    `cause` is why the chief CVE stays open, '' where it does not (see `output.causes`).
    """

    status: Status
    exchange: bool | None
    build: str | None
    states: States
    flags: tuple[str, ...]
    tls: str
    cause: str

    def state(self, cve: str) -> str:
        """The state of a CVE; '' if nothing is said of it."""
        return next((state for name, state in self.states if name == cve), "")


class LineReader:
    """Reads lines. `chief` is the CVE whose open states are told apart by their cause."""

    def __init__(self, chief: str = CHIEF) -> None:
        self._chief = chief
        self._decoder = msgspec.json.Decoder(Line)
        self._cves = msgspec.json.Decoder(dict[str, CveEntry])
        self._entries: dict[bytes, tuple[Mapping[str, CveEntry], States]] = {}

    def read(self, line: bytes) -> Line:
        """An observation. Raises LineError."""
        try:
            return self._decoder.decode(line)
        except (msgspec.MsgspecError, ValueError) as error:
            raise LineError(str(error)) from error

    def entries(self, line: Line) -> Mapping[str, CveEntry]:
        """State and reason of each CVE. Raises LineError."""
        return self._read_cves(line)[0]

    def facts(self, line: Line) -> Facts:
        """What is counted of it. Raises LineError."""
        states = self._read_cves(line)[1]
        open_ = line.exchange is True and (self._chief, "undetermined") in states
        cause = ""
        if open_:
            pool = line.pool is not None
            cause = cause_of(self._chief, line.status, line.build, line.flags, pool=pool)
        return Facts(
            line.status, line.exchange, line.build, states, line.flags,
            line.tls.version if line.tls else "", cause,
        )  # fmt: skip

    def _read_cves(self, line: Line) -> tuple[Mapping[str, CveEntry], States]:
        raw = bytes(line.cves)
        found = self._entries.get(raw)
        if found is None:
            try:
                entries = self._cves.decode(raw)
            except msgspec.MsgspecError as error:
                raise LineError(str(error)) from error
            states = tuple((cve, entry.state) for cve, entry in entries.items())
            found = entries, states
            if len(self._entries) >= _CACHED:
                self._entries.clear()
            self._entries[raw] = found
        return found
