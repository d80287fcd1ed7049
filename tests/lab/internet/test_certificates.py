"""Certificates."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import pytest

from alpheus.lab.internet.certificates import Identity, certificate, key_files, load
from alpheus.lab.internet.keys import Key, elliptic_key, rsa_key

IDENTITY = Identity(("mail.alder.example", "autodiscover.alder.example"), "Alder")


@pytest.mark.parametrize("key", [elliptic_key(1), rsa_key(1, 1024, "sha256")], ids=["ec", "rsa"])
def test_a_client_that_trusts_it_accepts_it(key: Key, tmp_path: Path) -> None:
    """OpenSSL verifies signature and name of a certificate that signs itself."""
    content = certificate(IDENTITY, key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("ALL:@SECLEVEL=0")
    load(server, content, key)
    client = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(content))
    client.set_ciphers("ALL:@SECLEVEL=0")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname="autodiscover.alder.example")
    other = server.wrap_bio(to_server, to_client, server_side=True)
    for end in (one, other, one, other):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    assert one.getpeercert()["subjectAltName"] == tuple(("DNS", name) for name in IDENTITY.names)


def test_it_is_the_same_each_time() -> None:
    """Processes that were started apart show the same certificate."""
    key = elliptic_key(1)
    assert certificate(IDENTITY, key) == certificate(IDENTITY, elliptic_key(1))
    other = Identity(("mail.birch.example",), "Birch")
    assert certificate(other, key) != certificate(IDENTITY, key)


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="modes of POSIX")
def test_files_are_for_this_user_and_for_a_moment() -> None:
    """Nobody else can read them, and nothing is left."""
    key = elliptic_key(1)
    with key_files(certificate(IDENTITY, key), key) as paths:
        for path in paths:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not paths[0].parent.exists()
