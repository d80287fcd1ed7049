"""Looking up addresses and names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.addresses import Range
from alpheus.exposure.listing import Listing, Piece, Segments

RANGES = st.lists(
    st.builds(
        lambda first, size, label: (first, first + size, label),
        st.integers(0, 60),
        st.integers(0, 30),
        st.sampled_from("abc"),
    ),
    max_size=12,
)


def by_hand(ranges, number):
    """The label of the range that begins last; of these the shortest, of these the last given."""
    found = [(-first, last, -place) for place, (first, last, _) in enumerate(ranges)
             if first <= number <= last]  # fmt: skip
    return ranges[-min(found)[2]][2] if found else None


@given(RANGES)
def test_every_address_has_the_label_of_the_inner_range(ranges):
    """Where ranges overlap the one that begins last decides."""
    segments = Segments(ranges)
    assert [segments.get(n) for n in range(100)] == [by_hand(ranges, n) for n in range(100)]
    assert segments.total() == sum(by_hand(ranges, n) is not None for n in range(100))


@given(RANGES, st.integers(0, 99), st.integers(0, 99))
def test_pieces_cover_a_range_without_gap_or_overlap(ranges, first, size):
    """Each address of the range is in one piece, which has its label."""
    segments = Segments(ranges)
    pieces = list(segments.pieces(first, first + size))
    numbers = [number for piece in pieces for number in range(piece.first, piece.last + 1)]
    assert numbers == list(range(first, first + size + 1))
    for piece in pieces:
        assert {segments.get(n) for n in range(piece.first, piece.last + 1)} == {piece.label}


def test_a_range_may_end_at_the_last_address_there_is():
    """The ends of the number line are ordinary addresses."""
    top = (1 << 128) - 1
    assert list(Segments([(0, top, "all")]).pieces(top, top)) == [Piece(top, top, "all")]
    assert not len(Segments([]))
    assert list(Segments([]).pieces(0, top)) == [Piece(0, top, None)]


def test_a_name_covers_what_is_below_it_by_whole_labels():
    """`example.org` covers `mail.example.org`, not `notexample.org`; the nearest one decides."""
    listing = Listing([], [("example.org", "outer"), ("secret.example.org", "inner")])
    assert listing.name("example.org") == listing.name("a.b.example.org") == "outer"
    assert listing.name("x.secret.example.org") == "inner"
    assert listing.name("notexample.org") is listing.name("org") is listing.name("") is None


def test_versions_are_apart():
    """The number of an IPv4 address means nothing among IPv6 addresses."""
    listing = Listing([(Range(4, 1, 5), "four"), (Range(6, 3, 9), "six")], [])
    assert [listing.address(4, 4), listing.address(6, 4)] == ["four", "six"]
    assert listing.address(4, 9) is listing.address(6, 1) is None
    assert listing
    assert not Listing([], [])
