"""MISP: what an event shares, and what of it is not used."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pymisp import MISPEvent

from alpheus.knowledge.shared.misp import read_misp
from alpheus.knowledge.shared.model import UNKNOWN_MARK, Entry, NotUsed, Shared, Tlp
from alpheus.knowledge.shared.times import UNREADABLE


def _event() -> MISPEvent:
    event = MISPEvent()
    event.info = "Exchange attacks"
    event.add_tag("tlp:green")
    return event


def _read(event: MISPEvent) -> list[Entry]:
    return list(read_misp(json.dumps({"Event": json.loads(event.to_json())}).encode(), "feed"))


def _of(*attributes: Any, **event: Any) -> list[Entry]:
    """What an event shares that is written as it stands here."""
    content = json.dumps({"Event": {"Attribute": list(attributes), **event}})
    return list(read_misp(content.encode(), "feed"))


ONE = {"type": "ip-dst", "value": "45.77.1.1", "to_ids": True}


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


EVIL = [("domain", "evil.example")]


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("ip-src|port", "45.77.1.1|443", [("ip", "45.77.1.1")]),
        ("domain|ip", "evil.example|45.77.1.1", [("domain", "evil.example"), ("ip", "45.77.1.1")]),
        ("url", "https://evil.example/x", EVIL),
        ("hostname", "c2.evil.example", [("domain", "c2.evil.example")]),
        ("filename|md5", "a.exe|" + "b" * 32, [("md5", "b" * 32)]),
        ("user-agent", "antSword/v2.1", []), ("url", "http://evil.example/a|b", EVIL),
        ("filename|sha256", "a|b.exe|" + "c" * 64, [("sha256", "c" * 64)]),
    ],
)  # fmt: skip
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
    told = [one.reason for one in _read(event) if isinstance(one, NotUsed)]
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


@pytest.mark.parametrize("content", [b"{}", b"{", b"[", b'{"objects": []}', b"[" * 100_000])
def test_what_is_none(content: bytes) -> None:
    """Anything else is told."""
    with pytest.raises(ValueError, match=r".+"):
        list(read_misp(content, "x"))


ODD = [
    {"comment": 7}, {"type": None}, {"value": ["45.77.1.1"]}, {"to_ids": "perhaps"}, {"Tag": 7},
    {"Tag": [{"name": 1}]}, {"type": "domain|ip"}, {"value": "\x00"}, {"value": 10**30},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_attribute_costs_itself(odd: dict[str, Any]) -> None:
    """The others are used; of the odd one the reason and the place are told."""
    first, second, third = _of(ONE, {**ONE, **odd}, ONE)
    assert first == third == Shared("ip", "45.77.1.1", "", "feed")
    assert isinstance(second, NotUsed)
    assert second.place == "entry 2"


@pytest.mark.parametrize("nothing", ["comment", "Tag", "AttributeTag"])
def test_null_says_nothing(nothing: str) -> None:
    """As some servers write what is not there."""
    assert _of({**ONE, nothing: None}) == [Shared("ip", "45.77.1.1", "", "feed")]


@pytest.mark.parametrize(
    "event", [{"info": 7}, {"Orgc": 7}, {"info": None}, {"Orgc": {"name": 1}}, {"Object": None}]
)
def test_an_odd_event_still_shares(event: dict[str, Any]) -> None:
    """Who made it and what it is about may be missing; what it holds counts."""
    assert _of(ONE, **event) == [Shared("ip", "45.77.1.1", "", "feed")]


@pytest.mark.parametrize("content", ['{"Event": 7}', '{"Event": {"Attribute": 7}}',
                                     '{"Event": {"Object": [7]}}', '{"response": 7}', "[7]",
                                     '{"response": [{"x": 1}]}', '{"Event": null}'])  # fmt: skip
def test_what_is_no_event_is_told(content: str) -> None:
    """An entry of another form is one loss, not the end."""
    (one,) = read_misp(content.encode(), "x")
    assert isinstance(one, NotUsed)


@pytest.mark.parametrize(
    ("tags", "tlp", "remark"),
    [
        (["tlp:amber"], Tlp.AMBER, ""), (["tlp:purple"], Tlp.RED, UNKNOWN_MARK),
        (["tlp:ex:chr"], Tlp.RED, UNKNOWN_MARK), (["TLP:Clear", "other:x"], Tlp.CLEAR, ""),
        (["tlp:clear", "tlp:"], Tlp.RED, UNKNOWN_MARK), (['tlp="green"'], Tlp.GREEN, ""),
        (["type:OSINT"], None, ""),
    ],
)  # fmt: skip
def test_a_word_of_the_tlp_that_is_not_known_is_red(
    tags: list[str], tlp: Tlp | None, remark: str
) -> None:
    """On an attribute and on an event, and in the form that servers keep tags in."""
    written = [{"name": tag} for tag in tags]
    of_server = [{"Tag": one} for one in written]
    for found in (
        _of({**ONE, "Tag": written}), _of(ONE, Tag=written), _of(ONE, EventTag=of_server),
        _of({**ONE, "AttributeTag": of_server}),
    ):  # fmt: skip
        assert found == [Shared("ip", "45.77.1.1", "", "feed", tlp=tlp, remark=remark)]


def test_tags_of_an_event_that_cannot_be_read_are_red() -> None:
    """What they forbid is not known."""
    (one,) = _of(ONE, Tag=[{"name": 7}])
    assert isinstance(one, Shared)
    assert (one.tlp, one.remark) == (Tlp.RED, UNKNOWN_MARK)


def test_an_end_that_cannot_be_read_is_no_eternity() -> None:
    """Such an attribute is left out; one of an event leaves out all of it."""
    tag = [{"name": "valid-until:soon"}]
    for found in (_of({**ONE, "Tag": tag}), _of(ONE, Tag=tag)):
        assert [one.reason for one in found if isinstance(one, NotUsed)] == [UNREADABLE]


def test_bare_values_and_attributes_in_a_list() -> None:
    """As a script writes them, or a search of a server."""
    found = list(read_misp(json.dumps(["45.77.1.1", "nothing", [ONE], {**ONE, "Event": {}}])
                           .encode(), "feed"))  # fmt: skip
    one = Shared("ip", "45.77.1.1", "", "feed")
    assert [each for each in found if isinstance(each, Shared)] == [one, one, one]
    assert len(found) == 4
