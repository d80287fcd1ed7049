"""Results are printed as they come, in the format that was asked for."""

from __future__ import annotations

import csv
import io

import pytest

from alpheus.exposure.named import not_asked
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.writers import result_writer
from alpheus.exposure.run import Counts

RESULTS = [not_asked(f"{name}.example", "", 443, "outside the scope") for name in "abc"]


@pytest.mark.parametrize("earlier", [False, True], ids=["new", "of before"])
def test_results_of_before_and_new_ones_are_printed_alike(earlier: bool) -> None:
    """JSON lines and CSV; a run that goes on prints all of its results."""
    for name in ("jsonl", "csv"):
        stream = io.StringIO()
        writer = result_writer(name, stream)
        for one in RESULTS:
            if earlier:
                writer.write_line(encode(one))
            else:
                writer.write(one, encode(one))
        writer.end(Counts())
        text = stream.getvalue()
        if name == "jsonl":
            assert text.encode() == b"".join(map(encode, RESULTS))
        else:
            rows = list(csv.DictReader(io.StringIO(text)))
            assert [row["target"] for row in rows] == ["a.example", "b.example", "c.example"]


def test_a_table_is_for_people() -> None:
    """It stands at the end, and says how many there are."""
    stream = io.StringIO()
    writer, counts = result_writer("table", stream), Counts()
    for one in RESULTS:
        counts.add(one)
        writer.write(one, encode(one))
    writer.end(counts)
    assert "a.example" in stream.getvalue()
