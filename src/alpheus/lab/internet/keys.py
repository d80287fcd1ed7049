"""Keys and signatures for certificates of simulated servers, in plain Python.

They are made at run time from a seed, live in memory and protect nothing: no library for keys is
needed, and the old and weak kinds can be made that libraries refuse. Never use them for anything
that matters.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from functools import cache
from random import Random

from alpheus.lab.internet import der

_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
"""The curve P-256 of FIPS 186-4."""

_EXPONENT = 65537
_SMALL_PRIMES = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, n, 2)))
_HASHES = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha1": "1.3.14.3.2.26",
    "md5": "1.2.840.113549.2.5",
}
_RSA_SIGNATURES = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha1": "1.2.840.113549.1.1.5",
    "md5": "1.2.840.113549.1.1.4",
}
_Point = tuple[int, int] | None


def _add(left: _Point, right: _Point) -> _Point:
    if left is None or right is None:
        return left or right
    if left[0] == right[0]:
        if (left[1] + right[1]) % _PRIME == 0:
            return None
        slope = (3 * left[0] * left[0] - 3) * pow(2 * left[1], -1, _PRIME)
    else:
        slope = (right[1] - left[1]) * pow(right[0] - left[0], -1, _PRIME)
    across = (slope * slope - left[0] - right[0]) % _PRIME
    return across, (slope * (left[0] - across) - left[1]) % _PRIME


@cache
def _doublings() -> tuple[_Point, ...]:
    """The base point, twice it, four times it, and so on."""
    point: _Point = _BASE
    found = [point]
    for _ in range(255):
        point = _add(point, point)
        found.append(point)
    return tuple(found)


def _multiply_base(factor: int) -> tuple[int, int]:
    total: _Point = None
    for bit, point in enumerate(_doublings()):
        if factor >> bit & 1:
            total = _add(total, point)
    assert total is not None
    return total


@dataclass(frozen=True, slots=True)
class EllipticKey:
    """A key on P-256."""

    secret: int
    public: tuple[int, int]

    def _point(self) -> bytes:
        return b"\x04" + self.public[0].to_bytes(32) + self.public[1].to_bytes(32)

    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        algorithm = der.sequence(
            der.object_identifier("1.2.840.10045.2.1"),
            der.object_identifier("1.2.840.10045.3.1.7"),
        )
        return der.sequence(algorithm, der.bit_string(self._point()))

    def private_key(self) -> tuple[str, bytes]:
        """Label of the PEM block and its content (RFC 5915), DER."""
        curve = der.object_identifier("1.2.840.10045.3.1.7")
        content = der.sequence(
            der.integer(1),
            der.octet_string(self.secret.to_bytes(32)),
            der.explicit(0, curve),
            der.explicit(1, der.bit_string(self._point())),
        )
        return "EC PRIVATE KEY", content

    def algorithm(self) -> bytes:
        """AlgorithmIdentifier of its signatures: ECDSA with SHA-256."""
        return der.sequence(der.object_identifier("1.2.840.10045.4.3.2"))

    def sign(self, message: bytes) -> bytes:
        """An ECDSA signature whose nonce comes from key and message: the same each time."""
        digest = hashlib.sha256(message).digest()
        counter = 0
        while True:
            drawn = hmac.digest(self.secret.to_bytes(32), digest + bytes([counter]), "sha256")
            nonce = int.from_bytes(drawn) % _ORDER
            counter += 1
            if not nonce:
                continue
            first = _multiply_base(nonce)[0] % _ORDER
            second = pow(nonce, -1, _ORDER) * (int.from_bytes(digest) + first * self.secret)
            if first and second % _ORDER:
                return der.sequence(der.integer(first), der.integer(second % _ORDER))


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA key and the hash that it signs with: `sha256`, `sha1` or `md5`."""

    first: int
    second: int
    digest: str

    @property
    def modulus(self) -> int:
        """The public modulus."""
        return self.first * self.second

    @property
    def exponent(self) -> int:
        """The private exponent."""
        return pow(_EXPONENT, -1, math.lcm(self.first - 1, self.second - 1))

    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        key = der.sequence(der.integer(self.modulus), der.integer(_EXPONENT))
        algorithm = der.sequence(der.object_identifier("1.2.840.113549.1.1.1"), der.null())
        return der.sequence(algorithm, der.bit_string(key))

    def private_key(self) -> tuple[str, bytes]:
        """Label of the PEM block and its content (RFC 8017), DER."""
        secret = self.exponent
        numbers = (
            0,
            self.modulus,
            _EXPONENT,
            secret,
            self.first,
            self.second,
            secret % (self.first - 1),
            secret % (self.second - 1),
            pow(self.second, -1, self.first),
        )
        return "RSA PRIVATE KEY", der.sequence(*map(der.integer, numbers))

    def algorithm(self) -> bytes:
        """AlgorithmIdentifier of its signatures."""
        return der.sequence(der.object_identifier(_RSA_SIGNATURES[self.digest]), der.null())

    def sign(self, message: bytes) -> bytes:
        """A signature of PKCS #1 version 1.5."""
        length = (self.modulus.bit_length() + 7) // 8
        info = der.sequence(
            der.sequence(der.object_identifier(_HASHES[self.digest]), der.null()),
            der.octet_string(hashlib.new(self.digest, message).digest()),
        )
        padded = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
        return self._power(int.from_bytes(padded)).to_bytes(length)

    def _power(self, number: int) -> int:
        """`number` to the private exponent: modulo each prime, then put together (RFC 8017)."""
        secret = self.exponent
        first = pow(number, secret % (self.first - 1), self.first)
        second = pow(number, secret % (self.second - 1), self.second)
        more = (first - second) * pow(self.second, -1, self.first) % self.first
        return second + more * self.second


Key = EllipticKey | RsaKey


def elliptic_key(seed: int) -> EllipticKey:
    """A key on P-256; the same for the same seed."""
    rng = Random(f"elliptic {seed}")  # noqa: S311 - it protects nothing
    secret = rng.randrange(1, _ORDER)
    return EllipticKey(secret, _multiply_base(secret))


def rsa_key(seed: int, bits: int, digest: str) -> RsaKey:
    """A key of so many bits that signs with that hash; the same for the same seed."""
    return RsaKey(*_primes(seed, bits), digest)


@cache
def _primes(seed: int, bits: int) -> tuple[int, int]:
    """Two primes, the larger one first, whose product has so many bits."""
    rng = Random(f"rsa {bits} {seed}")  # noqa: S311 - it protects nothing
    first = _prime(rng, bits // 2)
    second = _prime(rng, bits // 2)
    while second == first:
        second = _prime(rng, bits // 2)
    return max(first, second), min(first, second)


def _prime(rng: Random, bits: int) -> int:
    while True:
        # The two highest bits are set, so that a product of two has its full length.
        number = rng.getrandbits(bits) | 3 << (bits - 2) | 1
        if (number - 1) % _EXPONENT and _is_prime(number, rng):
            return number


def _is_prime(number: int, rng: Random) -> bool:
    if any(number % prime == 0 for prime in _SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    return all(_witness(rng.randrange(2, number - 1), odd, twos, number) for _ in range(8))


def _witness(base: int, odd: int, twos: int, number: int) -> bool:
    """One round of Miller and Rabin: True where `base` does not show that it is composite."""
    value = pow(base, odd, number)
    if value in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        value = value * value % number
        if value == number - 1:
            return True
    return False
