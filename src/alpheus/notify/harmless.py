"""Evidence as it may be told to others: no secret of an intruder's page, nothing to click on.

Notices travel by mail that others may read, and what was found is often still in place: a notice
must not hand a working back door to whoever reads it.
"""

from __future__ import annotations

import re

from alpheus.notify.blocks import clean
from alpheus.report.redact import Redactor

_KEY = bytes(32)
"""Marks are replaced by one word afterwards, so the key protects nothing."""

_URL = re.compile(
    r"\b(https?|ftp)://(?:[^\s/@\"'<>]{1,300}@)?([^\s/?#\"'<>]{1,300})", re.IGNORECASE
)
_QUERY = re.compile(r"(?<=[\w/)\]])[?#;](?=[^\s\"'<>]*[=&%])[^\s\"'<>]+")
_BARE_QUERY = re.compile(r"(\.(?:as[hmp]x?|php|jsp))\?[^\s\"'<>]+", re.IGNORECASE)
_NAMED = re.compile(
    r"\b((?:(?:pass|pwd|passwd|password|passphrase|key|machine-?key|validation-?key|decryption-?key"
    r"|token|secret|cookie|auth\w*|canary|parameter|param|contrase\w+|kennwort|passwort)s?)"
    r"(?:\s+(?:is|was|named|called)|\s*[=:])\s*)[\"'`]?[^\s,;\"'`]+[\"'`]?",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"(?<=[\w)\]])\.(?=(?:as[hmp]x?|aspx|cer|asa|soap|svc|php\d?|jspx?|js|dll|exe|ps1|vbs|bat|hta)"
    r"(?![\w.]))",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")


def harmless(text: str, withheld: str) -> str:
    """A sentence of evidence without secrets, with its addresses and pages made dead.

    What follows the path of an address, whatever is named a password, key or parameter, and what
    the report's own rules take for a secret is replaced by `withheld`. `http://a.example/x.aspx`
    becomes `hxxp://a[.]example/x[.]aspx`. The result is one visible line.
    """
    shown = Redactor(_KEY).text(text)
    shown = _MARK.sub("\0", shown)
    shown = _BARE_QUERY.sub("\\1?\0", _QUERY.sub("?\0", shown))
    shown = _NAMED.sub("\\1\0", shown)
    shown = _URL.sub(_dead, shown)
    shown = _SCRIPT.sub("[.]", shown)
    return withheld.join(clean(part) for part in re.split("\0+", shown))


def _dead(match: re.Match[str]) -> str:
    scheme = match[1].lower().replace("http", "hxxp").replace("ftp", "fxp")
    return f"{scheme}://{match[2].replace('.', '[.]')}"
