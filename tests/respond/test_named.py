"""Names of what an attacker made, from the records that are cited."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.report.assessment_file import Citation
from alpheus.respond.named import MOST, records, values


def _cited(*texts: str) -> list[Citation]:
    return [Citation("E1", "log", text=text) for text in texts]


@pytest.mark.parametrize("text", [
    json.dumps({"Event": {"EventData": {"TargetUserName": "eve", "Other": "x"}}}),
    json.dumps({"winlog": {"event_data": [{"TargetUserName": "eve"}]}}),
    "<Event><Data Name='TargetUserName'>eve</Data></Event>",
    'New-Mailbox -TargetUserName "eve" -Other x', "New-Mailbox -TargetUserName:'eve'",
    json.dumps({"message": 'x -TargetUserName "eve"'}), 'a,b,TargetUserName="eve"',
    '{"TargetUserName": "eve", "Cut": "o', "Element=x TargetUserName=eve Other=y z",
])  # fmt: skip
def test_a_field_is_found_in_any_form(text: str) -> None:
    """JSON of any depth, XML, and parameters as logs of Exchange write them."""
    assert values(_cited(text), ["TargetUserName"]) == ("eve",)


def test_each_is_told_once_and_nothing_is_told_of_nothing() -> None:
    """In the order in which they are cited."""
    texts = [json.dumps({"A": one}) for one in ("b", "a", "-", "", "b", "%%1793")]
    assert values(_cited(*texts), ["A"]) == ("b", "a")
    assert values(_cited("no record", "{", "\ud800"), ["A"]) == ()


def test_several_words_are_of_one_record() -> None:
    """A record that has not all of them gives none; each pair is told once."""
    texts = ['-Role "r" -User "u"', '-Role "r"', '-Role "r" -User "u"', '-Role "r" -User "v"']
    assert records(_cited(*texts), {"role": ("-Role",), "user": ("-User",)}) == (
        {"role": "r", "user": "u"}, {"role": "r", "user": "v"},
    )  # fmt: skip


def test_values_with_spaces_and_escapes_are_whole() -> None:
    """Of a row until the next field; of torn JSON without its escapes; a parameter alone by `-`."""
    assert values(_cited("Site=Default Web Site Path=/x"), ["Site"]) == ("Default Web Site",)
    assert values(_cited(r'{"A": "C:\\x \"y\"", "Cut'), ["A"]) == ('C:\\x "y"',)
    assert values(_cited(json.dumps({"User": "a", "P": '-User "b"'})), ["-User"]) == ("b",)


def test_a_file_that_is_cited_is_where_it_lies() -> None:
    """On its volume; a record is none."""
    cited = [
        Citation("E1", "X/C/inetpub/a.dll", sha256="0"), Citation("E1", "bin/b.dll", sha256="0"),
        Citation("E1", "C/log", text="x"), Citation("E1", "C/x", record_id=1, sha256="0"),
    ]  # fmt: skip
    assert values(cited, ["@file"]) == (r"C:\inetpub\a.dll", "bin/b.dll")


def test_they_are_not_too_many_nor_too_long() -> None:
    """An attacker can write many."""
    texts = [json.dumps({"A": f"n{one}"}) for one in range(MOST + 5)]
    assert len(values(_cited(*texts), ["A"])) == MOST
    assert values(_cited(json.dumps({"A": "x" * 1000})), ["A"]) == ()


@given(st.recursive(st.text() | st.integers() | st.none(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_record_is_taken(document: object) -> None:
    """Without an error."""
    assert isinstance(values(_cited(json.dumps(document)), ["A"]), tuple)


def test_a_deep_record_is_taken() -> None:
    """It is not followed by recursion."""
    text = '{"a":' * 500 + '{"A":"x"}' + "}" * 500
    assert values(_cited(text), ["A"]) == ("x",)
