"""What labels of lists say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.imports.labels import MEANINGS, TABLE, read_labels
from alpheus.knowledge.tables import read_table


def test_the_table_of_words() -> None:
    """Every word stands once, folded, with a meaning that is known."""
    rows = read_table(TABLE, ("meaning", "language", "word"))
    words = [row["word"] for row in rows]
    assert len(words) == len(set(words))
    assert {row["meaning"] for row in rows} <= set(MEANINGS)
    assert all(word.isascii() and word == word.lower() for word in words)
    assert {"en", "es", "de"} <= {row["language"] for row in rows}


@pytest.mark.parametrize(
    ("label", "compromised"),
    [
        ("compromised", True), ("kompromittiert", True), ("Comprometido", True),
        ("exchange;webshell", True), ("web_shell", True), ("HasWebShell", True),
        ("compromised_website", True), ("un servidor comprometido", True),
        ("compromised; no webshell found", True), ("not only scanned, compromised", True),
        ("Webshell entfernt", True), ("not compromised", False), ("no webshell found", False),
        ("keine Webshell", False), ("Webshell entfernt, nicht kompromittiert", False),
        ("sin webshell", False), ("No se encontró webshell", False), ("compromised: no", False),
        ("non-compromised", False), ("webshell not found", False), ("no longer compromised", False),
        ("scanned", None), ("exchange", None), ("", None), ("uncompromised", None),
    ],
)  # fmt: skip
def test_broken_into_or_not(label: str, compromised: bool | None) -> None:
    """A negation holds for its clause, and the plain word outdoes what an intruder leaves."""
    found = read_labels([label])
    assert found.compromised is compromised
    assert found.word == (label if compromised else "")


@pytest.mark.parametrize(
    ("label", "vulnerable", "patched"),
    [
        ("vulnerable", True, None), ("verwundbar", True, None), ("anfällig", True, None),
        ("no vulnerable", False, None), ("gepatcht", None, True), ("patched", None, True),
        ("parcheado", None, True), ("not yet patched", True, False), ("sin parche", True, None),
        ("nicht gepatcht", True, False), ("webshell", None, None),
    ],
)  # fmt: skip
def test_open_or_closed(label: str, vulnerable: bool | None, patched: bool | None) -> None:
    """What is not patched is vulnerable."""
    found = read_labels([label])
    assert (found.vulnerable, found.patched) == (vulnerable, patched)


def test_both_is_neither() -> None:
    """Labels that contradict each other are believed in nothing, and it is told."""
    found = read_labels(["compromised", "not compromised"])
    assert (found.compromised, found.conflict, found.word) == (None, True, "")
    assert read_labels(["Webshell entfernt, nicht kompromittiert"]).conflict
    assert not read_labels(["compromised; no webshell found"]).conflict


def test_words_that_nobody_knows() -> None:
    """Are told, also beside others."""
    assert not read_labels(["xyzzy"]).understood
    assert not read_labels(["patched", "xyzzy"]).understood
    assert read_labels(["CVE-2021-26855", "Exchange"]).understood
    assert read_labels(["  ", ""]).understood


@given(st.lists(st.text(max_size=300), max_size=3))
def test_any_text(texts: list[str]) -> None:
    """Nothing raises; the word is one of the texts."""
    found = read_labels(texts)
    assert found.word in {"", *texts}
