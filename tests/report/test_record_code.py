"""Code of a page that a record quotes."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from json import dumps
from urllib.parse import quote

import pytest

from alpheus.report.record_code import mask_code
from alpheus.report.redact import Redactor
from assessments import assessment, cite, compromised_server

KEY = "br9rknh4"
RUN = "eval"
CODE = (
    f'<script language="JScript" runat="sever">function Page_Load(){{{{{RUN}("{KEY}","unsafe");}}'
    "</script>"
)
"""It has two defects, as every page of the simulator has."""

DOUBLED = CODE.replace('"', '""')
WAYS = {
    "plain": CODE,
    "doubled": DOUBLED,
    "doubled twice": DOUBLED.replace('"', '""'),
    "json": dumps(CODE),
    "json of doubled": dumps(DOUBLED),
    "json twice": dumps(dumps(CODE)),
    "json for html": dumps(CODE).replace("<", "\\u003c").replace('\\"', "\\u0022"),
    "html": escape(CODE),
    "address": quote(CODE),
    "cut off": DOUBLED[: DOUBLED.index("unsafe")],
    "block": DOUBLED.replace('<script language=""JScript"" runat=""sever"">', "<%").replace(
        "</script>", "%>"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_code_in_a_record_keeps_no_key_however_it_is_quoted(way: str) -> None:
    """Doubled by CSV, escaped by JSON, encoded for an address: the key is not shown."""
    row = f"2021-02-27T03:10:19.452Z,EX01,S:CMD=Set-It.Url=''http://f/{WAYS[way]}''.Name=''x9y8z7''"
    shown = mask_code(row, Redactor())
    assert KEY not in shown
    assert "[secret:" in shown
    assert "Name=''x9y8z7''" in shown or way == "cut off"


@pytest.mark.parametrize("way", ["plain", "doubled", "json", "json of doubled"])
def test_all_but_the_key_stays_as_it_was_written(way: str) -> None:
    """A record can be found again in its log by what is shown of it."""
    redactor = Redactor()
    shown = mask_code(f'before "opensesame9" {WAYS[way]} after', redactor)
    assert shown == f'before "opensesame9" {WAYS[way].replace(KEY, redactor.mark(KEY))} after'


def test_a_record_without_code_stays_as_it_is() -> None:
    """Names and values are in quotes in logs, and are no secrets."""
    row = 'POST /a.aspx ""opensesame9"" 50%25 off {"script":"opensesame9"}'
    assert mask_code(row, Redactor()) == row


def test_no_form_of_a_report_shows_a_key_that_a_log_quotes() -> None:
    """The page may be gone: then its code is in the log of the control panel alone."""
    server = compromised_server()
    row = f"2021-02-27T03:10:19.452Z,EX01,ECP.Request,''http://f/{DOUBLED}''"
    found = replace(server.findings[0], detail=row, citations=(cite("ECPServer.LOG", row, 7),))
    one = assessment(replace(server, findings=(found,)))
    shown = Redactor().assessment(one).servers[0].findings[0]
    assert KEY not in shown.detail
    assert KEY not in shown.citations[0].text
