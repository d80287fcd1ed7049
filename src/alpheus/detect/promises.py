"""What the name of a file promises, for files whose content keeps no promise.

Content decides what a file is. But a log that was encrypted, zeroed or cut to nothing must not
vanish from the report, and a log whose beginning is damaged is still read as what it is called.
"""

from __future__ import annotations

import re

from alpheus.parsers import TEXT_LOG_FORMATS
from alpheus.parsers.base import TextLogFormat

_LOGS: tuple[tuple[str, str, str], ...] = (
    (r"(?:^|/)u_(?:ex|in|nc)\d{4,10}[^/]*\.log$|(?:^|/)w3svc\d+/[^/]+\.log$", "iis", "an IIS log"),
    (r"(?:^|/)httpproxy_[^/]*\.log$", "httpproxy", "an HttpProxy log"),
    (r"(?:^|/)ecpserver[^/]*\.log$", "ecp-server", "an ECP Server log"),
    (r"(?:^|/)ecpactivity[^/]*\.log$", "ecp-activity", "an ECP Activity log"),
    (r"(?:^|/)ews_\d[^/]*\.log$", "ews", "an EWS log"),
    (r"(?:^|/)rps_cmdlet[^/]*\.log$", "rps-cmdlet", "a CmdletInfra log"),
    (r"(?:^|/)rps_http[^/]*\.log$", "rps-http", "a CmdletInfra log"),
    (r"web server extensions/1[456]/logs/[^/]+-\d{8}-\d{4}\.log$", "sharepoint-uls", "a ULS log"),
    (r"oabgenerator(?:simple)?log/[^/]+\.log$", "oabgenerator", "an OAB generator log"),
)
_OTHERS: tuple[tuple[str, str], ...] = (
    (r"\.evtx$", "an event log"),
    (r"(?:^|/)\$mft$", "a master file table"),
    (r"\$usnjrnl(?::|%3a|_)\$j$|(?:^|/)\$j$", "a change journal"),
    (r"(?:^|/)applicationhost\.config$", "the configuration of IIS"),
    (r"(?:^|/)exchangesetup\.log$", "the log of Exchange Setup"),
)
_FORMATS = {log_format.source: log_format for log_format in reversed(TEXT_LOG_FORMATS)}
_BINARY = re.compile(rb"[\0-\x08\x0e-\x1f]")


def promised_by_name(path: str) -> str | None:
    """What a file at this address should be, in words; None if its name promises nothing."""
    name = path.lower()
    for pattern, _, words in _LOGS:
        if re.search(pattern, name):
            return words
    return next((words for pattern, words in _OTHERS if re.search(pattern, name)), None)


def log_by_name(head: bytes, path: str) -> TextLogFormat | None:
    """The log that a file is called, if its beginning, though not recognised, is still text.

    A run of NUL bytes at the beginning is what a crash leaves in a log.
    """
    text = head.lstrip(b"\0")
    if text and len(_BINARY.findall(text)) > len(text) // 20:
        return None
    if not head:
        return None
    for pattern, source, _ in _LOGS:
        if re.search(pattern, path.lower()):
            return _FORMATS.get(source)
    return None
