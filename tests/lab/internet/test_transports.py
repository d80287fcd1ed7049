"""Ways to speak."""

from __future__ import annotations

import socket
import ssl

import pytest

from alpheus.lab.internet import mix_on, transports
from alpheus.lab.internet.behaviour import address_of, behaviour_of
from alpheus.lab.internet.mix import MIXES, Mix
from alpheus.lab.internet.transports import TRANSPORTS, Credentials

MIX = MIXES["every-kind"]


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("exchange-2016", "TLSv1.2"),
        ("tls-modern", "TLSv1.3"),
        ("tls-rsa", "TLSv1.2"),
        ("tls-self-signed", "TLSv1.2"),
        ("tls-tls10", "TLSv1"),
        ("tls-tls10-rsa1024", "TLSv1"),
        ("tls-rsa1024-sha1", "TLSv1.2"),
    ],
)
def test_versions(internet, client, kind: str, version: str) -> None:
    """A client that speaks all of them gets the one that the server has."""
    answered = client.get(internet.address(kind), internet.port)
    assert (answered.version, answered.status) == (version, 302)


@pytest.mark.parametrize("kind", ["tls-tls10", "tls-tls10-rsa1024"])
def test_a_modern_client_is_refused_by_tls_1_0(internet, kind: str) -> None:
    """With the defaults of today the handshake fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((internet.address(kind), internet.port), timeout=5) as sock,
        pytest.raises(ssl.SSLError, match=r"(?i)version|protocol"),
    ):
        context.wrap_socket(sock)


def test_a_name_is_wanted(internet, client) -> None:
    """Without the right one the handshake ends with an alert."""
    address = internet.address("virtual-host-sni")
    name = internet.truth(address).names[0]
    for wrong in ("", "other.example"):
        with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
            client.get(address, internet.port, host=wrong)
    assert client.get(address, internet.port, host=name).status == 302


def test_http_on_the_port(internet, client) -> None:
    """It answers without TLS, and bytes of TLS with an error in HTTP."""
    address = internet.address("http-on-port")
    assert client.get(address, internet.port, plain=True).status == 302
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        client.get(address, internet.port)


def test_contexts_are_shared_by_those_with_the_same_certificate() -> None:
    """A country needs no more of them than it has certificates."""
    credentials = Credentials(1)
    plain = MIXES["plain"]
    behaviours = [behaviour_of(address, 1, plain) for address in plain.addresses(300)]
    assert len({id(credentials.context(one)) for one in behaviours}) <= plain.organisations


def test_two_processes_show_the_same_certificate() -> None:
    """Keys come from the seed."""
    behaviour = behaviour_of(address_of("exchange-2016", MIX), 1, MIX)
    first, _ = Credentials(1).material(behaviour)
    assert first == Credentials(1).material(behaviour)[0] != Credentials(2).material(behaviour)[0]


@pytest.mark.parametrize("mix", [*MIXES.values(), mix_on("plain", 300)])
def test_all_can_be_made_beforehand(monkeypatch: pytest.MonkeyPatch, mix: Mix) -> None:
    """No server of a mix needs a key, certificate or context that `prepare` did not make."""
    prepared = Credentials(1)
    prepared.prepare(mix)

    def refuse(*_: object) -> None:
        raise AssertionError

    for made in ("certificate", "load", "_context", "_key"):
        monkeypatch.setattr(transports, made, refuse)
    for address in mix.addresses(len(mix.turn) if mix.in_turn else 3000):
        behaviour = behaviour_of(address, 1, mix)
        library = TRANSPORTS[behaviour.kind.transport].library
        if library == "ssl":
            prepared.context(behaviour)
        elif library:
            prepared.material(behaviour)


def test_the_cloud_has_a_certificate_of_its_own() -> None:
    """All that play the cloud have the same; what hands it on shows its owner's."""
    cloud = [behaviour_of(address_of("exchange-online", MIX, turn=n), 1, MIX) for n in range(2)]
    foreign = behaviour_of(address_of("exchange-online-foreign", MIX), 1, MIX)
    credentials = Credentials(1)
    content, _ = credentials.material(cloud[0])
    assert content == credentials.material(cloud[1])[0]
    assert b"*.outlook.com" in content
    assert b"Microsoft Corporation" in content
    assert foreign.domain.encode() in credentials.material(foreign)[0]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("trouble-tarpit", "timed out"),
        ("trouble-black-hole", "timed out"),
        ("trouble-reset", "reset|Broken pipe|not connected"),
        ("trouble-closed", "EOF|reset"),
        ("trouble-garbage", "WRONG_VERSION_NUMBER"),
    ],
)
def test_no_handshake_at_all(internet, client, kind: str, error: str) -> None:
    """Silence, a reset, an end, or noise."""
    patience = 0.5 if error == "timed out" else 20
    with (
        pytest.raises(OSError, match=error),
        socket.create_connection((internet.address(kind), internet.port), timeout=patience) as sock,
    ):
        _shake_hands(client.context, sock)


def _shake_hands(context: ssl.SSLContext, sock: socket.socket) -> None:
    """In memory: a socket of `ssl` whose handshake fails at once is left open by its maker."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing)
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            sock.sendall(outgoing.read())
            if data := sock.recv(10_000):
                incoming.write(data)
            else:
                incoming.write_eof()
        else:
            return
