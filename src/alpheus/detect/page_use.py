"""Requests for server pages that the product does not ship, also for pages that are gone."""

from __future__ import annotations

import re
from urllib.parse import unquote

from alpheus.detect.collector import Collector
from alpheus.detect.kit import PAGE_NEEDLE, REQUEST_SOURCES, Kit
from alpheus.detect.model import Origin, text_of
from alpheus.detect.server_pages import PAGE_EXTENSIONS
from alpheus.model import Event

EVENTS_KEPT = 100
CLIENTS_KEPT = 1_000
_SERVED = frozenset({200, 241, 401, 440})
"""Answers of a server that has the page; any server answers 404 or redirects."""
_STEM = {"iis": "cs-uri-stem", "httpproxy": "UrlStem"}
_METHOD = {"iis": "cs-method", "httpproxy": "Method"}
_STATUS = {"iis": "sc-status", "httpproxy": "HttpStatus"}
_CLIENT = {"iis": "c-ip", "httpproxy": "ClientIpAddress"}
_PAGE = re.compile(
    r"(/[^?*\"<>|]*?\.(?:" + "|".join(sorted(PAGE_EXTENSIONS)) + r"))(?=$|[/;?])", re.IGNORECASE
)

__all__ = ["PAGE_NEEDLE", "REQUEST_SOURCES", "note_use", "page_of", "request_of"]


def page_of(stem: str) -> str | None:
    """The page a URL stem asks for, lower case, decoded, without path info; None if it is none."""
    decoded = stem
    for _ in range(3):
        again = unquote(decoded, errors="replace")
        if again == decoded:
            break
        decoded = again
    match = _PAGE.match(re.sub(r"/{2,}", "/", decoded.replace("\\", "/")))
    return match.group(1).lower() if match else None


def request_of(event: Event) -> tuple[str, int, str]:
    """Method, status (0 if unknown) and client of a request."""
    source = event.source
    status = text_of(event, _STATUS[source])
    number = int(status) if status.isascii() and status.isdigit() else 0
    return text_of(event, _METHOD[source]).upper(), number, text_of(event, _CLIENT[source])


def note_use(event: Event, origin: Origin, kit: Kit, collector: Collector) -> None:
    """Keep a request for a server page that is not one of the product's own."""
    page = page_of(text_of(event, _STEM[event.source]))
    if page is None or not collector.in_span(event.time):
        return
    if kit.baseline.stock_url(page):
        if request_of(event)[1] in _SERVED:
            collector.exchange.add(origin)
        return
    use = collector.use(origin, page)
    if use is None:
        return
    method, status, client = request_of(event)
    use.answers[method, status] = use.answers.get((method, status), 0) + 1
    use.malformed += event.malformed
    if client in use.clients or len(use.clients) < CLIENTS_KEPT:
        use.clients[client] = use.clients.get(client, 0) + 1
    kept = use.succeeded if 200 <= status < 300 else use.others
    if len(kept) < (EVENTS_KEPT if kept is use.succeeded else 5):
        kept.append(event)
        collector.cite(event.citation)
