"""The table of what to collect, as it is asked."""

from __future__ import annotations

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.collection import Collection, Entry, Place, unique


def entry(name: str, source: str, *paths: str, products: tuple[str, ...] = ("iis",)) -> Entry:
    """An entry of few words."""
    return Entry(name, name.title(), products, source, paths, "why", "size", "kept")


PLACES = {
    "SystemRoot": Place("SystemRoot", "C:\\Windows", "Windows", variable=True),
    "Logs": Place("Logs", "C:\\logs", "logs"),
}
TABLE = Collection(
    (
        entry("one", "iis-site-1", "%Logs%\\W3SVC1\\*.log"),
        entry("sites", "iis-site-*", "%Logs%\\W3SVC*\\*.log"),
        entry("system", "windows-system", "%SystemRoot%\\a.evtx", "%Logs%\\b.evtx",
              products=("windows",)),
        entry("tasks", "", "%SystemRoot%\\Tasks\\**\\*", products=("exchange",)),
    ),
    PLACES,
)  # fmt: skip


def test_a_source_is_that_of_its_own_entries_or_of_a_wide_one() -> None:
    """Another site falls to the entry for all sites; an entry without a source gives none."""
    assert [one.id for one in TABLE.of_source("iis-site-1")] == ["one"]
    assert [one.id for one in TABLE.of_source("iis-site-3")] == ["sites"]
    assert TABLE.of_source("httpproxy") == ()
    assert not TABLE.entries[3].fills("")


def test_a_product_has_its_entries_and_those_of_every_server() -> None:
    """Without a product it is all of them; one that is not known is told."""
    assert [one.id for one in TABLE.of_product("exchange")] == ["system", "tasks"]
    assert TABLE.of_product("") == TABLE.entries
    with pytest.raises(KnowledgeError, match="known are exchange, iis, windows"):
        TABLE.of_product("lotus")


def test_people_see_variables_of_windows_and_usual_places() -> None:
    """A name of the table alone would say nothing to them."""
    assert TABLE.paths_of("windows-system") == "%SystemRoot%\\a.evtx, C:\\logs\\b.evtx"


def test_a_path_begins_where_a_place_lies() -> None:
    """Where it usually does, or wherever it is said to."""
    path = "%Logs%\\W3SVC1\\*.log"
    assert list(TABLE.resolved(path, {})) == ["C:\\logs\\W3SVC1\\*.log"]
    elsewhere = {"Logs": ["D:\\", "E:\\x"]}
    assert list(TABLE.resolved(path, elsewhere)) == ["D:\\W3SVC1\\*.log", "E:\\x\\W3SVC1\\*.log"]


def test_a_text_gets_the_paths_of_a_source() -> None:
    """Every time that it is named; a source of which nothing is known is told."""
    text = TABLE.expand("a {collect:iis-site-1}, {x} {collect:iis-site-1}.")
    assert text == "a C:\\logs\\W3SVC1\\*.log, {x} C:\\logs\\W3SVC1\\*.log."
    with pytest.raises(KnowledgeError, match="'httpproxy'"):
        TABLE.expand("{collect:httpproxy}")


def test_two_tables_are_one_unless_an_id_is_in_both() -> None:
    """A pack adds entries, and replaces none."""
    more = Collection((entry("uls", "exchange-log", "%Logs%\\x"),), {})
    joined = TABLE.join(more)
    assert [one.id for one in joined.entries][-1] == "uls"
    assert joined.places == PLACES
    with pytest.raises(KnowledgeError, match="'uls'"):
        joined.join(more)
    assert unique((*more.entries, *more.entries)) == "uls"
    assert unique(TABLE.entries) is None
