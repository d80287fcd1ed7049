"""Requests for server pages that the product does not ship, also for pages that are gone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network

from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit, by_back_end
from alpheus.detect.model import OTHERS_PER_PAGE, Origin, PageUse, text_of
from alpheus.detect.page_detail import Served
from alpheus.detect.page_needles import page_of
from alpheus.knowledge.places import BACK_END
from alpheus.model import Event
from alpheus.scan.repeats import Likeness, Repeats
from alpheus.scan.tally import Numbers

_SERVED = frozenset({200, 241, 401, 440})
"""Answers of a server that has the page; any server answers 404 or redirects."""
_BACK_END_PORTS = frozenset({"444", "445"})
_STEM = {"iis": "cs-uri-stem", "httpproxy": "UrlStem"}
_METHOD = {"iis": "cs-method", "httpproxy": "Method"}
_STATUS = {"iis": "sc-status", "httpproxy": "HttpStatus"}
_CLIENT = {"iis": "c-ip", "httpproxy": "ClientIpAddress"}
_QUERY = {"iis": "cs-uri-query", "httpproxy": "UrlQuery"}
_AGENT = {"iis": "cs(User-Agent)", "httpproxy": "UserAgent"}
_USER = {"iis": "cs-username", "httpproxy": "AuthenticatedUser"}
_SENT = {"iis": "sc-bytes", "httpproxy": "ResponseBytes"}
_RECEIVED = {"iis": "cs-bytes", "httpproxy": "RequestBytes"}
_TAKEN = {"iis": "time-taken", "httpproxy": "TotalRequestTime"}
_REFERER = "cs(Referer)"
_FORWARDED = ("X-Forwarded-For", "cs(X-Forwarded-For)", "X-FORWARDED-FOR", "x-forwarded-for")
_INTERNAL = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip


def request_of(event: Event) -> tuple[str, int, str]:
    """Method, status (0 if unknown) and client of a request.

    Behind a proxy of the same network the client is who that proxy says it is.
    """
    source = event.source
    number = _number(event.fields.get(_STATUS[source])) or 0
    client = text_of(event, _CLIENT[source])
    if source == "iis":
        client = _forwarded(event.fields, client)
    return text_of(event, _METHOD[source]).upper(), number, client


@lru_cache(maxsize=20_000)
def is_internal(address: str) -> bool:
    """Whether an address is one of a private network or of the machine itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _INTERNAL if network.version == parsed.version)


def _by_back_end(event: Event) -> bool:
    """Whether the back end's own site wrote the record; it has pages that the front end lacks."""
    if event.source != "iis":
        return False
    return text_of(event, "s-port") in _BACK_END_PORTS or by_back_end(event.citation.path)


def likeness(source: str) -> Likeness | None:
    """By which columns requests for pages are told apart; None if they are read one by one."""
    return _IIS if source == "iis" else None


_IIS = Likeness(
    same=(
        _STEM["iis"], _METHOD["iis"], _STATUS["iis"], _CLIENT["iis"], "s-port", "s-computername",
        *_FORWARDED,
    ),
    present=(_REFERER,),
    longest=_QUERY["iis"],
    numbers=(_SENT["iis"], _RECEIVED["iis"], _TAKEN["iis"]),
    few=(_AGENT["iis"], _USER["iis"]),
)  # fmt: skip


def may_join(
    event: Event, repeats: Repeats, origin: Origin, kit: Kit, collector: Collector
) -> bool:
    """Whether requests like this one may be counted at once: none of their events would be kept."""
    page = page_of(text_of(event, _STEM[event.source])[:_STEM_LENGTH])
    if page is None or not _inside(repeats, collector):
        return page is None
    use = collector.uses.get((origin, page))
    if use is None:
        return _is_stock(event, page, kit)
    _, status, _ = request_of(event)
    if 200 <= status < 300:
        return not collector.keeps_use(use, repeats.first)
    return len(use.others) >= OTHERS_PER_PAGE


