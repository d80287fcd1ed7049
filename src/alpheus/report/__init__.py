"""Reports: an `Assessment` for the terminal, as JSON, HTML, Markdown and CSV.

Every format replaces secrets in evidence by keyed hashes and escapes what an attacker wrote.
Give all of them the same `Redactor`, and equal secrets look equal in all of them.
"""

from __future__ import annotations

from alpheus.report.csv_output import write_csv, write_servers_csv
from alpheus.report.folder import write_report
from alpheus.report.html_output import write_html
from alpheus.report.json_output import SCHEMA, to_json, write_json
from alpheus.report.markdown import write_markdown
from alpheus.report.redact import Redactor
from alpheus.report.terminal import print_summary

__all__ = [
    "SCHEMA",
    "Redactor",
    "print_summary",
    "to_json",
    "write_csv",
    "write_html",
    "write_json",
    "write_markdown",
    "write_report",
    "write_servers_csv",
]
