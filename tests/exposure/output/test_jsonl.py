"""Observations as JSON lines."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import msgspec
import pytest

from alpheus.exposure.model import (
    CveEntry,
    Observation,
    Provenance,
    Status,
    Tls,
    Witness,
)
from alpheus.exposure.output.jsonl import encode

PLAIN = Observation(
    "192.0.2.7", "192.0.2.7", 443, ("mail.example.org",), True, "15.1.2176.9", 4, "X-OWA-Version",
    None, {"CVE-2021-26855": CveEntry("fixed", "why")}, Tls("TLSv1.2"), Status.IDENTIFIED, "r", 1,
    "2021-03-10T04:05:06Z", witnesses=(Witness("X-OWA-Version", "15.1.2176.9"),),
    provenance=Provenance("s", "f", "0" * 64, 1), attributes={"a": "b"},
)  # fmt: skip


def test_one_line_in_the_order_of_the_noun() -> None:
    """With its end; the same comes back."""
    line = encode(PLAIN)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert list(json.loads(line)) == [field.name for field in fields(Observation)]
    assert msgspec.json.decode(line, type=Observation) == PLAIN
    assert line == msgspec.json.encode(PLAIN) + b"\n"


def test_states_are_those_of_the_observation() -> None:
    """Maps are encoded once by their identity; another one of the same place is another."""
    for number in range(20_000):
        states = {"CVE-2021-26855": CveEntry("vulnerable", str(number))}
        assert json.loads(encode(replace(PLAIN, cves=states)))["cves"]["CVE-2021-26855"][
            "why"
        ] == str(number)  # fmt: skip


@pytest.mark.parametrize("text", ["\ud800", "\x1b[31m", "\u202e", "a\nb"])
def test_any_text_is_one_line_of_utf8(text: str) -> None:
    """Lone surrogates are written out."""
    odd = replace(PLAIN, reason=text, attributes={text: text}, names=(text,),
                  cves={"x": CveEntry("vulnerable", text)})  # fmt: skip
    line = encode(odd)
    assert line.count(b"\n") == 1
    json.loads(line)
