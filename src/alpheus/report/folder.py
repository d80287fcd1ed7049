"""The whole report as a folder of files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from alpheus.model import Assessment
from alpheus.report.csv_output import write_csv, write_servers_csv
from alpheus.report.files import Writer, write_files
from alpheus.report.html_output import write_html
from alpheus.report.json_output import write_json
from alpheus.report.markdown import write_markdown
from alpheus.report.redact import Redactor


def write_report(
    assessment: Assessment, folder: Path, redactor: Redactor | None = None
) -> dict[str, Path]:
    """Write every format into a folder, all or none; return the paths by file name.

    The folder is made if it is missing; files of an earlier report are replaced by complete ones.
    Raises OutputError.
    """
    used = redactor or Redactor()
    redacted = used.assessment(assessment)  # once, not once per format
    writers: dict[str, Writer] = {
        "report.html": partial(write_html, redacted, redactor=used),
        "assessment.json": partial(write_json, redacted, redactor=used),
        "findings.csv": partial(write_csv, redacted, redactor=used),
        "servers.csv": partial(write_servers_csv, redacted, redactor=used),
        "report.md": partial(write_markdown, redacted, redactor=used),
    }
    return write_files(folder, writers)
