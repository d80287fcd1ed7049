"""Which columns a field name of a Sigma rule stands for. All names in lower case."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, as far as it is read in more than one form."""

    STEM = "stem"
    QUERY = "query"
    URL = "url"
    AGENT = "agent"


COLUMN_KINDS: dict[str, dict[str, Kind]] = {
    "iis": {
        "cs-uri-stem": Kind.STEM,
        "cs-uri-query": Kind.QUERY,
        "cs(user-agent)": Kind.AGENT,
        "cs(referer)": Kind.URL,
    },
    "httpproxy": {
        "urlstem": Kind.STEM,
        "urlquery": Kind.QUERY,
        "useragent": Kind.AGENT,
        "anchormailbox": Kind.URL,
    },
    "rps-http": {"urlstem": Kind.STEM, "urlquery": Kind.QUERY},
    "ecp-server": {"url": Kind.URL, "referrer": Kind.URL},
}

WEB_COLUMNS: dict[str, dict[str, str]] = {
    "iis": {
        "stem": "cs-uri-stem",
        "query": "cs-uri-query",
        "method": "cs-method",
        "status": "sc-status",
        "client": "c-ip",
        "agent": "cs(user-agent)",
        "referer": "cs(referer)",
        "cookie": "cs(cookie)",
        "username": "cs-username",
        "host": "cs-host",
    },
    "httpproxy": {
        "stem": "urlstem",
        "query": "urlquery",
        "method": "method",
        "status": "httpstatus",
        "client": "clientipaddress",
        "agent": "useragent",
        "username": "authenticateduser",
        "host": "urlhost",
    },
}
"""Role of a request's part, by source."""

WEB_ROLES: dict[str, str] = {
    **dict.fromkeys(("cs-uri-stem", "c-uri-stem", "cs-uri-path", "c-uri-path"), "stem"),
    **dict.fromkeys(("cs-uri-query", "c-uri-query"), "query"),
    **dict.fromkeys(("c-uri", "cs-uri", "uri", "url", "cs-url"), "joined"),
    **dict.fromkeys(("cs-method", "c-method", "method"), "method"),
    **dict.fromkeys(("sc-status", "status"), "status"),
    **dict.fromkeys(("c-ip", "src_ip", "src-ip", "client_ip", "clientip"), "client"),
    **dict.fromkeys(
        (
            "cs-user-agent",
            "cs(user-agent)",
            "c-useragent",
            "c-user-agent",
            "useragent",
            "user_agent",
        ),
        "agent",
    ),
    **dict.fromkeys(("cs-referer", "cs-referrer", "cs(referer)", "referer", "referrer"), "referer"),
    **dict.fromkeys(("cs-cookie", "cs(cookie)", "cookie"), "cookie"),
    **dict.fromkeys(("cs-username", "username"), "username"),
    **dict.fromkeys(("cs-host", "cs(host)", "host"), "host"),
}
"""What the names in rules of `category: webserver` stand for."""

PROCESS_AUDIT: dict[str, tuple[str, ...]] = {
    "image": ("newprocessname",),
    "parentimage": ("parentprocessname",),
    "processid": ("newprocessid",),
    "parentprocessid": ("processid",),
    "logonid": ("subjectlogonid",),
    "integritylevel": ("mandatorylabel",),
}
"""Sysmon's names for the fields of a process audit event (4688)."""

ACCOUNTS = (("subjectdomainname", "subjectusername"), ("targetdomainname", "targetusername"))
"""Domain and name of the accounts in a process audit event."""

INTEGRITY_LABELS = {
    "s-1-16-4096": "Low",
    "s-1-16-8192": "Medium",
    "s-1-16-8448": "MediumPlus",
    "s-1-16-12288": "High",
    "s-1-16-16384": "System",
}
"""Mandatory labels as Sysmon names them."""

ANTIVIRUS: dict[str, tuple[str, ...]] = {
    "signature": ("threatname", "threat"),
    "filename": ("path",),
    "action": ("actionname",),
    "user": ("detectionuser",),
}
"""Names of Sigma's category `antivirus` in Defender's and msert's records."""

HASH_NAMES = frozenset({"md5", "sha1", "sha256", "imphash"})
"""Parts of Sysmon's `Hashes`, which older rules test by themselves."""
