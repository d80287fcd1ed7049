"""Observations as CSV for a spreadsheet, with formulas made harmless.

UTF-8, comma, every cell quoted, CRLF; times ISO 8601 in UTC. CVEs are grouped by their state, so
that rows can be written before it is known which CVEs there will be.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from alpheus.exposure.model import Observation
from alpheus.report.csv_output import cell

STATES = ("vulnerable", "undetermined", "mitigated", "fixed", "not-affected")

COLUMNS = (
    "target", "address", "port", "names", "exchange", "product", "build", "precision", "witness",
    "status", *STATES, "confidence", "flags", "servers", "reason", "tls", "certificate",
    "organisation", "requests", "time", "source", "file", "row", "first_seen", "last_seen", "tlp",
    "attributes",
)  # fmt: skip

_TRUTH = {True: "true", False: "false", None: ""}


class CsvWriter:
    """Writes rows to a text stream whose line ends are left alone; the header comes first."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        self._writer.writerow(COLUMNS)

    def write(self, observation: Observation) -> None:
        """One row."""
        self._writer.writerow([cell(value) for value in _row(observation)])


def _row(observation: Observation) -> Iterator[object]:
    yield from (observation.target, observation.address, observation.port)
    yield from (" ".join(observation.names), _TRUTH[observation.exchange], observation.product)
    yield from (observation.build, observation.precision, observation.witness)
    yield observation.status.value
    for state in STATES:
        yield " ".join(cve for cve, entry in observation.cves.items() if entry.state == state)
    yield from (observation.confidence, " ".join(observation.flags), " ".join(observation.servers))
    yield observation.reason
    tls = observation.tls
    certificate = tls.certificate if tls else None
    yield tls.version if tls else ""
    yield certificate.subject if certificate else ""
    yield certificate.organisation if certificate else ""
    yield from (observation.requests, observation.time)
    origin = observation.provenance
    if origin is None:
        yield from ("",) * 6
    else:
        yield from (origin.source, origin.file, origin.row)
        yield from (origin.first_seen, origin.last_seen, origin.tlp)
    yield "; ".join(f"{name}={value}" for name, value in observation.attributes.items())
