"""The entries of `allow` and `deny`."""

from __future__ import annotations

import pytest

from alpheus.exposure.addresses import read_address
from alpheus.exposure.scope_entries import Entries


def test_an_entry_is_an_address_a_network_a_range_or_a_name():
    """Each is found with the reason that it gives."""
    entries = Entries(allowed=False)
    for text in ("192.0.2.1", "198.51.100.0/24", "203.0.113.1-9", "2001:db8::/32", "Example.ORG."):
        entries.add(text, "denied", "scope.yaml line 3")
    listing = entries.listing()
    for address in ("192.0.2.1", "198.51.100.255", "203.0.113.9", "2001:db8:ffff::1"):
        assert listing.address(*read_address(address)) is not None
    assert listing.address(*read_address("203.0.113.10")) is None
    assert listing.name("a.example.org").why == "denied: Example.ORG. (scope.yaml line 3)"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("192.0.2.5/24", "write one or the other"),
        ("192.0.2.0/33", "0 to 32"),
        ("192.0.2", "no IP address"),
        ("192.0.2.300", "no IP address"),
        ("*.example.org", "write example.org; a name covers what is below it"),
        ("https://mail.example.org/owa", "no IP address"),
        ("mail.example.org/owa", "alone"),
        ("exa mple.org", "no address, network, range or host name"),
        ("2001:db8::/200", "0 to 128"),
    ],
)
def test_a_wrong_entry_says_what_to_write(text, remedy):
    """The message has a remedy."""
    with pytest.raises(ValueError, match=remedy):
        Entries(allowed=True).add(text, "in scope", "scope.yaml")


def test_a_denial_may_be_written_with_any_address_of_a_network():
    """It is taken for the whole network: more is left out, never less."""
    entries = Entries(allowed=False)
    entries.add("192.0.2.5/24", "denied", "scope.yaml")
    assert entries.listing().address(*read_address("192.0.2.200")) is not None


def test_a_wide_entry_is_cut_around_special_networks():
    """What remains is in order and does not touch them."""
    entries = Entries(allowed=True)
    entries.add("126.0.0.0-128.0.0.255", "in scope", "scope.yaml")
    spans = [(span.first, span.last) for span, _ in entries.ranges]
    assert spans == [(126 << 24, (127 << 24) - 1), (128 << 24, (128 << 24) + 255)]


def test_a_file_has_an_entry_a_line_with_a_reason():
    """Reasons are shown where an address is left out; bad lines are told with their number."""
    entries = Entries(allowed=False)
    text = "# who asked\n\n192.0.2.7  # asked on 5 March\nexample.org\n1.2.3.4.5\r\n10.0.0.1\r\n"
    bad = list(entries.add_lines(text, "opted out", "opt-outs.txt"))
    assert [line for line, _ in bad] == [5]
    listing = entries.listing()
    expected = "opted out: 192.0.2.7 (opt-outs.txt line 3): asked on 5 March"
    assert listing.address(*read_address("192.0.2.7")).why == expected
    assert listing.address(*read_address("10.0.0.1")) is not None
    assert entries
    assert not Entries(allowed=True)
