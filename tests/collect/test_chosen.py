"""What is wanted, and where it lies on this operator's servers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alpheus.collect.chosen import (
    Chosen,
    choose,
    decides,
    deciding_first,
    each_path,
    read_places,
    table_of,
)
from alpheus.errors import UsageError
from alpheus.knowledge.collection import Collection
from alpheus.knowledge.model import Pack


def test_every_deciding_source_of_every_pack_has_an_entry(
    table: Collection, packs: Sequence[Pack]
) -> None:
    """So has every other source that a pack names for a flaw."""
    deciding = {label for p in packs for group in p.deciding for label in group.any_of}
    others = {label for p in packs for labels in p.other_sources.values() for label in labels}
    assert deciding
    assert [label for label in deciding | others if not table.of_source(label)] == []


def test_what_decides_comes_first_and_what_people_need_last(
    table: Collection, packs: Sequence[Pack]
) -> None:
    """Within each, the order is that of the table."""
    ordered = deciding_first(table.entries, packs)
    ranks = [(not decides(one, packs), not one.triage) for one in ordered]
    assert ranks == sorted(ranks)
    assert [one.id for one in ordered[:5]] == [
        "httpproxy", "iis-front-end", "iis-other-sites", "ecp-server", "msexchange-management",
    ]  # fmt: skip
    assert set(ordered) == set(table.entries)


def test_a_place_may_lie_elsewhere_and_several_times(table: Collection) -> None:
    """In any case of letters, and with either slash."""
    places = read_places(table, ["iislogs=d:/Logs/", "IisLogs=E:\\IIS", "volume=D:"])
    assert places == {"IisLogs": ["D:\\Logs", "E:\\IIS"], "Volume": ["D:"]}
    entries = [one for one in table.entries if one.id in {"iis-front-end", "mft"}]
    assert [path for _, path in each_path(choose(table, entries, places))] == [
        "D:\\Logs\\W3SVC1\\*.log", "E:\\IIS\\W3SVC1\\*.log", "D:\\$MFT",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("Nowhere=D:\\", "no such place; they are ExchangeInstallPath"), ("", "no such place"),
        ("IisLogs", "such as IisLogs=D:"), ("IisLogs=", "no folder"), ("IisLogs=logs", "no folder"),
        ("IisLogs=D:\\a\\*", "no folder"), ("IisLogs=D:\\a,b", "no folder"),
        ('IisLogs=D:\\a" & del', "no folder"), ("IisLogs=D:\\a\nb", "no folder"),
        ("IisLogs=\\\\server\\share", "no folder"), ("IisLogs=D:\\%TEMP%", "no folder"),
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused(table: Collection, given: str, wrong: str) -> None:
    """Nothing goes into a definition that a collector could take for something else."""
    with pytest.raises(UsageError, match=wrong):
        read_places(table, [given])


def test_packs_add_to_the_table(table: Collection, chosen: Sequence[Chosen]) -> None:
    """Without packs it is the table that ships; what packs add stands behind it."""
    shipped = table_of([]).entries
    assert table.entries[: len(shipped)] == shipped
    added = {one.id for one in table.entries[len(shipped) :]}
    assert added == {"sharepoint-uls", "sharepoint-layouts", "sharepoint-version"}
    assert len(chosen) == len(table.entries)


def test_pages_of_sharepoint_are_taken_with_the_folders_below(table: Collection) -> None:
    """A page that was planted in a folder of LAYOUTS is served like one beside it."""
    (entry,) = (one for one in table.entries if one.id == "sharepoint-layouts")
    layouts = r"%SharePointRoot%\TEMPLATE\LAYOUTS"
    assert set(entry.paths) == {rf"{layouts}\**\*.as*", rf"{layouts}\**\*.js"}
