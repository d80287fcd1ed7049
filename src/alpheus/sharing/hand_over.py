"""A package for a CERT or the police: what was found in every form, excerpts, hashes, custody.

Everything in it has passed the same policy. `SHA256SUMS` is checked with `sha256sum -c`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from alpheus.report.assessment_file import Assessment, Finding, Server, moment
from alpheus.report.visible import visible
from alpheus.sharing.lines import to_ecs
from alpheus.sharing.misp_out import to_misp
from alpheus.sharing.moments import stamp
from alpheus.sharing.policy import Policy
from alpheus.sharing.stix_out import to_stix

_COLUMNS = ("server", "time", "last", "stage", "weight", "rule", "title", "path", "place", "sha256",
            "text")  # fmt: skip
_WIDTH = 78
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_package(
    assessments: Iterable[Assessment], policy: Policy, producer: str, now: datetime, *,
    stream: BinaryIO, custody: Path | None = None,
) -> None:  # fmt: skip
    """Write the package as a zip archive. Give assessments as `policy` allows them."""
    known = list(assessments)
    files = {
        "README.txt": _readme(known, policy, producer, now, custody=custody is not None),
        "indicators.stix.json": _json(to_stix(known, policy, producer, now)),
        "indicators.misp.json": _json(to_misp(known, policy, producer, now)),
        "records.ecs.jsonl": "".join(json.dumps(one) + "\n" for one in to_ecs(known)),
        "excerpts.csv": _excerpts(known),
    }
    contents = {name: text.encode("utf-8", "backslashreplace") for name, text in files.items()}
    if custody is not None:
        contents["custody.log"] = custody.read_bytes()
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()
    )
    contents["SHA256SUMS"] = sums.encode()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def _json(content: object) -> str:
    return json.dumps(content, indent=1) + "\n"


def _readme(
    known: Sequence[Assessment], policy: Policy, producer: str, now: datetime, *, custody: bool
) -> str:
    servers = [server for one in known for server in one.servers]
    lines = [
        f"{policy.tlp.value}   from {producer}, {now:%Y-%m-%d %H:%M} UTC", "",
        "What was found on these servers, by Alpheus:", "",
        *(line for one in servers for line in _server(one)), "",
        "indicators.stix.json   STIX 2.1: indicators, where they were sighted, relations",
        "indicators.misp.json   the same as a MISP event",
        "records.ecs.jsonl      each record that proves something, as lines of JSON (ECS)",
        "excerpts.csv           the same as a table, with place and SHA-256 of the file",
        *["custody.log            who did what with the evidence, line by line"] * custody,
        "SHA256SUMS             sha256sum -c SHA256SUMS", "",
    ]  # fmt: skip
    if not policy.named:
        lines += ["The servers stand under names that say nothing; quotes and folders are left",
                  "out, since they may name them.", ""]  # fmt: skip
    lines += [line for one in policy.told() for line in textwrap.wrap(f"{one}.", _WIDTH)]
    return "\n".join(lines).rstrip() + "\n"


def _server(server: Server) -> list[str]:
    """What is said of a server, on lines of a page."""
    says = "" if server.headline == server.verdict.value else server.headline
    told = f"{server.name}: {server.verdict.value} ({server.stage.value}). {says}".rstrip()
    return textwrap.wrap(visible(told), _WIDTH, initial_indent="  ", subsequent_indent="    ")


def _excerpts(known: Sequence[Assessment]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for assessment in known:
        for server in assessment.servers:
            for finding in server.findings:
                writer.writerows(_rows(server, finding))
    return stream.getvalue()


def _rows(server: Server, finding: Finding) -> Iterable[tuple[str, ...]]:
    times = [stamp(one) if one else "" for one in map(moment, (finding.time, finding.last))]
    for one in finding.citations:
        place = next((str(n) for n in (one.line, one.offset, one.record_id) if n is not None), "")
        row = (server.name, *times, finding.stage.value, finding.weight.value, finding.rule,
               finding.title, one.path, place, one.sha256 or "", one.text)  # fmt: skip
        yield tuple(map(_inert, row))


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
