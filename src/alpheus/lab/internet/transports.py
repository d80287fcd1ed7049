"""How a server is spoken to: TLS of every age, or something else instead."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from alpheus.lab.internet.behaviour import Behaviour, domain_of
from alpheus.lab.internet.certificates import Identity, certificate, load
from alpheus.lab.internet.keys import Key, elliptic_key, rsa_key

_AUTHORITY = "Made-up Trust Services CA 3"


@dataclass(frozen=True, slots=True)
class Transport:
    """One way. `library` is `ssl`, `tlslite` or empty (no TLS).

    `key` is `ecdsa` or the bits and hash of an RSA key; `lowest` and `highest` are versions of TLS.
    `opening` says what happens to a connection: `tls`, `plain`, `hold`, `reset`, `close`, `noise`.
    """

    opening: str = "tls"
    library: str = "ssl"
    key: str = "ecdsa"
    lowest: str = "TLSv1_2"
    highest: str = "TLSv1_3"
    ciphers: str = ""
    self_signed: bool = False
    name_required: bool = False
    secure_renegotiation: bool = True


TRANSPORTS: Mapping[str, Transport] = {
    "ecdsa": Transport(highest="TLSv1_2"),
    "modern": Transport(),
    "rsa": Transport(key="2048-sha256", highest="TLSv1_2"),
    "self-signed": Transport(key="2048-sha1", highest="TLSv1_2", self_signed=True),
    "sni": Transport(highest="TLSv1_2", name_required=True),
    "tls10": Transport(key="2048-sha1", lowest="TLSv1", highest="TLSv1"),
    "tls10-rsa1024": Transport(key="1024-sha1", lowest="TLSv1", highest="TLSv1", self_signed=True),
    "rsa1024-sha1": Transport(key="1024-sha1", highest="TLSv1_2", self_signed=True),
    "no-rfc5746": Transport(
        library="tlslite", key="2048-sha256", highest="TLSv1_2", secure_renegotiation=False
    ),
    "tls10-no-rfc5746": Transport(
        library="tlslite",
        key="1024-sha1",
        lowest="TLSv1",
        highest="TLSv1",
        secure_renegotiation=False,
    ),
    "rc4": Transport(
        library="tlslite", key="1024-sha1", lowest="TLSv1", highest="TLSv1", ciphers="rc4"
    ),
    "3des": Transport(
        library="tlslite", key="1024-sha1", lowest="TLSv1", highest="TLSv1", ciphers="3des"
    ),
    "ssl3": Transport(
        library="tlslite", key="1024-sha1", lowest="SSLv3", highest="SSLv3", ciphers="3des rc4"
    ),
    "plain": Transport(opening="plain", library=""),
    "tarpit": Transport(opening="hold", library=""),
    "black-hole": Transport(opening="hold", library=""),
    "reset": Transport(opening="reset", library=""),
    "closed": Transport(opening="close", library=""),
    "garbage": Transport(opening="noise", library=""),
}
"""The ways by name. Windows speaks TLS 1.3 from Server 2022 on, thus Exchange hardly ever."""


class Credentials:
    """Keys, certificates and TLS contexts, made when they are first needed; nothing is on disk."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}

    def prepare(self, transport: str) -> None:
        """Make the key of a way beforehand, so that processes which are forked share it."""
        if TRANSPORTS[transport].opening == "tls":
            _key(TRANSPORTS[transport].key, self._seed)

    def material(self, behaviour: Behaviour) -> tuple[bytes, Key]:
        """The certificate (DER) and key of a server."""
        kind = TRANSPORTS[behaviour.kind.transport]
        key = _key(kind.key, self._seed)
        server = behaviour.servers[0] if behaviour.servers else "SERVER"
        if kind.self_signed:
            names = (server, f"{server}.corp.{behaviour.domain}")
            return certificate(Identity(names), key), key
        identity = Identity(behaviour.names, behaviour.domain.partition(".")[0].title(), _AUTHORITY)
        return certificate(identity, key), key

    def context(self, behaviour: Behaviour) -> ssl.SSLContext:
        """The context of a server; shared by all that have the same certificate."""
        transport = TRANSPORTS[behaviour.kind.transport]
        owner = behaviour.domain
        if transport.self_signed:
            owner = f"{behaviour.servers} {behaviour.domain}"
        found = self._contexts.get((behaviour.kind.transport, owner))
        if found is None:
            found = _context(transport, behaviour.organisation)
            load(found, *self.material(behaviour))
            self._contexts[behaviour.kind.transport, owner] = found
        return found


@lru_cache(maxsize=32)
def _key(kind: str, seed: int) -> Key:
    if kind == "ecdsa":
        return elliptic_key(seed)
    bits, _, digest = kind.partition("-")
    return rsa_key(seed, int(bits), digest)


def _context(transport: Transport, organisation: int) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 1
    with warnings.catch_warnings():
        # Old versions are the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion[transport.lowest]
        context.maximum_version = ssl.TLSVersion[transport.highest]
    if transport.key != "ecdsa":
        context.set_ciphers("ALL:@SECLEVEL=0")
    if transport.name_required:
        known = (f"mail.{domain_of(organisation)}", f"autodiscover.{domain_of(organisation)}")
        context.sni_callback = _name_check(known)
    return context


def _name_check(known: tuple[str, ...]) -> Callable[..., int | None]:
    def check(_: object, name: str | None, __: object) -> int | None:
        return None if name in known else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    return check
