"""Certificates, whole X.509 but for their signature, which is of nothing: nobody checks it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from random import Random

from alpheus.lab.country.calendar import START, iso
from alpheus.lab.country.model import Certificate
from alpheus.lab.internet import der

ISSUERS = ("Made-up Trust CA 1", "Made-up Trust CA 2", "Free Invented CA R3", "Example SSL CA 4")
_POINT = (
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""The generator of P-256: a public key whose private key everybody knows."""


def make(
    rng: Random,
    names: Sequence[str],
    *,
    organisation: str = "",
    issuer: str = "",
    age: int = 200,
    days: int = 397,
) -> Certificate:
    """A certificate for these names, the first of them its subject; no issuer means self-signed.

    `age` is the day before the first of the simulation on which it began; negative: after.
    """
    begins = START - timedelta(days=age)
    ends = begins + timedelta(days=days)
    serial = rng.getrandbits(120)
    subject = _name(names[0], organisation)
    body = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(serial),
        _algorithm(),
        _name(issuer, "Made-up Trust Services") if issuer else subject,
        der.sequence(der.time(begins), der.time(ends)),
        subject,
        _public_key(),
        der.explicit(3, der.sequence(_alternative_names(names))),
    )
    signature = der.sequence(der.integer(rng.getrandbits(255)), der.integer(rng.getrandbits(255)))
    whole = der.sequence(body, _algorithm(), der.bit_string(signature))
    return Certificate(
        hashlib.sha256(whole).hexdigest(), whole, names[0], organisation, issuer, tuple(names),
        serial, iso(begins), iso(ends),
    )  # fmt: skip


def alternative_names(names: Sequence[str]) -> bytes:
    """The value of the extension that lists DNS names."""
    return der.sequence(*(der.value(0x82, name.encode("ascii")) for name in names))


def _alternative_names(names: Sequence[str]) -> bytes:
    return der.sequence(
        der.object_identifier("2.5.29.17"), der.octet_string(alternative_names(names))
    )


@lru_cache(maxsize=1)
def _algorithm() -> bytes:
    return der.sequence(der.object_identifier("1.2.840.10045.4.3.2"))


@lru_cache(maxsize=1)
def _public_key() -> bytes:
    kind = der.sequence(
        der.object_identifier("1.2.840.10045.2.1"), der.object_identifier("1.2.840.10045.3.1.7")
    )
    return der.sequence(kind, der.bit_string(b"\x04" + bytes.fromhex(_POINT)))


def _name(common_name: str, organisation: str) -> bytes:
    parts = [_attribute("2.5.4.10", organisation)] if organisation else []
    return der.sequence(*parts, _attribute("2.5.4.3", common_name))


@lru_cache(maxsize=64)
def _identifier(dotted: str) -> bytes:
    return der.object_identifier(dotted)


def _attribute(kind: str, text: str) -> bytes:
    return der.set_of(der.sequence(_identifier(kind), der.text(text)))
