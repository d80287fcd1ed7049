"""IntelMQ events: JSON lines, flat or nested, or a table with its names of fields as a header.

The source of an event is the server that it is about, or whoever attacked: its type tells which
(RSIT, the taxonomy of European CSIRTs). `system-compromise` and the like are the source's word for
a break-in, `vulnerable-system` its word for the CVEs that it names; what attackers do is a sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import records
from alpheus.exposure.imports.model import Listing, Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.remarks import NO_PORT, NO_TIME, Remark
from alpheus.exposure.imports.rows import Rows, column_names
from alpheus.knowledge.build_number import parse_build

TYPE = "classification.type"
_BROKEN = frozenset({
    "application-compromise", "backdoor", "burglary", "compromised", "infected-system",
    "privileged-account-compromise", "system-compromise", "unprivileged-account-compromise",
})  # fmt: skip
_OPEN = frozenset({"vulnerable-system", "vulnerable service", "vulnerable client"})
_UNSURE = frozenset({
    "ddos-amplifier", "information-disclosure", "other", "potentially-unwanted-accessible", "proxy",
    "test", "undetermined", "unknown", "weak-crypto",
})  # fmt: skip
"""Types that speak of a server, and neither of a break-in nor of a flaw that is known."""

_PRODUCTS = ("extra.product", "product.full_name", "product.name")
_BUILDS = ("extra.build", "product.version", "extra.version")
_FLAWS = ("classification.identifier", "product.vulnerabilities", "extra.cves", "extra.cve",
          "extra.vulnerabilities", "extra.tag")  # fmt: skip
_TAKEN = frozenset({"__type", "raw", "source.ip", "source.port", "source.fqdn", "source.url"})

Event = Mapping[str, str]


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per event."""
    if source.head.lstrip().startswith((b"{", b"[")):
        for item in records(source):
            yield item if isinstance(item, Loss) else _listing(item[0], fields.flatten(item[1]))
        return
    rows = Rows(source)
    columns = column_names(rows.first())
    rows.width = len(columns)
    for cells in rows:
        if isinstance(cells, Loss):
            yield cells
        else:
            told = zip(columns, cells, strict=False)
            yield _listing(rows.line, {name: cell for name, cell in told if cell})


def _listing(row: int, event: Event) -> Listing | Loss:
    url = event.get("source.url", "")
    scheme, host, url_port, _ = fields.url_parts(url)
    target = event.get("source.ip") or event.get("source.fqdn") or host
    address = fields.address(event.get("source.ip", "")) or fields.address(host)
    names = fields.host_names(filter(None, (
        event.get("source.fqdn", ""), event.get("source.reverse_dns", ""), host,
    )))  # fmt: skip
    computer = event.get("source.local_hostname", "")
    if not (address or names or computer):
        return Loss(row, "neither an address nor a name")
    kind = event.get(TYPE, "").lower()
    time = fields.utc(event.get("time.source", "")) or fields.utc(event.get("time.observation", ""))
    exchange = "exchange" in _some(event, (*_PRODUCTS, "classification.identifier")).lower()
    version = next((one for name in _BUILDS if parse_build(one := event.get(name, ""))), "")
    attributes = {name: cell for name, cell in event.items() if name not in _TAKEN}
    if url:
        attributes["url"] = url
    port = fields.port(event.get("source.port", ""))
    return Listing(
        row, target or computer, address, port or url_port, names, scheme=scheme or "https",
        source=_source(event), exchange=exchange or None, version=version if exchange else "",
        version_field="build", compromised=kind if kind in _BROKEN else "",
        vulnerable=fields.cves(event.get(name, "") for name in _FLAWS) if kind in _OPEN else (),
        indicator=bool(kind) and kind not in _BROKEN | _OPEN | _UNSURE,
        servers=(computer,) if computer else (), time=time, first_seen=time, last_seen=time,
        tlp=fields.tlp_label(event.get("extra.tlp", "")) or fields.tlp_label(event.get("tlp", "")),
        attributes=attributes, remarks=tuple(_unread(event, port, time)),
    )  # fmt: skip


def _some(event: Event, names: tuple[str, ...]) -> str:
    return " ".join(event.get(name, "") for name in names)


def _source(event: Event) -> str:
    """Who reports it, as far as the event says."""
    return event.get("feed.provider", "") or event.get("feed.name", "")


def _unread(event: Event, port: int | None, time: str) -> Iterator[Remark]:
    if port is None:
        yield NO_PORT, event["source.port"]
    if not time and (told := event.get("time.source", "")):
        yield NO_TIME, told
