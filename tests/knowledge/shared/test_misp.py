"""MISP: what an event shares, and what of it is not used."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pymisp import MISPEvent

from alpheus.knowledge.shared.misp import read_misp
from alpheus.knowledge.shared.model import Shared, Tlp


def _event() -> MISPEvent:
    event = MISPEvent()
    event.info = "Exchange attacks"
    event.add_tag("tlp:green")
    return event


def _read(event: MISPEvent) -> list[Shared | str]:
    return list(read_misp(json.dumps({"Event": json.loads(event.to_json())}).encode(), "feed"))


def test_all_that_is_said_is_kept() -> None:
    """Of an event as the project's own library writes it: comment, gravest TLP, end."""
    event = _event()
    one = event.add_attribute("ip-dst", "45.77.252.175", to_ids=True, comment="a scanner")
    one.add_tag("tlp:amber+strict")
    one.add_tag("valid-until:2021-12-31")
    event.add_attribute("filename|sha256", "x.aspx|" + "a" * 64, to_ids=True)
    found = _read(event)
    assert found[0] == Shared(
        "ip", "45.77.252.175", "a scanner", "feed", tlp=Tlp.AMBER_STRICT,
        until=datetime(2021, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    )  # fmt: skip
    assert found[1] == Shared("sha256", "a" * 64, "Exchange attacks", "feed", tlp=Tlp.GREEN)


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("ip-src|port", "45.77.1.1|443", [("ip", "45.77.1.1")]),
        ("domain|ip", "evil.example|45.77.1.1", [("domain", "evil.example"), ("ip", "45.77.1.1")]),
        ("url", "https://evil.example/x", [("domain", "evil.example")]),
        ("hostname", "c2.evil.example", [("domain", "c2.evil.example")]),
        ("filename|md5", "a.exe|" + "b" * 32, [("md5", "b" * 32)]),
        ("user-agent", "antSword/v2.1", [("user-agent", "antSword/v2.1")]),
    ],
)
def test_kinds_of_attributes(kind: str, value: str, found: list[tuple[str, str]]) -> None:
    """Parts of a value are taken apart; names of files alone say nothing."""
    event = _event()
    event.add_attribute(kind, value, to_ids=True)
    assert [(one.type, one.value) for one in _read(event) if isinstance(one, Shared)] == found


def test_what_is_left_out() -> None:
    """Not meant for detection, deleted, of another kind: with the reason."""
    event = _event()
    event.add_attribute("ip-dst", "45.77.1.1", to_ids=False)
    event.add_attribute("mutex", "x", to_ids=True)
    gone = event.add_attribute("ip-dst", "45.77.1.2", to_ids=True)
    gone.deleted = True
    told = [one for one in _read(event) if isinstance(one, str)]
    assert len(told) == 3
    assert any("to_ids" in one for one in told)
    assert any("deleted" in one for one in told)


def test_answers_of_servers_and_objects() -> None:
    """A search's answer holds events in a list; objects hold attributes."""
    one = {"type": "ip-dst", "value": "45.77.1.1", "to_ids": True}
    event = {"info": "x", "Orgc": {"name": "A CERT"}, "Object": [{"Attribute": [one]}]}
    content = json.dumps({"response": [{"Event": event}, {"Event": {"Attribute": [one]}}]})
    found = [each for each in read_misp(content.encode(), "feed") if isinstance(each, Shared)]
    assert [each.source for each in found] == ["A CERT", "feed"]


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"Event": 7}', b"\xff"])
def test_what_is_none(content: bytes) -> None:
    """Anything else is told."""
    with pytest.raises(ValueError, match=r".+"):
        list(read_misp(content, "x"))
