"""Certificates of strangers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.certificate import read_certificate
from alpheus.exposure.model import Certificate

RSA, EC, DSA = "2a864886f70d010101", "2a8648ce3d0201", "2a8648ce380401"
SHA1, SHA256, MD5 = "2a864886f70d010105", "2a864886f70d01010b", "2a864886f70d010104"


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _oid(text: str) -> bytes:
    return _der(0x06, bytes.fromhex(text))


def _algorithm(text: str, *parameters: bytes) -> bytes:
    return _der(0x30, _oid(text), *(parameters or (b"\x05\x00",)))


def _name(*pairs: tuple[str, int, bytes]) -> bytes:
    return _der(
        0x30, *(_der(0x31, _der(0x30, _oid(oid), _der(tag, text))) for oid, tag, text in pairs)
    )


def _rsa(bits: int) -> bytes:
    modulus = (1 << (bits - 1) | 1).to_bytes(bits // 8 + 1, "big")
    key = _der(0x30, _der(0x02, modulus), _der(0x02, b"\x01\x00\x01"))
    return _der(0x30, _algorithm(RSA), _der(0x03, b"\0" + key))


def _names(*entries: bytes) -> bytes:
    value = _der(0x04, _der(0x30, *entries))
    return _der(0xA3, _der(0x30, _der(0x30, _oid("551d11"), _der(0x01, b"\xff"), value)))


CN = ("550403", 0x13, b"EX01")


def _certificate(
    *,
    subject: bytes = _name(CN),
    issuer: bytes = _name(CN),
    serial: bytes = b"\x01",
    signature: str = SHA1,
    times: tuple[tuple[int, bytes], ...] = ((0x17, b"210301000000Z"), (0x18, b"20510301000000Z")),
    key: bytes = _rsa(2048),
    extensions: bytes = b"",
    version: bytes = _der(0xA0, _der(0x02, b"\x02")),
) -> bytes:
    tbs = _der(
        0x30, version, _der(0x02, serial), _algorithm(signature), issuer,
        _der(0x30, *(_der(tag, text) for tag, text in times)), subject, key, extensions,
    )  # fmt: skip
    return _der(0x30, tbs, _algorithm(signature), _der(0x03, b"\0" * 257))


def test_what_setup_makes() -> None:
    """The self-signed certificate of Exchange's setup names the server and its domain."""
    extensions = _names(
        _der(0x82, b"EX01"), _der(0x82, b"ex01.corp.example"), _der(0x87, b"\x0a\0\0\x01"),
        _der(0x81, b"a@b.example"),
    )  # fmt: skip
    found = read_certificate(_certificate(extensions=extensions))
    assert found == Certificate(
        sha256=found.sha256, subject="CN=EX01", organisation="", issuer="CN=EX01",
        names=("EX01", "ex01.corp.example", "10.0.0.1"), not_before="2021-03-01T00:00:00Z",
        not_after="2051-03-01T00:00:00Z", key="RSA", key_bits=2048, signature="RSA-SHA1",
        self_signed=True,
    )  # fmt: skip
    assert len(found.sha256) == 64


def test_an_issued_one() -> None:
    """Organisation, issuer and further attributes, in the order of the certificate."""
    subject = _name(
        ("550406", 0x13, b"DE"), ("55040a", 0x0C, "Stadt Köln".encode()), ("2a0304", 0x0C, b"x"),
        ("550403", 0x0C, b"mail.example.com"),
    )  # fmt: skip
    found = read_certificate(_certificate(subject=subject, issuer=_name(("550403", 12, b"CA"))))
    assert found.subject == "C=DE, O=Stadt Köln, 1.2.3.4=x, CN=mail.example.com"
    assert (found.organisation, found.issuer) == ("Stadt Köln", "CN=CA")
    assert found.names == ("mail.example.com",)
    assert not found.self_signed


@pytest.mark.parametrize(
    ("tag", "content", "text"),
    [
        (0x1E, "Ünï".encode("utf-16-be"), "Ünï"),
        (0x1C, "Ünï".encode("utf-32-be"), "Ünï"),
        (0x14, "Ünï".encode("latin-1"), "Ünï"),
        (0x0C, b"\xff\xfe", "\ufffd\ufffd"),
        (0x02, b"\x01\x02", "0102"),
        (0x13, b"x" * 999, "x" * 256),
    ],
)
def test_odd_types_of_text(tag: int, content: bytes, text: str) -> None:
    """Every string type is read, wrong ones are shown in hexadecimal, long ones are cut."""
    found = read_certificate(_certificate(subject=_name(("55040a", tag, content))))
    assert found.organisation == text


