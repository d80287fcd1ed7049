"""Tables and plain lists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.knowledge.shared.model import UNKNOWN_MARK, Entry, NotUsed, Shared, Tlp
from alpheus.knowledge.shared.table import read_table
from alpheus.knowledge.shared.times import UNREADABLE
from alpheus.model import Confidence


def _read(text: str) -> list[Entry]:
    return list(read_table(text.encode(), "feed"))


def _values(found: list[Entry]) -> list[str]:
    return [one.value for one in found if isinstance(one, Shared)]


def _places(found: list[Entry]) -> list[str]:
    return [one.place for one in found if isinstance(one, NotUsed)]


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
    found = _read(text)
    assert [(one.type, one.meaning) for one in found if isinstance(one, Shared)] == [
        ("ip", "a bot"), ("domain", ""), ("sha256", ""),
    ]  # fmt: skip
    assert _places(found) == ["line 7", "line 8"]


@pytest.mark.parametrize("heading", ["ip", "domain", "sha256"])
def test_a_single_column_with_a_heading(heading: str) -> None:
    """The heading is no value."""
    value = {"ip": "45.77.1.1", "domain": "evil.example", "sha256": "a" * 64}[heading]
    assert _read(f"{heading}\n{value}\n") == [Shared(heading, value, "", "feed")]


def test_what_is_left_out_is_told() -> None:
    """An empty value, a type that evidence does not show, a value of another type; short rows."""
    found = _read("type,value,note\nip,,\nmutex,x,\nip,evil.example,\nip,45.77.1.1\n")
    assert [isinstance(one, NotUsed) for one in found] == [True, True, True, False]
    assert _places(found) == ["line 2", "line 3", "line 4"]


def test_latin_1_is_read() -> None:
    """A comment in another encoding costs nothing."""
    found = list(read_table("value,note\n45.77.1.1,Grüße\n".encode("latin-1"), "feed"))
    assert found == [Shared("ip", "45.77.1.1", "Grüße", "feed")]


@pytest.mark.parametrize("line", [",", "\t,", "''", "\x00", "\u2028", '"', "evil", "\x1c"])
def test_a_line_without_a_value_costs_itself(line: str) -> None:
    """The lines around it are used; what is more than blank is told by its number."""
    found = _read(f"45.77.1.1\n{line}\n45.77.1.2\n")
    assert _values(found) == ["45.77.1.1", "45.77.1.2"]
    assert _places(found) == (["line 2"] if line.strip() else [])


def test_a_line_of_several_values_gives_them_all() -> None:
    """Only where all of it are values; the names of a file of hosts."""
    assert _values(_read("45.77.1.1, 45.77.1.2; evil.example\n")) == [
        "45.77.1.1", "45.77.1.2", "evil.example"]  # fmt: skip
    assert _values(_read("45.77.1.1 seen at evil.example\n")) == ["45.77.1.1"]
    assert _values(_read("127.0.0.1 evil.example\n0.0.0.0 b.example c.example\n")) == [
        "evil.example", "b.example", "c.example"]  # fmt: skip


HEAD = "value,note,tlp\n45.77.1.1,x,\n"
TAIL = "\n45.77.1.2,x,\n45.77.1.3,x,\n"


@pytest.mark.parametrize(
    "line",
    ['45.77.9.9,"oops,', '45.77.9.9,"oops"x,', '45.77.9.9,"' + "x" * 200_000 + '",', '"', '"""'],
    ids=["unclosed", "behind a quote", "huge", "a quote", "three quotes"],
)
def test_a_broken_row_costs_itself(line: str) -> None:
    """An unclosed quote does not swallow the rest; the row is told by its number."""
    found = _read(HEAD + line + TAIL)
    assert _values(found) == ["45.77.1.1", "45.77.1.2", "45.77.1.3"]
    assert _places(found) == ["line 3"]


def test_a_huge_cell_without_quotes_is_read() -> None:
    """It is only long."""
    assert _values(_read(HEAD + "45.77.9.9," + "x" * 200_000 + "," + TAIL))[1] == "45.77.9.9"


def test_a_cell_may_go_over_lines() -> None:
    """As programs write comments; the rows behind keep their numbers."""
    found = _read(HEAD + '45.77.9.9,"one\ntwo ""quoted""\n\nthree",amber' + TAIL + "x,,\n")
    assert _values(found) == ["45.77.1.1", "45.77.9.9", "45.77.1.2", "45.77.1.3"]
    assert found[1] == Shared("ip", "45.77.9.9", 'one\ntwo "quoted"\n\nthree', "feed",
                              tlp=Tlp.AMBER)  # fmt: skip
    assert _places(found) == ["line 9"]


def test_a_quote_that_ends_somewhere_does_not_hide_rows() -> None:
    """Two rows with a quote each, and rows between them that are right by themselves."""
    found = _read(HEAD + '45.77.9.1,"oops,\n45.77.9.2,x,\n45.77.9.3,oops",' + TAIL)
    assert _values(found) == ["45.77.1.1", "45.77.9.2", "45.77.1.2", "45.77.1.3"]
    assert _places(found) == ["line 3", "line 5"]


@pytest.mark.parametrize(
    ("word", "tlp", "remark"),
    [("purple", Tlp.RED, UNKNOWN_MARK), ("tlp:x", Tlp.RED, UNKNOWN_MARK), ("green", Tlp.GREEN, ""),
     ("-", None, ""), ("", None, "")],
)  # fmt: skip
def test_a_word_of_the_tlp_that_is_not_known_is_red(
    word: str, tlp: Tlp | None, remark: str
) -> None:
    """What it forbids is not known."""
    found = _read(f"value,tlp\n45.77.1.1,{word}\n")
    assert found == [Shared("ip", "45.77.1.1", "", "feed", tlp=tlp, remark=remark)]


def test_an_end_that_cannot_be_read_is_no_eternity() -> None:
    """Such a row is left out with that reason."""
    found = _read("value,until\n45.77.1.1,soon\n45.77.1.2,never\n")
    assert found == [NotUsed(UNREADABLE, "line 2"), Shared("ip", "45.77.1.2", "", "feed")]


@pytest.mark.parametrize("confidence", ["9" * 5_000, "²", "-1", "very"])
def test_an_odd_confidence_is_a_middling_one(confidence: str) -> None:
    """It decides little; the value counts."""
    (one,) = _read(f"value,confidence\n45.77.1.1,{confidence}\n")
    assert isinstance(one, Shared)
    assert one.confidence is Confidence.MEDIUM


def test_a_second_column_of_values_is_told() -> None:
    """One is read; hashes of the same file are one value."""
    found = _read("ip,domain\n45.77.1.1,evil.example\n")
    assert _values(found) == ["45.77.1.1"]
    assert [one.reason for one in found if isinstance(one, NotUsed)] == [
        "a column domain: of each row that of ip is read"]  # fmt: skip
    assert len(_read(f"sha256,md5\n{'a' * 64},{'b' * 32}\n")) == 1


@pytest.mark.parametrize("kind", ["user-agent", "page", "defender", "task", "email"])
def test_a_type_that_is_not_looked_up_is_left_out(kind: str) -> None:
    """It would be taken and never found."""
    assert _places(_read(f"type,value\n{kind},x.aspx\n")) == ["line 2"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_every_system(end: str) -> None:
    """They are counted as an editor counts them, in pieces of any size."""
    text = end.join([f"45.77.{at >> 8}.{at & 255}" for at in range(60_000)]) + end + "nothing"
    found = _read(text)
    assert len(_values(found)) == 60_000
    assert _places(found) == ["line 60001"]
