"""Observations as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from alpheus.exposure.model import (
    Certificate,
    CveEntry,
    Observation,
    Provenance,
    Status,
    Tls,
)
from alpheus.exposure.output.csv import COLUMNS, CsvWriter

PLAIN = Observation(
    "192.0.2.7", "192.0.2.7", 443, ("a.example", "b.example"), None, None, None, None, None, {},
    None, Status.LISTED, "r", 0, "2021-03-10T04:05:06Z",
)  # fmt: skip


def row_of(observation: Observation) -> dict[str, str]:
    """The cells of a row by their columns."""
    stream = io.StringIO(newline="")
    CsvWriter(stream).write(observation)
    header, row = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert header == list(COLUMNS)
    return dict(zip(header, row, strict=True))


def test_every_column() -> None:
    """CVEs stand under their state; what is not known is empty."""
    full = replace(
        PLAIN, exchange=True, build="15.1.2176.9", precision=4,
        cves={"CVE-1": CveEntry("fixed", "w"), "CVE-2": CveEntry("vulnerable", "w"),
              "CVE-3": CveEntry("fixed", "w")},
        tls=Tls("TLSv1", certificate=Certificate("0", "CN=a", "Made up")),
        provenance=Provenance("s", "f.csv", "0", 7, "1", "2", "TLP:RED"), attributes={"a": "b"},
    )  # fmt: skip
    row = row_of(full)
    assert (row["fixed"], row["vulnerable"], row["undetermined"]) == ("CVE-1 CVE-3", "CVE-2", "")
    assert (row["exchange"], row["names"], row["status"]) == (
        "true",
        "a.example b.example",
        "listed",
    )
    assert (row["organisation"], row["row"], row["tlp"]) == ("Made up", "7", "TLP:RED")
    assert row["attributes"] == "a=b"
    empty = row_of(PLAIN)
    assert (empty["exchange"], empty["build"], empty["tls"], empty["source"]) == ("", "", "", "")


def test_no_cell_is_a_formula() -> None:
    """And no control character is hidden in one."""
    row = row_of(replace(PLAIN, target="=cmd|' /C calc'!A0", reason="\x1b[2J\u202ex",
                         attributes={"+x": "\t=1"}))  # fmt: skip
    assert row["target"].startswith("'=")
    assert row["reason"] == "{ESC}[2J{U+202E}x"
    assert row["attributes"].startswith("'+")