@pytest.mark.parametrize("bits", [512, 1024, 2048, 4096])
def test_sizes_of_keys(bits: int) -> None:
    """Also those that no library accepts any more."""
    assert read_certificate(_certificate(key=_rsa(bits))).key_bits == bits


def test_kinds_of_keys() -> None:
    """Elliptic curves by name, DSA by its prime, Ed25519, and those nobody knows."""
    curve = _der(0x30, _algorithm(EC, _oid("2a8648ce3d030107")), _der(0x03, b"\0\4"))
    prime = _der(0x02, b"\0\x80" + bytes(127))
    dsa = _der(0x30, _algorithm(DSA, _der(0x30, prime)), _der(0x03, b"\0"))
    edwards = _der(0x30, _der(0x30, _oid("2b6570")), _der(0x03, b"\0"))
    unknown = _der(0x30, _algorithm("2a030405"), _der(0x03, b"\0"))
    found = [read_certificate(_certificate(key=key)) for key in (curve, dsa, edwards, unknown)]
    assert [(one.key, one.key_bits) for one in found] == [
        ("EC", 256), ("DSA", 1024), ("Ed25519", 256), ("1.2.3.4.5", 0),
    ]  # fmt: skip


def test_signatures() -> None:
    """By the usual names; by number if there is none."""
    words = [read_certificate(_certificate(signature=s)).signature for s in (SHA256, MD5, "2a03")]
    assert words == ["RSA-SHA256", "RSA-MD5", "1.2.3"]


def test_what_strict_readers_refuse() -> None:
    """Negative and endless serials, no name at all, version 1, a certificate of no duration."""
    for odd in (
        _certificate(serial=b"\xff\x01"),
        _certificate(serial=b"\x01" * 300),
        _certificate(version=b""),
    ):
        assert read_certificate(odd).names == ("EX01",)
    found = read_certificate(_certificate(subject=_name(), issuer=_name()))
    assert (found.subject, found.names, found.key_bits) == ("", (), 2048)
    assert read_certificate(_certificate(times=())).not_after == ""


@pytest.mark.parametrize(
    ("tag", "content", "text"),
    [
        (0x17, b"500101000000Z", "1950-01-01T00:00:00Z"),
        (0x17, b"4901010000Z", "2049-01-01T00:00:00Z"),
        (0x17, b"210301013000+0130", "2021-03-01T00:00:00Z"),
        (0x18, b"20210301000000.5Z", "2021-03-01T00:00:00Z"),
        (0x17, b"211301000000Z", ""),
        (0x18, b"00000101000000Z", ""),
        (0x17, b"\xff", ""),
        (0x18, b"00010101000000+2359", ""),
    ],
)
def test_times(tag: int, content: bytes, text: str) -> None:
    """Both types, in UTC; what is no time is empty."""
    assert read_certificate(_certificate(times=((tag, content),))).not_before == text


def test_what_was_read_before_a_fault_is_kept() -> None:
    """A certificate that is broken at its end still names its server."""
    broken = _certificate(extensions=_der(0xA3, b"\x30\x84\xff\xff\xff\xff"))
    assert read_certificate(broken).subject == "CN=EX01"
    whole = _certificate()
    assert read_certificate(whole[:-300]).subject in {"", "CN=EX01"}


def test_many_names_are_bounded() -> None:
    """A certificate of a content network names hundreds."""
    entries = [_der(0x82, b"h%d.example" % number) for number in range(5000)]
    assert len(read_certificate(_certificate(extensions=_names(*entries))).names) == 200


@given(st.binary(max_size=400))
def test_random_bytes_never_raise(der: bytes) -> None:
    """Whatever it is, there is a hash of it."""
    assert len(read_certificate(der).sha256) == 64


@given(st.data())
def test_damaged_certificates_never_raise(data: st.DataObject) -> None:
    """Each byte may be any other."""
    der = bytearray(_certificate(extensions=_names(_der(0x82, b"a.example"))))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(der) - 1))
        der[at] = data.draw(st.integers(0, 255))
    assert isinstance(read_certificate(bytes(der)), Certificate)


def test_deep_and_long_certificates_cost_no_time() -> None:
    """Nesting is not followed, and empty elements without end are walked once."""
    began = time.process_time()
    deep = b"\x05\x00"
    for _ in range(2000):
        deep = _der(0x30, deep)
    read_certificate(deep)
    read_certificate(_certificate(subject=_der(0x30, b"\x31\x00" * 100_000)))
    assert time.process_time() - began < 2
