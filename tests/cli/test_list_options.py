"""What can be said of lists on the command line."""

from __future__ import annotations

import argparse

import pytest

from alpheus.cli.list_options import add_list_options_to, list_options_of
from alpheus.errors import UsageError
from alpheus.exposure.imports import ImportOptions


def _read(*words: str) -> ImportOptions:
    parser = argparse.ArgumentParser()
    add_list_options_to(parser)
    return list_options_of(parser.parse_args(words))


def test_what_is_said() -> None:
    """Columns by role and name, a day in UTC, and that they are victims; else nothing."""
    assert _read() == ImportOptions()
    assert _read("--column", "when=Datum", "--column", "ADDRESS=2", "--seen", "2021-03-05",
                 "--victims", "--tlp", "white") == ImportOptions(
        tlp="TLP:CLEAR", columns=(("when", "Datum"), ("address", "2")),
        seen="2021-03-05T00:00:00Z", victims=True,
    )  # fmt: skip


@pytest.mark.parametrize("wrong", ["when", "when=", "x=Datum"])
def test_columns_that_say_nothing(wrong: str) -> None:
    """Are wrong usage."""
    with pytest.raises(SystemExit):
        _read("--column", wrong)


def test_a_day_to_come() -> None:
    """Is refused: nobody was seen then."""
    with pytest.raises(UsageError, match="has not been yet"):
        _read("--seen", "2099-01-01")
