"""The table of Exchange builds and CVEs as records; `builds` draws the conclusions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alpheus.errors import KnowledgeError
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.tables import read_table

FILE = "exchange_builds.csv"
_COLUMNS = ("product", "cu", "su", "kind", "kb", "build", "release_date", "name", "note", "source")
WORDS = frozenset(
    {
        "fixed",
        "vulnerable",
        "vulnerable_no_fix_for_this_cu",
        "not_affected",
        "not_listed",
        "unknown",
        "unknown_unsupported_cu",
        "unknown_conflict",
        "fixed_if_EP_on",
        "fixed_if_config_done",
        "vulnerable_unless_EP_on",
    }
)
"""What the table may say about a build and a CVE."""


@dataclass(frozen=True, slots=True)
class BuildRow:
    """One published build. `release_date` is `YYYY-MM-DD`, or `YYYY-MM` if only that is known."""

    product: str
    cu: str
    su: str
    kind: str
    kb: str
    build: BuildNumber
    release_date: str
    name: str
    note: str
    source: str
    states: Mapping[str, str]

    @property
    def family(self) -> tuple[str, str]:
        """Product and cumulative update: within it updates are told apart by the fourth part."""
        return self.product, self.cu

    @property
    def label(self) -> str:
        """`CU19 with Feb21SU`; `RTM`."""
        update = self.su or (self.kb if self.kind == "SU" else "")
        return f"{self.cu} with {update}" if update and self.kind != "CU" else self.cu

    @property
    def conflict(self) -> str:
        """What the sources of this row disagree about, or ''."""
        return self.note if "CONFLICT" in self.note else ""


def read_rows() -> tuple[BuildRow, ...]:
    """Every row, lowest build first. Raises KnowledgeError."""
    rows: list[BuildRow] = []
    for number, row in enumerate(read_table(FILE, _COLUMNS), 2):
        build = parse_build(row["build"])
        if build is None or build.precision != 4:
            message = f"tables/{FILE}: line {number}: {row['build']!r} is no four-part build"
            raise KnowledgeError(message)
        states = {name: word for name, word in row.items() if name.startswith("CVE-")}
        for cve, word in states.items():
            if word not in WORDS:
                message = f"tables/{FILE}: line {number}: {cve}: {word!r} is not a known state"
                raise KnowledgeError(message)
        plain = {name: row[name] for name in _COLUMNS if name != "build"}
        rows.append(BuildRow(build=build, states=states, **plain))
    return tuple(sorted(rows, key=lambda row: row.build))
