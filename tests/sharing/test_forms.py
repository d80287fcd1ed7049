"""Every form, as the bytes of a file."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment
from alpheus.sharing.forms import FORMS, Given
from alpheus.sharing.moments import finished
from alpheus.sharing.policy import Policy


def _made(form: str, policy: Policy, *known: Assessment, producer: str = "A CERT") -> bytes:
    allowed = list(policy.allowed(known))
    return FORMS[form](Given(allowed, policy, producer, finished(known[0])))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("named", [True, False])
def test_what_may_not_be_told_is_in_no_form(form: str, named: bool, assessment: Assessment) -> None:
    """A finding under TLP:RED leaves no trace in what is under TLP:AMBER."""
    content = _made(form, Policy(Tlp.AMBER, named), assessment)
    assert content
    if form != "package":  # an archive; its own test reads it
        assert b"Title of told" not in content
        assert b'"told"' not in content


@pytest.mark.parametrize("form", ["stix", "misp", "sarif"])
def test_documents_are_json(form: str, assessment: Assessment) -> None:
    """One of them, with a line end."""
    content = _made(form, Policy(Tlp.RED, named=True), assessment)
    assert isinstance(json.loads(content), dict)
    assert content.endswith(b"\n")


@pytest.mark.parametrize("form", ["intelmq-csv", "shadowserver"])
def test_no_cell_is_a_formula(form: str, assessment: Assessment) -> None:
    """Whoever hands it on is a cell, too."""
    content = _made(form, Policy(Tlp.RED, named=True), assessment, producer="=cmd()")
    cells = [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row]
    assert "'=cmd()" in cells
    assert "=cmd()" not in cells


def test_no_cell_of_a_table_of_times_is_a_formula(assessment: Assessment) -> None:
    """Intruders choose the names of pages, and may have chosen that of a computer."""
    servers = tuple(msgspec.structs.replace(one, name="=cmd()") for one in assessment.servers)
    given = msgspec.structs.replace(assessment, servers=servers)
    content = _made("timesketch-csv", Policy(Tlp.RED, named=True), given)
    (head, *rows) = csv.reader(io.StringIO(content.decode()))
    assert {row[head.index("hostname")] for row in rows} == {"'=cmd()"}


def test_a_table_of_times_needs_no_lines(assessment: Assessment) -> None:
    """Nothing with a time is nothing, and no failure."""
    assert _made("timesketch-csv", Policy(Tlp.RED, named=True),
                 Assessment(assessment.schema, assessment.run, ())) == b""  # fmt: skip
