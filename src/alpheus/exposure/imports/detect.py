"""What a list is, by its content and never by the end of its name."""

from __future__ import annotations

import re

from alpheus.exposure.imports import intelmq, plain_csv, shadowserver
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.rows import Rows, column_names

_MASSCAN_ROW = re.compile(
    rb"(?:#masscan|(?:open|banner) (?:tcp|udp) \d{1,5} [0-9a-fA-F.:]{2,45} \d)"
)
_TOKEN = re.compile(rb'"((?:[^"\\\n]|\\.)*)"\s*(:?)|([{\[])|([}\]])')
_KEY_DEPTH = 8
_FIRST_TOKENS = 200_000


def kind_of(source: Source) -> str:
    """The kind of a source; '' if it is none of those that can be read."""
    head = source.head.lstrip()
    if head.startswith(b"<"):
        return "nmap" if b"<nmaprun" in head[:65_536] else ""
    if head.startswith((b"{", b"[")):
        return _json_kind(head)
    if _MASSCAN_ROW.match(head):
        return "masscan"
    return _table_kind(source) if head else ""


def _json_kind(head: bytes) -> str:
    """By the names in the first objects; an object may go on beyond what is looked at."""
    outer, all_keys = _keys(head)
    for kind, needed in (
        ("stix", {"objects", "type"}),
        ("misp", {"Event"}),
        ("misp", {"Attribute"}),
        ("intelmq", {intelmq.TYPE}),
        ("intelmq", {"classification", "feed"}),
        ("shodan", {"_shodan"}),
        ("shodan", {"ip_str", "port"}),
        ("nuclei", {"template-id"}),
        ("nuclei", {"templateID"}),
        ("nuclei", {"template", "matched"}),
        ("masscan", {"ip", "ports"}),
        ("masscan", {"ip", "port", "rec_type"}),
        ("censys", {"ip", "services"}),
        ("zgrab2", {"ip", "data"}),
        ("zgrab2", {"domain", "data"}),
        ("httpx", {"url", "input"}),
        ("httpx", {"url", "status_code"}),
        ("httpx", {"url", "status-code"}),
    ):
        if needed <= outer:
            return kind
    if {"response"} <= outer and {"Event", "Attribute"} & all_keys:
        return "misp"
    if {"host", "result", "hits", "results"} & outer and {"ip", "services"} <= all_keys:
        return "censys"
    return "stix" if {"spec_version", "id", "type"} <= outer else ""


def _keys(head: bytes) -> tuple[set[str], set[str]]:
    """The names of the outermost objects, and those a few levels deep."""
    outer: set[str] = set()
    inner: set[str] = set()
    depth = 0
    base = 1
    for number, match in enumerate(_TOKEN.finditer(head)):
        if match[3] == b"[" and depth == base - 1:
            base += 1
        if match[3]:
            depth += 1
        elif match[4]:
            depth = max(0, depth - 1)
        elif match[2] and base <= depth < base + _KEY_DEPTH:
            name = match[1].decode("utf-8", "replace")
            inner.add(name)
            if depth == base:
                outer.add(name)
        if number > _FIRST_TOKENS:
            break
    return outer, inner


def _table_kind(source: Source) -> str:
    columns = column_names(Rows(source).first())
    if shadowserver.is_shadowserver(columns, source.name):
        return "shadowserver"
    if intelmq.TYPE in columns:
        return "intelmq"
    return "csv" if plain_csv.is_table(source) else ""
