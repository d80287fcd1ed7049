"""How a server is spoken to: TLS of every age, or something else instead."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from alpheus.lab.internet.behaviour import Behaviour, behaviour_of, domain_of
from alpheus.lab.internet.certificates import Identity, certificate, load
from alpheus.lab.internet.keys import Key, elliptic_key, rsa_key
from alpheus.lab.internet.kinds import KINDS
from alpheus.lab.internet.later import MOVED, NEW
from alpheus.lab.internet.mix import Mix

_AUTHORITY = "Made-up Trust Services CA 3"
_CLOUD = Identity(
    (
        "outlook.com", "*.outlook.com", "*.office365.com", "*.office.com", "outlook.office.com",
        "*.internal.outlook.com", "attachment.outlook.live.net", "*.hotmail.com", "*.live.com",
    ),
    "Microsoft Corporation", "DigiCert Cloud Services CA-1", "DigiCert Inc", "US",
)  # fmt: skip
"""As the cloud service's certificate reads; it is signed by a key of ours, and nobody trusts it."""


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
    """Keys, certificates and TLS contexts, made when they are first needed; nothing is on disk.

    What is made before processes are forked is shared by them.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}
        self._materials: dict[tuple[str, Identity], tuple[bytes, Key]] = {}

    def prepare(self, mix: Mix) -> None:
        """Make all that the servers of a mix need, so that no handshake waits for it."""
        for behaviour in _one_of_each(mix, self._seed):
            library = TRANSPORTS[behaviour.kind.transport].library
            if library == "ssl":
                self.context(behaviour)
            elif library:
                self.material(behaviour)

    def material(self, behaviour: Behaviour) -> tuple[bytes, Key]:
        """The certificate (DER) and key of a server; shared by all that have the same."""
        kind, identity = TRANSPORTS[behaviour.kind.transport].key, _identity(behaviour)
        found = self._materials.get((kind, identity))
        if found is None:
            key = _key(kind, self._seed)
            found = self._materials[kind, identity] = certificate(identity, key), key
        return found

    def context(self, behaviour: Behaviour) -> ssl.SSLContext:
        """The context of a server; shared by all that have the same certificate."""
        owner = _owner(behaviour)
        found = self._contexts.get(owner)
        if found is None:
            found = _context(TRANSPORTS[behaviour.kind.transport], behaviour.organisation)
            load(found, *self.material(behaviour))
            self._contexts[owner] = found
        return found


def _one_of_each(mix: Mix, seed: int) -> Iterator[Behaviour]:
    """Servers of a mix that have, together, all of its certificates."""
    if mix.in_turn:
        yield from (behaviour_of(one, seed, mix) for one in mix.addresses(len(mix.turn)))
        return
    kinds = dict.fromkeys(mix.kind_shares.items)
    if mix.day:
        kinds.update(dict.fromkeys((KINDS[NEW], KINDS[MOVED])))
    for kind in kinds:
        for organisation in range(mix.organisations):
            yield Behaviour("", kind, (), (), organisation)


def _owner(behaviour: Behaviour) -> tuple[str, str]:
    """What tells the certificates of servers apart: transport and owner, or the server itself."""
    way = behaviour.kind.transport
    if behaviour.kind.in_cloud:
        return way, ""
    if TRANSPORTS[way].self_signed:
        return way, f"{behaviour.servers} {behaviour.domain}"
    return way, behaviour.domain


def _identity(behaviour: Behaviour) -> Identity:
    if behaviour.kind.in_cloud:
        return _CLOUD
    if TRANSPORTS[behaviour.kind.transport].self_signed:
        server = behaviour.servers[0] if behaviour.servers else "SERVER"
        return Identity((server, f"{server}.corp.{behaviour.domain}"))
    return Identity(behaviour.names, behaviour.domain.partition(".")[0].title(), _AUTHORITY)


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
