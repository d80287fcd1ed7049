"""Certificates."""

from __future__ import annotations

import hashlib
from random import Random

from alpheus.exposure.certificate import read_certificate
from alpheus.lab.country import certificates


def test_it_is_read_as_what_it_is() -> None:
    """Names, dates, issuer and hash are those of the bytes."""
    made = certificates.make(
        Random(1), ("mail.a.example", "autodiscover.a.example"), organisation="Ä & Co.",
        issuer="Some CA", age=10, days=30,
    )  # fmt: skip
    found = read_certificate(made.der)
    assert made.sha256 == found.sha256 == hashlib.sha256(made.der).hexdigest()
    assert found.names == made.names
    assert found.organisation == "Ä & Co."
    assert (found.not_before, found.not_after) == (made.not_before, made.not_after)
    assert made.not_before == "2021-02-19T00:00:00Z"
    assert "Some CA" in found.issuer
    assert not found.self_signed
    assert not made.self_signed


def test_exchanges_own_is_self_signed() -> None:
    """Its subject is the server's short name; two of the same name are two certificates."""
    rng = Random(1)
    one, two = (certificates.make(rng, ("EXCH01", "exch01.x.local")) for _ in range(2))
    assert read_certificate(one.der).self_signed
    assert one.common_name == two.common_name == "EXCH01"
    assert one.sha256 != two.sha256
