"""What of an observation tells identity, read from its JSON without the rest.

The fields are those of `exposure.model.Observation`; to read all of it takes five times as long.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from alpheus.exposure.model import Status


class KnownCertificate(msgspec.Struct, gc=False):
    """See `exposure.model.Certificate`."""

    sha256: str
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    self_signed: bool = False


class KnownTls(msgspec.Struct, gc=False):
    """See `exposure.model.Tls`."""

    certificate: KnownCertificate | None = None


class KnownPool(msgspec.Struct, gc=False):
    """See `exposure.model.Pool`."""

    servers: tuple[str, ...]


class KnownSource(msgspec.Struct, gc=False):
    """See `exposure.model.Provenance`."""

    source: str
    first_seen: str = ""
    last_seen: str = ""


class Known(msgspec.Struct, gc=False):
    """See `exposure.model.Observation`."""

    address: str
    port: int
    names: tuple[str, ...]
    status: Status
    time: str
    build: str | None = None
    pool: KnownPool | None = None
    tls: KnownTls | None = None
    servers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    provenance: KnownSource | None = None
    attributes: Mapping[str, str] = {}
