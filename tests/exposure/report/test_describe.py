"""Rows that are shown one by one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alpheus.exposure.model import Status
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import LineReader
from alpheus.exposure.output.names import CHIEF
from alpheus.exposure.report.assemble import make_report
from alpheus.exposure.report.describe import host_row
from exposure_runs import OPEN, observation, tls, write_lines


def test_a_host_is_shown_by_what_people_know_it_by() -> None:
    """Its name, or the target under which it was given; and what is wrong with it."""
    reader = LineReader()
    line = reader.read(
        encode(observation("192.0.2.1", OPEN, target="mail.example", servers=("EX1",)))
    )
    row = host_row(line, reader.facts(line))
    assert (row.name, row.server, row.product) == ("mail.example", "EX1", "2016 CU19 Feb21SU")
    assert row.vulnerable[0] == CHIEF


def test_what_is_gone_keeps_its_name(tmp_path: Path) -> None:
    """An address that does not answer tells nobody whom to call."""
    before = write_lines(tmp_path / "1.jsonl", [
        observation("192.0.2.1", OPEN, names=("mail.example",), servers=("EX1",),
                    time="2021-03-01T00:00:00Z"),
    ])  # fmt: skip
    after = write_lines(tmp_path / "2.jsonl", [observation("192.0.2.1", status=Status.REFUSED)])
    row = make_report([before, after], date(2021, 3, 9)).report.changes[0].rows[0]
    assert (row.host.name, row.host.server, row.build_before) == ("mail.example", "EX1", OPEN)
    assert row.host.status == "refused"
    assert CHIEF in row.vulnerable_before


def test_what_moved_says_from_where(tmp_path: Path) -> None:
    """Both addresses are shown."""
    before = write_lines(tmp_path / "1.jsonl", [
        observation("192.0.2.1", "15.1.2176.9", tls=tls("aa"), time="2021-03-01T00:00:00Z"),
    ])  # fmt: skip
    after = write_lines(tmp_path / "2.jsonl", [observation("192.0.2.9", OPEN, tls=tls("aa"))])
    found = make_report([before, after], date(2021, 3, 9)).report.changes[0]
    assert found.kind == "vulnerable-again"
    assert (found.rows[0].host.address, found.rows[0].address_before) == ("192.0.2.9", "192.0.2.1")
    assert CHIEF in found.rows[0].cves
