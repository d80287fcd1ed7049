"""Internet addresses as numbers."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.addresses import (
    SPECIAL,
    Range,
    embedded,
    read_address,
    read_range,
    write_address,
    write_range,
)

ADDRESSES = st.ip_addresses()


@given(ADDRESSES)
def test_an_address_survives_reading_and_writing(address):
    """Any spelling gives the number that the standard library gives."""
    number = int(address)
    if address.version == 6 and address.ipv4_mapped:
        assert read_address(str(address)) == (4, int(address.ipv4_mapped))
        return
    for text in (str(address), address.exploded, str(address).upper()):
        assert read_address(text) == (address.version, number)
    assert ipaddress.ip_address(write_address(address.version, number)) == address


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("::ffff:192.0.2.1", (4, 0xC0000201)),
        ("::FFFF:C000:0201", (4, 0xC0000201)),
        ("[2001:db8::1]", (6, 0x20010DB8000000000000000000000001)),
        ("fe80::1%eth0", (6, 0xFE80 << 112 | 1)),
        ("0:0:0:0:0:0:0:1", (6, 1)),
    ],
)
def test_unusual_spellings_are_read(text, number):
    """Brackets, zones, capitals, and IPv4 inside IPv6, which is that IPv4 address."""
    assert read_address(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "127.1", "127.0.0.01", "0x7f000001", "2130706433", "127.0.0.1.", " 127.0.0.1", "1.2.3.256",
     "::1::", "[::1", "::1]", "example.org", "127.0.0.1\0",
     "\uff11\uff12\uff17.0.0.1", ":", "\udc80"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    """Spellings that programs understand differently are none."""
    with pytest.raises(ValueError, match="no IP address"):
        read_address(text)


@given(st.text(alphabet="0123456789abcdef.:/-%[] x", max_size=40))
def test_any_text_is_a_range_or_refused(text):
    """A range that is read has its ends in order, and reads again from what is written."""
    try:
        span = read_range(text)
    except ValueError:
        return
    assert 0 <= span.first <= span.last < 1 << {4: 32, 6: 128}[span.version]
    assert read_range(write_range(span), strict=True) == span


@given(ADDRESSES, st.integers(0, 128))
def test_networks_agree_with_the_standard_library(address, prefix):
    """A prefix cuts where it does everywhere."""
    if prefix > address.max_prefixlen or (address.version == 6 and address.ipv4_mapped):
        return
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    expected = Range(address.version, int(network[0]), int(network[-1]))
    assert read_range(f"{address}/{prefix}") == expected
    assert read_range(write_range(expected)) == expected


@pytest.mark.parametrize(
    ("text", "written", "size"),
    [
        ("192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9", 9),
        ("192.0.2.1-9", "192.0.2.1-192.0.2.9", 9),
        ("192.0.2.0 - 192.0.2.255", "192.0.2.0/24", 256),
        ("2001:db8::1-f", "2001:db8::1-2001:db8::f", 15),
        ("192.0.2.7/24", "192.0.2.0/24", 256),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24", 256),
        ("192.0.2.1/32", "192.0.2.1", 1),
    ],
)
def test_ranges_are_read_as_people_write_them(text, written, size):
    """Networks, two ends, and a second end without what it shares with the first."""
    span = read_range(text)
    assert (write_range(span), span.size) == (written, size)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("192.0.2.0/33", "0 to 32"),
        ("::/129", "0 to 128"),
        ("::ffff:192.0.2.0/90", "0 to 32"),
        ("192.0.2.0/", "no prefix length"),
        ("192.0.2.0/255.255.255.0", "no prefix length"),
        ("192.0.2.9-192.0.2.1", "ends before it begins"),
        ("192.0.2.1-::1", "other"),
        ("192.0.2.1-300", "no IP address"),
        ("a-b", "no IP address"),
    ],
)
def test_wrong_ranges_say_why(text, reason):
    """The message names what is wrong."""
    with pytest.raises(ValueError, match=reason):
        read_range(text)


def test_a_strict_network_has_no_bits_beyond_its_prefix():
    """It could be the address or the network that is meant."""
    with pytest.raises(ValueError, match=r"192\.0\.2\.0/24; write one or the other"):
        read_range("192.0.2.5/24", strict=True)
    assert read_range("192.0.2.0/24", strict=True).size == 256


@pytest.mark.parametrize(
    "text",
    ["2002:c000:0235::1", "64:ff9b::192.0.2.53", "2001:0:1:2:3:4:3fff:fdca",
     "2001:db8::5efe:192.0.2.53", "2001:db8::200:5efe:192.0.2.53", "::192.0.2.53",
     "::ffff:0:192.0.2.53"],
)  # fmt: skip
def test_the_ipv4_address_behind_an_ipv6_one_is_seen(text):
    """6to4, NAT64, Teredo, ISATAP, compatible and translated addresses."""
    number = read_address(text)[1]
    assert write_address(4, embedded(number) or 0) == "192.0.2.53"


@pytest.mark.parametrize("text", ["::", "::1", "2001:db8::1", "64:ff9b:1::1", "2a00::5efe"])
def test_other_addresses_hold_none(text):
    """An ordinary address stands for itself."""
    assert embedded(read_address(text)[1]) is None


def test_special_networks_are_those_of_the_registry():
    """Nothing that the standard library calls global is special, and no private network lacks."""
    for network in ("10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "224.0.0.1"):
        version, number = read_address(network)
        assert any(s.version == version and s.first <= number <= s.last for s, _ in SPECIAL)
    for address in ("8.8.8.8", "193.0.6.139", "2001:67c:2e8::1", "172.15.0.1", "172.32.0.1"):
        version, number = read_address(address)
        assert not any(s.version == version and s.first <= number <= s.last for s, _ in SPECIAL)