def _inside(repeats: Repeats, collector: Collector) -> bool:
    return collector.in_span(repeats.first) and collector.in_span(repeats.last)


def _is_stock(event: Event, page: str, kit: Kit) -> bool:
    """Whether the product ships the page, on the site that wrote the record."""
    return kit.ships(page.encode("utf-8", "surrogatepass")) or (
        _by_back_end(event) and kit.baseline.stock_url(page, BACK_END)
    )


def note_use(
    event: Event,
    origin: Origin,
    kit: Kit,
    collector: Collector,
    repeats: Repeats | None = None,
) -> PageUse | None:
    """Keep a request for a server page that is not one of the product's own; what is known of it.

    None for any other request. `repeats` are requests that the event is the first of; see
    `may_join`.
    """
    page = page_of(text_of(event, _STEM[event.source])[:_STEM_LENGTH])
    if page is None or not collector.in_span(event.time):
        return None
    if _is_stock(event, page, kit):
        if request_of(event)[1] in _SERVED:
            collector.exchange.add(origin)
        return None
    use = collector.use(origin, page)
    if use is None:
        return None
    if not use.source:
        use.source = event.source
        use.closed = (
            kit.baseline.closed_place(page) is not None or kit.indicators.page(page) is not None
        )
    _count(use, event, collector, repeats)
    return use


def _count(use: PageUse, event: Event, collector: Collector, repeats: Repeats | None) -> None:
    method, status, client = request_of(event)
    if repeats is None:
        use.note(method, status, client, event.time)
    else:
        first, last = repeats.first, repeats.last
        use.note(method, status, client, first, last=last, times=repeats.count)
    use.malformed += event.malformed
    use.referers = use.referers or _REFERER in event.fields
    use.agents = use.agents or _AGENT[event.source] in event.fields
    if 200 <= status < 300:
        if not use.crowded:
            use.detail(_particulars(event, method, client, repeats))
        if repeats is None and collector.keep_use(use, event):
            collector.cite(event.citation)
    elif len(use.others) < OTHERS_PER_PAGE:
        use.others.append(event)
        collector.cite(event.citation)


def _particulars(event: Event, method: str, client: str, repeats: Repeats | None) -> Served:
    source = event.source
    return Served(
        repeats.first if repeats else event.time,
        method,
        client,
        query=repeats.longest if repeats else len(text_of(event, _QUERY[source])),
        agent=text_of(event, _AGENT[source]),
        user=text_of(event, _USER[source]),
        referred=_REFERER in event.fields,
        sent=_numbers(event, _SENT[source], repeats),
        received=_numbers(event, _RECEIVED[source], repeats),
        taken=_numbers(event, _TAKEN[source], repeats),
        times=repeats.count if repeats else 1,
    )


def _numbers(event: Event, name: str, repeats: Repeats | None) -> Numbers | None:
    if repeats is not None:
        return repeats.numbers.get(name)
    number = _number(event.fields.get(name))
    return None if number is None else Numbers.of(number)


def _number(text: str | tuple[str, ...] | None) -> int | None:
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < _DIGITS:
        return int(text)
    return None


def _forwarded(fields: Mapping[str, str | tuple[str, ...]], client: str) -> str:
    """The nearest foreign address that an internal proxy names; a stranger's word is not taken."""
    for name in _FORWARDED:
        if name in fields:
            break
    else:
        return client
    named = fields[name]
    if not isinstance(named, str) or not is_internal(client):
        return client
    addresses = [
        address
        for part in re.split(r"[,+ ]+", named[-_FORWARDED_LENGTH:])
        if (address := _address(part)) is not None
    ]
    foreign = [address for address in addresses if not is_internal(address)]
    return (foreign or addresses or [client])[-1]


def _address(part: str) -> str | None:
    """An address without the port that some proxies add."""
    bare = part.strip('[]"')
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    bare = bare.partition("]")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return None


_STEM_LENGTH = 4_096
_FORWARDED_LENGTH = 500
_DIGITS = 16
