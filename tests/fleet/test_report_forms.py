"""A campaign run as Markdown and HTML."""

from __future__ import annotations

import io
import re

import pytest

from alpheus.cases.database import Database
from alpheus.fleet.hands_told import tell_hands
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.report import Report, report
from alpheus.fleet.report_forms import write_html, write_markdown
from assessments import HOSTILE
from fleet_filling import RECIPE, finished, registered
from strand_filling import seen, trait


@pytest.fixture
def found(database: Database) -> Report:
    """Two victims of one hand."""
    ledger = Ledger(database)
    registered(ledger, 3)
    ledger.settle(finished(ledger.claim(RECIPE, 3, "w"), [2, 3]), "mia")
    return report(database)


def test_markdown_is_headings_and_tables(found: Report) -> None:
    """For a ticket or a wiki."""
    stream = io.StringIO()
    write_markdown(found, stream)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "# What a campaign run found"
    assert "### Hand 1: 2 servers, high confidence" in lines
    assert "| Evidence for it | What | Servers | Weight |" in lines
    assert "| --- | --- | ---: | ---: |" in lines


def test_the_page_fetches_nothing_and_runs_nothing(found: Report) -> None:
    """It may be opened anywhere."""
    stream = io.StringIO()
    write_html(found, stream)
    text = stream.getvalue()
    assert "<h3>Hand 1: 2 servers, high confidence</h3>" in text
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "http://" not in text


def test_what_an_intruder_chose_is_shown_and_does_nothing(found: Report) -> None:
    """Names of pages, programs and commands are theirs."""
    theirs = [trait("page-name", f"{at}{one}") for at, one in enumerate(HOSTILE)]
    several = [seen(at, trait("secret", "5ec1"), *theirs) for at in (1, 2)]
    hostile = Report(found.schema, found.made, found.units, found.verdicts, found.judged,
                     tell_hands(several), (), (), ())  # fmt: skip
    for write in (write_html, write_markdown):
        stream = io.StringIO()
        write(hostile, stream)
        assert not re.search(r"(?<!\\)<(?:script|img)", stream.getvalue())
        assert "\x00" not in stream.getvalue()
