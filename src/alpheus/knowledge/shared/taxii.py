"""Fetches a collection from a TAXII 2.1 server (docs.oasis-open.org/cti/taxii/v2.1), when asked to.

Nothing is fetched by itself: a file is written, which a triage is then given. Name and password,
or a token, come from the environment alone.
"""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from alpheus.errors import KnowledgeError, UsageError

USER, PASSWORD, TOKEN = "ALPHEUS_TAXII_USER", "ALPHEUS_TAXII_PASSWORD", "ALPHEUS_TAXII_TOKEN"
MEDIA_TYPE = "application/taxii+json;version=2.1"
PAGE = 64 << 20
"""Bytes of one page of an answer."""

MOST_PAGES = 10_000
_WAIT = urllib3.Timeout(connect=10, read=60)
_TRIES = urllib3.Retry(
    total=4, redirect=0, raise_on_redirect=False, backoff_factor=1,
    status_forcelist=(429, 502, 503, 504), respect_retry_after_header=True, raise_on_status=False,
)  # fmt: skip
_OK = 200


class Envelope(msgspec.Struct):
    """A page of a collection; objects stay as they came."""

    more: bool = False
    next: str = ""
    objects: list[msgspec.Raw] = []


def fetch_collection(url: str, added_after: str = "") -> Iterator[bytes]:
    """The objects of a collection, each as JSON, page by page.

    `url` is that of the collection: `https://…/collections/ID/`. `added_after` (ISO 8601 UTC) asks
    for what came since. Redirects are not followed. Raises UsageError for another kind of address,
    KnowledgeError where the server does not give what it should.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.username is not None:
        message = "name a collection by https://…/collections/ID/, without name and password in it"
        raise UsageError(message)
    pool = urllib3.PoolManager(
        ssl_context=ssl.create_default_context(), timeout=_WAIT, retries=_TRIES
    )
    asked = {"added_after": added_after} if added_after else {}
    base = f"{url.split('?', maxsplit=1)[0].rstrip('/')}/objects/"
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = _page(pool, f"{base}?{urlencode(asked)}" if asked else base)
        yield from (bytes(one) for one in page.objects)
        if not page.more:
            return
        if not page.next or page.next in seen:
            raise KnowledgeError(f"{base}: the server promises more and does not say where")
        seen.add(page.next)
        asked["next"] = page.next
    raise KnowledgeError(f"{base}: more than {MOST_PAGES} pages; ask with --added-after")


def bundle_of(objects: Iterator[bytes]) -> Iterator[bytes]:
    """A STIX bundle of them, in pieces."""
    yield b'{"type": "bundle", "objects": [\n'
    for number, one in enumerate(objects):
        yield (b",\n" if number else b"") + one
    yield b"\n]}\n"


def _page(pool: urllib3.PoolManager, url: str) -> Envelope:
    try:
        answer = pool.request("GET", url, headers=_headers(), preload_content=False, redirect=False)
        content = answer.read(PAGE + 1, decode_content=True)
        answer.release_conn()
    except urllib3.exceptions.HTTPError as error:
        raise KnowledgeError(f"{url}: {error}") from error
    if answer.status != _OK:
        hint = f"; set {USER} and {PASSWORD}, or {TOKEN}" if answer.status in {401, 403} else ""
        raise KnowledgeError(f"{url}: the server answered {answer.status}{hint}")
    if len(content) > PAGE:
        raise KnowledgeError(f"{url}: a page of more than {PAGE >> 20} MiB")
    try:
        return msgspec.json.decode(content, type=Envelope)
    except ValueError as error:
        raise KnowledgeError(f"{url}: not an answer of a TAXII 2.1 server: {error}") from error


def _headers() -> Mapping[str, str]:
    found = {"Accept": MEDIA_TYPE}
    if token := os.environ.get(TOKEN):
        found["Authorization"] = f"Bearer {token}"
    elif user := os.environ.get(USER):
        pair = f"{user}:{os.environ.get(PASSWORD, '')}".encode()
        found["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
    return found
