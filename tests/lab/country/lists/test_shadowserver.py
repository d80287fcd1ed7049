"""Shadowserver's reports."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from made_country import Made

Paths = Callable[[str], list[str]]


def test_each_report_is_read_to_its_last_row(made: Made, paths: Paths) -> None:
    """What import cannot read is what is broken, and nothing else."""
    files = paths("shadowserver")
    assert len(files) == 3 * 30 + 3
    broken = 0
    for path in files:
        found, lost = made.imported(path)
        lines = made.rows_of(path)
        assert lost == {row for row, line in lines.items() if line["noise"] == "unreadable"}
        read = {one.provenance.row for one in found if one.provenance}
        assert read | lost == set(lines)
        broken += len(lost)
        source = path.split("-", 3)[3].rpartition("-")[0]
        assert all(source.split("-")[0] in one.provenance.source for one in found if one.provenance)
    assert broken


def test_columns_come_and_go(made: Made, paths: Paths) -> None:
    """The first days have no server names, later there are more columns, the order is not sure."""
    heads = {
        tuple(next(csv.reader(made.list_file(path).read_text().splitlines())))
        for path in paths("shadowserver")
        if "-scan_exchange-" in path
    }
    assert len(heads) == 4
    assert {"servername" in head for head in heads} == {True, False}
    assert {"severity" in head for head in heads} == {True, False}
    assert {head[0] for head in heads} == {"timestamp", "url"}


def test_victims_are_flagged_and_truly_are(
    made: Made, paths: Paths, servers: dict[str, dict[str, Any]]
) -> None:
    """A row that claims a web shell is of a server that had one, or of a honeypot."""
    victims = {one["unit"] for one in servers.values() if one["shells"]}
    claimed = 0
    for path in paths("shadowserver"):
        found, _ = made.imported(path)
        lines = made.rows_of(path)
        for one in found:
            assert one.provenance is not None
            line = lines[one.provenance.row]
            assert ("compromised-reported" in one.flags) == (line["claims"] == "victim")
            if line["claims"] == "victim":
                claimed += 1
                assert line["unit"] in victims or line["noise"] == "honeypot"
    assert claimed > made.truth.victims


def test_a_special_report_has_a_row_for_each_shell(made: Made, paths: Paths) -> None:
    """One server up to eight times, each with the URL of a shell of its own."""
    (path,) = [one for one in paths("shadowserver") if "special-exchange-webshells-country" in one
               or one.endswith("special-exchange-webshells.csv")]  # fmt: skip
    rows = list(csv.DictReader(made.list_file(path).read_text().splitlines()))
    lines = made.rows_of(path)
    per_unit: dict[str, set[str]] = defaultdict(set)
    for number, row in enumerate(rows, start=2):
        if lines[number]["unit"]:
            per_unit[lines[number]["unit"]].add(row["detail"])
    assert max(len(urls) for urls in per_unit.values()) > 1
    assert all("https://" in url for urls in per_unit.values() for url in urls)


def test_stale_rows_name_a_former_address(
    made: Made, paths: Paths, servers: dict[str, dict[str, Any]]
) -> None:
    """Some rows of changing addresses are about who had the address a week before."""
    held = defaultdict(set)
    for server in servers.values():
        for place in server["addresses"]:
            held[server["unit"], place["address"]].add((place["from"], place["to"]))
    kinds: Counter[bool] = Counter()
    for path in paths("shadowserver"):
        if "-scan_exchange-" not in path:
            continue
        date = path.split("/")[1][:10]
        found, _ = made.imported(path)
        lines = made.rows_of(path)
        for one in found:
            line = lines[one.provenance.row]  # type: ignore[union-attr]
            if line["noise"]:
                continue
            spans = held[line["unit"], one.address]
            now = any(first <= date <= last for first, last in spans)
            assert now or "stale" in line["errors"]
            kinds[now] += 1
    assert kinds[True] > 50 * kinds[False] > 0
