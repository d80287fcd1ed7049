"""Tables and plain lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.knowledge.shared.table import read_table
from alpheus.model import Confidence


def _read(text: str) -> list[Shared | str]:
    return list(read_table(text.encode(), "feed"))


def test_columns_are_known_by_many_names() -> None:
    """What a table says of a value is kept, whatever its columns are called."""
    found = _read(
        "# a comment\nioc_type,IOC,Description,confidence_level,TLP,expiration,reporter\n"
        "ip:port,45.77.1.1:443,a bot,90,amber,2021-12-31,somebody\n"
        "url,hxxp://evil[.]example/x,,10,,,\n"
    )
    assert found == [
        Shared("ip", "45.77.1.1", "a bot", "somebody", Confidence.HIGH, Tlp.AMBER,
               datetime(2021, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        Shared("domain", "evil.example", "", "feed", Confidence.LOW),
    ]  # fmt: skip


def test_a_heading_behind_a_comment_mark() -> None:
    """As some feeds write it; also with another delimiter and quotes."""
    text = '# "first_seen_utc";"dst_ip";"malware"\n"2021-01-01";"45.77.1.1";"x"\n'
    assert _read(text) == [Shared("ip", "45.77.1.1", "x", "feed")]


def test_a_plain_list() -> None:
    """One value in each line, comments and further words left aside."""
    text = "; c\n45.77.1.1 # a bot\nevil.example\n\n// c\n" + "a" * 64 + "\nnothing\n45.77.0.0/16\n"
    found = _read("\ufeff" + text)
    assert [(one.type, one.meaning) for one in found if isinstance(one, Shared)] == [
        ("ip", "a bot"), ("domain", ""), ("sha256", ""),
    ]  # fmt: skip
    assert len([one for one in found if isinstance(one, str)]) == 2


@pytest.mark.parametrize("heading", ["ip", "domain", "sha256"])
def test_a_single_column_with_a_heading(heading: str) -> None:
    """The heading is no value."""
    value = {"ip": "45.77.1.1", "domain": "evil.example", "sha256": "a" * 64}[heading]
    assert _read(f"{heading}\n{value}\n") == [Shared(heading, value, "", "feed")]


def test_what_is_left_out_is_told() -> None:
    """An empty value, a type that evidence does not show, a value of another type; short rows."""
    found = _read("type,value,note\nip,,\nmutex,x,\nip,evil.example,\nip,45.77.1.1\n")
    assert [isinstance(one, str) for one in found] == [True, True, True, False]


def test_latin_1_is_read() -> None:
    """A comment in another encoding costs nothing."""
    found = list(read_table("value,note\n45.77.1.1,Grüße\n".encode("latin-1"), "feed"))
    assert found == [Shared("ip", "45.77.1.1", "Grüße", "feed")]
