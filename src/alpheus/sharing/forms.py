"""Every form in which what was found is handed on, as the bytes of a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from alpheus.report.assessment_file import Assessment
from alpheus.report.csv_output import cell
from alpheus.sharing import intelmq_out, lines, shadowserver_out
from alpheus.sharing.hand_over import write_package
from alpheus.sharing.listed import Listed, listed
from alpheus.sharing.misp_out import to_misp
from alpheus.sharing.policy import Policy
from alpheus.sharing.sarif_out import to_sarif
from alpheus.sharing.stix_out import to_stix


class Given(NamedTuple):
    """What is handed on: assessments as `policy` allows them, by whom, and when.

    `custody` is a log that goes into a package.
    """

    known: Sequence[Assessment]
    policy: Policy
    producer: str
    now: datetime
    custody: Path | None = None


def _stix(given: Given) -> bytes:
    return _json(to_stix(given.known, given.policy, given.producer, given.now))


def _misp(given: Given) -> bytes:
    return _json(to_misp(given.known, given.policy, given.producer, given.now))


def _sarif(given: Given) -> bytes:
    return _json(to_sarif(given.known, given.policy, given.producer))


def _timesketch_csv(given: Given) -> bytes:
    """Timesketch's table: the three columns that it needs come first. No cell is a formula."""
    stream = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in lines.to_timesketch(given.known):
        flat = {name: cell(" ".join(value) if isinstance(value, list) else value)
                for name, value in row.items()}  # fmt: skip
        if writer is None:
            writer = csv.DictWriter(stream, list(flat), lineterminator="\n")
            writer.writeheader()
        writer.writerow(flat)
    return stream.getvalue().encode("utf-8", "backslashreplace")


def _intelmq(given: Given) -> bytes:
    return _json_lines(intelmq_out.to_intelmq(_victims(given), given.policy, given.producer))


def _intelmq_csv(given: Given) -> bytes:
    events = intelmq_out.to_intelmq(_victims(given), given.policy, given.producer)
    return _table(intelmq_out.COLUMNS, events)


def _shadowserver(given: Given) -> bytes:
    rows = shadowserver_out.to_shadowserver(_victims(given), given.policy, given.producer)
    return _table(shadowserver_out.COLUMNS, rows)


def _package(given: Given) -> bytes:
    packed = io.BytesIO()
    write_package(
        given.known, given.policy, given.producer, given.now, stream=packed, custody=given.custody
    )
    return packed.getvalue()


def _victims(given: Given) -> list[Listed]:
    """The servers of a list of victims; who is none is counted."""
    every = list(listed(given.known, named=given.policy.named))
    found = [one for one in every if one is not None]
    given.policy.unlisted += len(every) - len(found)
    return found


def _records(
    maker: Callable[[Iterable[Assessment]], Iterable[Mapping[str, object]]], given: Given
) -> bytes:
    return _json_lines(maker(given.known))


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1) + "\n").encode()


def _json_lines(objects: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A table with these columns, in which no cell is a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(name, "")) for name in columns] for row in rows)
    return stream.getvalue().encode()


FORMS: dict[str, Callable[[Given], bytes]] = {
    "stix": _stix,
    "misp": _misp,
    "timesketch": partial(_records, lines.to_timesketch),
    "timesketch-csv": _timesketch_csv,
    "ecs": partial(_records, lines.to_ecs),
    "ocsf": partial(_records, lines.to_ocsf),
    "sarif": _sarif,
    "intelmq": _intelmq,
    "intelmq-csv": _intelmq_csv,
    "shadowserver": _shadowserver,
    "package": _package,
}
"""What writes each form, by its name."""
