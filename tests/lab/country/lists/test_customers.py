"""A provider's list of customers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest

from alpheus.lab.country import generate, read_rows
from made_country import Made


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A country with customers enough, and few other lists."""
    folder = tmp_path_factory.mktemp("customers") / "one"
    truth = generate(folder, 1500, seed=3, days=14, observations=20_000)
    return Made(folder, truth, read_rows(folder))


PATH = "customers/2021-03-14-managed-exchange.csv"


def test_it_is_read_as_a_plain_table(many: Made) -> None:
    """Each row has an address or a name; what is broken is lost, or tells too little."""
    found, lost = many.imported(PATH)
    lines = many.rows_of(PATH)
    assert len(found) > 40
    assert lost <= {row for row, line in lines.items() if line["noise"] == "unreadable"}
    assert {one.provenance.row for one in found if one.provenance} | lost == set(lines)


def test_customers_are_spelled_in_their_own_way(many: Made) -> None:
    """Few as they call themselves."""
    names = {one["id"]: one["name"] for one in many.lines("organisations.jsonl")}
    rows = list(csv.DictReader(many.list_file(PATH).read_text().splitlines()))
    lines = many.rows_of(PATH)
    readable = [
        (row, lines[number]) for number, row in enumerate(rows, start=2)
        if lines[number]["organisation"]
    ]  # fmt: skip
    same = [row for row, line in readable if row["Customer"] == names[line["organisation"]]]
    assert len(same) < 0.5 * len(readable)
    assert all("@" in row["Contact"] for row, _ in readable)


def test_hosts_are_named_by_many_names(many: Made) -> None:
    """By host name, by the directory's name, by the group's, by address alone."""
    servers: dict[str, dict[str, Any]] = {one["id"]: one for one in many.lines("servers.jsonl")}
    kinds = set()
    lines = many.rows_of(PATH)
    for number, row in enumerate(
        csv.DictReader(many.list_file(PATH).read_text().splitlines()), start=2
    ):
        server = servers.get(lines[number]["server"] or "")
        if server and row["Host"] is not None:
            kinds.add("none" if not row["Host"]
                      else "published" if row["Host"] in server["host_names"]
                      else "own" if row["Host"] == server["full_name"] else "group")  # fmt: skip
    assert kinds == {"none", "published", "own", "group"}


def test_a_short_month_has_none(tmp_path: Any, paths: Callable[[str], list[str]]) -> None:
    """It is written on the fourteenth day."""
    generate(tmp_path / "out", 30, days=13)
    assert not (tmp_path / "out" / "lists" / "customers").exists()
    assert paths("customers") == [PATH]


def test_an_address_stands_alone_only_where_it_is_enough(many: Made) -> None:
    """Then it is the server's for the whole month, and no other unit's on another port."""
    servers = {one["id"]: one for one in many.lines("servers.jsonl")}
    holders: dict[str, set[str]] = {}
    for server in servers.values():
        for place in server["addresses"]:
            holders.setdefault(place["address"], set()).add(server["unit"])
    lines = many.rows_of(PATH)
    alone = 0
    for number, row in enumerate(csv.DictReader(many.list_file(PATH).read_text().splitlines()), 2):
        if lines[number]["unit"] and not row["Host"] and not row["Server"]:
            alone += 1
            assert holders[row["IP"]] == {lines[number]["unit"]}
            assert "stale" not in lines[number]["errors"]
    assert alone
