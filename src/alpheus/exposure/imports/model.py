"""What a reader of lists gives, before it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alpheus.exposure.model import Response, Tls

KINDS = (
    "shadowserver", "shodan", "censys", "nmap", "zgrab2", "httpx", "nuclei", "masscan", "csv",
    "misp", "stix", "intelmq",
)  # fmt: skip
"""What can be read; told from the content, or by the operator."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the operator says of a file. Empty texts say nothing.

    `tlp` is a label such as `TLP:AMBER`; where the file has a stricter one, that holds. `columns`
    are roles and names of columns of a table (`list_columns`). `seen` is a time as ISO 8601 in UTC
    for records that have none. `victims`: the list is one of servers that were broken into.
    """

    kind: str = ""
    tlp: str = ""
    source: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    seen: str = ""
    victims: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """A record that could not be imported.

    `row` is its line in a table, else the number of the record, from 1 on; 0 is the file itself.
    """

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A response that a list carries. `path` was asked for by `host`; both may be empty."""

    path: str
    host: str
    response: Response


@dataclass(slots=True)
class Listing:
    """What one record says of one address and port, in the words of its source.

    `address` may be empty where only a name is known, `port` is 0 where none is named. `product`
    and `version` are believed only where no raw answer tells better; `version_field` is the
    place of the version in the record. `exchange`: the source takes it for Exchange. `vulnerable`
    are the CVEs that the source holds open, in capitals; `compromised` is its word for a server
    that was broken into. `indicator`: named as a sign of an attack, perhaps the attacker's own.
    Times are ISO 8601 in UTC, or empty. `remarks` are cells that were left out: the sort, of
    `imports.remarks`, and what stood there.
    """

    row: int
    target: str
    address: str
    port: int
    names: tuple[str, ...] = ()
    scheme: str = "https"
    source: str = ""
    exchange: bool | None = None
    version: str = ""
    version_field: str = "version"
    vulnerable: tuple[str, ...] = ()
    compromised: str = ""
    indicator: bool = False
    servers: tuple[str, ...] = ()
    answers: tuple[RawAnswer, ...] = ()
    tls: Tls | None = None
    time: str = ""
    first_seen: str = ""
    last_seen: str = ""
    tlp: str = ""
    note: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[tuple[str, str], ...] = ()
