"""What a cited record says of an intruder: who came, by what program, asking or running what.

Records are rows of requests, events as text, or lines of a page; each is read alone, so nothing
here knows the header of its file. What belongs to the server is taken out of what is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address

from alpheus.exposure.imports.whereabouts import here, is_private
from alpheus.fleet.conduct import agent_in
from alpheus.model import Citation, ServerAssessment
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.httpproxy import HTTPPROXY
from alpheus.parsers.w3c import W3CFormat

PAGE = re.compile(
    r"(?:as[hmp]x?|ascx|asax|aspx|cer|asa|php\d?|jspx?|soap|cshtml|vbhtml)", re.IGNORECASE
)
_PAGE_WRITTEN = re.compile(
    r"(?:(?:TargetFilename|VirtualPath|FilePath)\W{1,8}|\A[\\/])([^\"'\n*?<>|]{1,400}?\."
    rf"(?:{PAGE.pattern}))(?![\w.])",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r'\bCommandLine(?:"\s{0,2}:\s{0,2}"((?:[^"\\]|\\.){1,2000})|\s{0,2}[:=]\s{0,2}([^\n]{1,2000}))'
)
_NEXT_FIELD = re.compile(r" [A-Z]\w{2,40}=")
_NAMED = re.compile(r'\b(?:TaskName|ServiceName)"?\s{0,2}[:=]\s{0,2}"?([^",\n]{1,120})')
_TIME = re.compile(r"\b(20\d\d-[01]\d-[0-3]\d)[T ]([0-2]\d:[0-5]\d:[0-5]\d)")
_HOST = re.compile(r'\b(?:Computer|MachineName)"?\s{0,2}[:=]\s{0,2}"?([\w.-]{2,120})')
_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")
_HOSTS_OF_ROWS = ("UrlHost", "TargetServer", "ServerHostName", "cs-host", "s-computername")

_MASKS = (
    (_MARK, "{secret}"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "{id}"),
    (re.compile(r"\bs-1-5-[\d-]{4,80}"), "{sid}"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "{address}"),
    (re.compile(r"\b\d{5,}\b"), "{number}"),
)
_ADDED = re.compile(r"&(?:correlationid|cafereqid|actid)=[^&#]{0,80}")
"""What Exchange itself writes behind a query."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Said:
    """One record. Texts are '' and times None where it says nothing of the kind."""

    time: datetime | None = None
    client: str = ""
    agent: str = ""
    stem: str = ""
    request: str = ""
    page: str = ""
    command: str = ""
    name: str = ""
    marks: tuple[str, ...] = ()


class Names:
    """What a server is called, so that it can be taken out of a text."""

    def __init__(self, names: Iterable[str]) -> None:
        several: set[str] = set()
        for name in names:
            plain = name.strip().strip(".").lower()
            first, _, domain = plain.partition(".")
            several |= {plain, first}
            if "." in domain:
                several.add(domain)
                several.add(domain.partition(".")[0])
        wanted = sorted((one for one in several if len(one) > 3), key=lambda one: (-len(one), one))
        self._any = re.compile(
            "|".join(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in wanted[:40]) or r"(?!)"
        )

    def mask(self, text: str) -> str:
        """A text in small letters without what is of one server or one moment alone."""
        masked = self._any.sub("{host}", text.lower())
        for pattern, word in _MASKS:
            masked = pattern.sub(word, masked)
        return " ".join(masked.split())[:_LONGEST]


def names_of(server: ServerAssessment) -> Names:
    """Its name and aliases, and the hosts that its records name as their own."""
    found = {server.name, *server.aliases}
    for finding in server.findings:
        for citation in finding.citations:
            fields = _fields(citation.path, citation.text)
            if fields is not None:
                said = (fields.get(name, "") for name in _HOSTS_OF_ROWS)
                found.update(one.rpartition("@")[2] for one in said if one)
            elif match := _HOST.search(citation.text):
                found.add(match[1])
    return Names(found)


def read_record(citation: Citation, names: Names) -> Said:
    """What a cited record says."""
    text = citation.text
    marks = tuple(dict.fromkeys(_MARK.findall(text)))
    fields = _fields(citation.path, text)
    if fields is not None:
        return _request(citation, fields, marks, names)
    page = page_of(citation.path) if citation.sha256 and _is_page(citation.path) else ""
    if not page and (match := _PAGE_WRITTEN.search(text)):
        page = page_of(re.sub(r"[\\\\/]+", "/", match[1]))
    return Said(
        time=None if page_of(citation.path) == page and page else _time(text), page=page,
        command=_command(text, names), name=_name(text, names), marks=marks,
    )  # fmt: skip


def page_of(path: str) -> str:
    """The folder and the name of a page, in small letters: the same on disk and in a request."""
    parts = path.replace("\\", "/").lower().split("/")
    return "/".join(parts[-2:])


def public_address(client: str) -> str:
    """An address from which somebody came over the internet, '' for any other."""
    try:
        address = str(ip_address(client.strip("[]")))
    except ValueError:
        return ""
    return "" if is_private(address) or here(address) else address


def _is_page(path: str) -> bool:
    return PAGE.fullmatch(path.rpartition(".")[2]) is not None


def _request(
    citation: Citation, fields: Mapping[str, str], marks: tuple[str, ...], names: Names
) -> Said:
    stem = (fields.get("cs-uri-stem") or fields.get("UrlStem") or "").lower()
    query = fields.get("cs-uri-query") or fields.get("UrlQuery") or ""
    anchor = fields.get("AnchorMailbox", "")
    query = _ADDED.sub("", f"&{query.lstrip('?&')}".lower()).strip("&")
    built = names.mask(f"{fields.get('cs-method') or fields.get('Method') or ''} {anchor} {query}")
    return Said(
        time=_time(citation.text),
        client=fields.get("c-ip") or fields.get("ClientIpAddress") or "",
        agent=agent_in(fields).replace(",", ""),
        stem=names.mask(stem),
        request=built if anchor or query else "",
        page=page_of(stem) if _is_page(stem) else "",
        marks=marks,
    )


@lru_cache(maxsize=4_096)  # each record is read for its names, and once more
def _fields(path: str, text: str) -> Mapping[str, str] | None:
    """The fields of a row of requests, None for any other record."""
    for reader in (W3CFormat(), HTTPPROXY):
        row = reader.start("", path, ReadOptions()).row(text)
        if row is not None and ("cs-uri-stem" in row.fields or "UrlStem" in row.fields):
            return row.fields
    return None


def _time(text: str) -> datetime | None:
    match = _TIME.search(text)
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=UTC)
    except ValueError:
        return None


def _command(text: str, names: Names) -> str:
    match = _COMMAND.search(text)
    if match is None:
        return ""
    if match[1] is not None:
        plain = match[1].replace('\\"', '"').replace("\\\\", "\\")
    else:
        plain = _NEXT_FIELD.split(match[2], maxsplit=1)[0]
    return names.mask(plain.replace("\\r", " ").replace("\\n", " "))


def _name(text: str, names: Names) -> str:
    match = _NAMED.search(text)
    return names.mask(match[1].replace("\\\\", "\\")) if match else ""
