"""`alpheus campaign report`: what a campaign run found, for people and for programs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from alpheus.cli.case_common import Below, add_command, open_place
from alpheus.cli.output import standard_output
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from typing import TextIO

    from alpheus.fleet.report import Report

FORMATS = ("text", "json", "csv", "markdown", "html")
LANGUAGES = ("en", "es", "de")
_TRANSLATED = frozenset({"markdown", "html"})


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    report = add_command(
        below, "report", _report, "say what a campaign run found: victims, what they share",
        " Who is of one hand is told with what speaks for it and against it; csv is that as a "
        "table, with a row for each piece of evidence of each intrusion.",
    )  # fmt: skip
    report.add_argument("--format", choices=FORMATS, default="text", help="how (default: text)")
    report.add_argument(
        "--language", choices=LANGUAGES, default=LANGUAGES[0],
        help="in which language markdown and html are written (default: en)",
    )  # fmt: skip


def _report(options: argparse.Namespace) -> int:
    if options.language != LANGUAGES[0] and options.format not in _TRANSLATED:
        raise UsageError(f"{options.format} is written in English: --format markdown or html")
    from alpheus.fleet.report import report  # noqa: PLC0415 - keeps --help fast

    with open_place(options) as database:
        found = report(database, whole=options.format == "csv")
    with standard_output(exact=options.format not in {"text", "markdown"}) as stream:
        _write(found, options.format, options.language, stream)
    return 0


def _write(found: Report, form: str, language: str, stream: TextIO) -> None:
    if form == "json":
        import msgspec  # noqa: PLC0415 - keeps --help fast

        stream.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    elif form == "csv":
        from alpheus.fleet.hands_table import write_table  # noqa: PLC0415 - as above

        write_table(found.hands, stream)
    elif form in _TRANSLATED:
        from alpheus.fleet import report_forms  # noqa: PLC0415 - as above
        from alpheus.web.words import words  # noqa: PLC0415 - as above

        writer = report_forms.write_html if form == "html" else report_forms.write_markdown
        writer(found, stream, words(language))
    else:
        from alpheus.fleet.text import report_lines  # noqa: PLC0415 - as above

        stream.writelines(f"{line}\n" for line in report_lines(found))
