"""Values that IntelMQ does not refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.knowledge.shared.model import Tlp
from alpheus.sharing.intelmq import TLP, address, event, full_name, zoned


def test_an_event_says_nothing_where_nothing_is_known() -> None:
    """Empty fields are left out: the format refuses them."""
    said = event([("a", ""), ("b", None), ("c", 0), ("d", "x")])
    assert said == {"__type": "Event", "c": 0, "d": "x"}


def test_every_label_has_one_that_is_as_strict() -> None:
    """`AMBER+STRICT` is not known there, and is no `AMBER`."""
    assert set(TLP) == {one.value for one in Tlp}
    assert TLP["TLP:AMBER+STRICT"] == "RED"


@pytest.mark.parametrize(
    ("time", "said"),
    [(None, None), (datetime(1969, 12, 31, tzinfo=UTC), None),
     (datetime(2021, 3, 3, 6, 0, 0, 9, tzinfo=UTC), "2021-03-03T06:00:00+00:00")],
)  # fmt: skip
def test_times(time: datetime | None, said: str | None) -> None:
    """To the second, with their zone."""
    assert zoned(time) == said


@pytest.mark.parametrize(
    ("text", "found"),
    [("192.0.2.7", "192.0.2.7"), (" 2001:DB8::7%eth0", "2001:db8::7"), ("a.example", None),
     ("", None)],
)  # fmt: skip
def test_addresses(text: str, found: str | None) -> None:
    """In their shortest spelling."""
    assert address(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("MAIL.School.example.", "mail.school.example"), ("EX01", None), ("192.0.2.7", None),
     ("bücher.example", "xn--bcher-kva.example"), ("a b.example", None), ("a..example", None),
     ("a.1", None), ("x" * 64 + ".example", None)],
)  # fmt: skip
def test_names(text: str, found: str | None) -> None:
    """Host names with a dot, as the domain name system has them."""
    assert full_name(text) == found
