"""`alpheus probe report`: runs of the probe, and imported lists, as a page for people."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from alpheus.cli.output import say
from alpheus.errors import UsageError

CHANGED = 3
"""Exit status where the audit log of a run is not as it was written."""


def report(options: argparse.Namespace) -> int:
    """Write the report of `options.targets[1:]` to `options.output`; tell where it is."""
    from alpheus.exposure.report.assemble import make_report  # noqa: PLC0415 - keeps --help fast
    from alpheus.exposure.report.files import write_report  # noqa: PLC0415 - as above
    from alpheus.report.visible import visible  # noqa: PLC0415 - as above

    if not options.targets[1:]:
        raise UsageError("report needs the folder of a run: alpheus probe report FOLDER")
    output: Path | None = options.output
    if output is not None and (output.is_dir() or output.suffix.lower() not in {".html", ".htm"}):
        raise UsageError(f"{output} is no HTML file: name one, such as -o report.html")
    material = make_report([Path(one) for one in options.targets[1:]], datetime.now(UTC).date())
    newest = material.report.newest.run
    written = write_report(material, output or Path(newest.path).parent / "report.html")
    print(visible(material.report.headline))
    if material.report.change:
        print(visible(material.report.change))
    print(f"report: {written['html']}")
    status = 0
    for point in material.report.trend:
        if point.run.lost:
            lines = "line is" if point.run.lost == 1 else "lines are"
            say(f"{point.run.path}: {point.run.lost:,} {lines} no observation")
        if point.run.audit_fault:
            say(f"{point.run.path}: the audit log was CHANGED at {point.run.audit_fault}")
            status = CHANGED
    return status
