"""The page and what stands beside it: JSON with the same numbers, and two tables in CSV."""

from __future__ import annotations

import csv
from dataclasses import asdict, replace
from pathlib import Path
from typing import TextIO

import msgspec

from alpheus.exposure.report.assemble import Material
from alpheus.exposure.report.html import write_html
from alpheus.exposure.report.model import ChangeRow, ExposureReport, FileNames, HostRow
from alpheus.report.csv_output import cell
from alpheus.report.files import write_files
from alpheus.report.visible import portable

HOST_COLUMNS = (
    "address", "port", "name", "server", "build", "product", "status", "vulnerable", "flags",
    "reason", "target",
)  # fmt: skip

CHANGE_COLUMNS = (
    "change", *HOST_COLUMNS, "build_before", "product_before", "address_before", "cves",
    "vulnerable_before",
)  # fmt: skip


def write_report(material: Material, page: Path) -> dict[str, Path]:
    """Write the page, and JSON and CSV under the same stem beside it; all of them or none.

    Returns the paths as `html`, `json`, `changes` and `vulnerable`. Raises OutputError.
    """
    names = FileNames(
        page.name, f"{page.stem}.json", f"{page.stem}-changes.csv", f"{page.stem}-vulnerable.csv"
    )
    report = replace(material.report, files=names)
    written = write_files(
        page.parent,
        {
            names.json: lambda stream: write_json(report, stream),
            names.changes: lambda stream: _write_changes(material, stream),
            names.vulnerable: lambda stream: _write_vulnerable(material, stream),
            names.html: lambda stream: write_html(report, stream),
        },
    )
    return {kind: written[name] for kind, name in asdict(names).items()}


def write_json(report: ExposureReport, stream: TextIO) -> None:
    """The report as JSON; text that is no Unicode is written out in ASCII."""
    stream.write(msgspec.json.format(msgspec.json.encode(_portable(msgspec.to_builtins(report))),
                                     indent=1).decode() + "\n")  # fmt: skip


def _portable(value: object) -> object:
    if isinstance(value, str):
        return portable(value)
    if isinstance(value, dict):
        return {key: _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    return value


def _write_changes(material: Material, stream: TextIO) -> None:
    """All hosts that changed, the gravest first."""
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(CHANGE_COLUMNS)
    for row in material.describer.changes(material.changes):
        writer.writerow([cell(value) for value in _change(row)])


def _write_vulnerable(material: Material, stream: TextIO) -> None:
    """All vulnerable servers, the worst first."""
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(HOST_COLUMNS)
    for row in material.describer.hosts(material.vulnerable):
        writer.writerow([cell(value) for value in _host(row)])


def _host(row: HostRow) -> tuple[object, ...]:
    return (
        row.address, row.port, row.name, row.server, row.build, row.product, row.status,
        " ".join(row.vulnerable), " ".join(row.flags), row.reason, row.target,
    )  # fmt: skip


def _change(row: ChangeRow) -> tuple[object, ...]:
    return (
        row.kind, *_host(row.host), row.build_before, row.product_before, row.address_before,
        " ".join(row.cves), " ".join(row.vulnerable_before),
    )  # fmt: skip
