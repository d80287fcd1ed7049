"""Events for IntelMQ: one for each page planted on a server, one for the flaws it is open to.

What its data format has no name for is `extra`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alpheus.model import Weight
from alpheus.sharing import intelmq
from alpheus.sharing.listed import COMPROMISED, VULNERABLE, Listed, page_url
from alpheus.sharing.policy import Policy
from alpheus.sharing.traces import Trace, techniques_of

FEED = "alpheus-share"
Event = dict[str, object]

_EXTRA = (
    "condition", "server", "aliases", "product", "build", "verdict", "stage", "campaigns", "cves",
    "techniques", "attackers", "page", "tlp",
)  # fmt: skip
COLUMNS = (
    "classification.taxonomy", "classification.type", "classification.identifier", "feed.name",
    "feed.provider", "time.source", "time.observation", "source.ip", "source.fqdn",
    "source.local_hostname", "source.local_ip", "source.url", "source.urlpath",
    "protocol.transport", "protocol.application", "malware.name", "malware.hash.sha256",
    "event_description.text", "tlp",
    *(f"extra.{name}" for name in _EXTRA),
)  # fmt: skip
"""Every field that an event may have, in the order of a table's columns."""


def to_intelmq(servers: Iterable[Listed], policy: Policy, producer: str) -> Iterator[Event]:
    """The events of servers. Give those that `policy` allows."""
    for one in servers:
        if one.broken:
            for page in one.pages or (None,):
                yield intelmq.event(_broken(one, page, policy, producer))
        if one.flaws:
            yield intelmq.event(_open(one, policy, producer))


def _broken(
    one: Listed, page: Trace | None, policy: Policy, producer: str
) -> Iterator[tuple[str, object]]:
    kind = intelmq.BROKEN if one.broken == COMPROMISED else intelmq.UNSURE
    last = (page.last or page.first) if page else None
    yield from _common(one, kind, policy, producer)
    yield "classification.identifier", one.campaigns or f"server-{one.broken}"
    yield "time.source", intelmq.zoned(last or one.last)
    what = "There are traces of a break-in"
    yield "event_description.text", page.finding.title if page else what
    if page:
        url = page_url(one, page.path)
        yield "malware.name", "webshell" if page.finding.weight is Weight.PROOF else ""
        yield "malware.hash.sha256", page.value.lower()
        yield "source.url", url if "://" in url else ""
        yield "source.urlpath", "" if "://" in url else url
        yield "extra.page", page.path if policy.named else page.name
    yield "extra.condition", one.broken
    yield "extra.techniques", " ".join(techniques_of(one.server))
    yield "extra.attackers", " ".join(one.addresses)


def _open(one: Listed, policy: Policy, producer: str) -> Iterator[tuple[str, object]]:
    many = len(one.flaws) > 1
    yield from _common(one, intelmq.OPEN, policy, producer)
    yield "classification.identifier", "server-vulnerable" if many else one.flaws[0].lower()
    yield "time.source", intelmq.zoned(one.seen)
    yield "event_description.text", f"Its build is open to {', '.join(one.flaws)}"
    yield "extra.condition", VULNERABLE
    yield "extra.cves", " ".join(one.flaws)


def _common(
    one: Listed, kind: tuple[str, str], policy: Policy, producer: str
) -> Iterator[tuple[str, object]]:
    server = one.server
    yield "classification.taxonomy", kind[0]
    yield "classification.type", kind[1]
    yield "feed.name", FEED
    yield "feed.provider", producer
    yield "time.observation", intelmq.zoned(one.made)
    yield "source.ip", one.address
    yield "source.fqdn", one.name
    yield "source.local_hostname", one.computer
    yield "source.local_ip", one.inside
    yield "protocol.transport", "tcp"
    yield "protocol.application", "http"
    yield "tlp", intelmq.TLP[policy.tlp.value]
    yield "extra.server", server.name
    yield "extra.aliases", " ".join(server.aliases)
    yield "extra.product", server.product
    yield "extra.build", server.build.value if server.build else ""
    yield "extra.verdict", server.verdict.value
    yield "extra.stage", server.stage.value
    yield "extra.campaigns", one.campaigns
    yield "extra.tlp", policy.tlp.value
