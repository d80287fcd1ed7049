"""Keys and signatures."""

from __future__ import annotations

import hashlib

import pytest

from alpheus.lab.internet.keys import elliptic_key, rsa_key


def test_the_same_seed_makes_the_same_key() -> None:
    """Another seed, another key."""
    assert elliptic_key(1) == elliptic_key(1) != elliptic_key(2)
    assert rsa_key(1, 512, "sha1") == rsa_key(1, 512, "sha1") != rsa_key(2, 512, "sha1")


def test_the_public_point_is_on_the_curve() -> None:
    """y² = x³ - 3x + b, on P-256."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x, y = elliptic_key(5).public
    assert (y * y - x**3 + 3 * x - b) % prime == 0


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_an_rsa_signature_opens_with_the_public_key(digest: str) -> None:
    """It ends with the message's hash, behind the padding of PKCS #1."""
    key = rsa_key(3, 512, digest)
    opened = pow(int.from_bytes(key.sign(b"message")), 65537, key.modulus).to_bytes(64)
    assert opened.startswith(b"\0\1\xff")
    assert opened.endswith(hashlib.new(digest, b"message").digest())


@pytest.mark.parametrize("bits", [512, 1024])
def test_a_key_is_as_long_as_it_says(bits: int) -> None:
    """The modulus has all its bits."""
    assert rsa_key(9, bits, "sha1").modulus.bit_length() == bits
