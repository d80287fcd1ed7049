"""Evidence as it may be told to others: no secret of an intruder's page, nothing to click on.

Notices travel by mail that others may read, and what was found is often still in place: a notice
must not hand a working back door to whoever reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alpheus.notify.blocks import clean
from alpheus.report.redact import Redactor

_KEY = bytes(32)
"""Marks are replaced by one word afterwards, so the key protects nothing."""

_URL = re.compile(
    r"\b(https?|ftp)://(?:[^\s/@\"'<>]{1,300}@)?([^\s/?#\"'<>]{1,300})", re.IGNORECASE
)
_QUERY = re.compile(
    r"(?:(?<=[\w/)\]])[?#;](?=[^\s\"'<>]*[=&%])|[?&](?=[\w.\[\]-]{1,60}=))[^\s\"'<>]+"
)
_BARE_QUERY = re.compile(
    r"(?:(?<=\.as[hmp]x)|(?<=\.aspx)|(?<=\.php)|(?<=\.jsp)|(?<=\.asp))\?[^\s\"'<>]+", re.IGNORECASE
)
_NAMED = re.compile(
    r"\b(?:(?:pass|pwd|passwd|password|passphrase|key|machine-?key|validation-?key|decryption-?key"
    r"|token|secret|cookie|auth\w*|canary|parameter|param|contrase\w+|kennwort|passwort)s?)"
    r"(?:\s+(?:is|was|named|called)\s+|\s*[=:]\s*|\s+(?=[\"'`]))[\"'`]?(?P<value>[^\s,;\"'`]+)",
    re.IGNORECASE,
)
_VALUES = re.compile(r"[?&=;#]+")
_SHORTEST, _SHORTEST_WORD = 4, 7
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
    redactor = Redactor(_KEY)
    for value in _given(text):
        redactor.learn(value)
    shown = _MARK.sub("\0", redactor.text(text))
    shown = _BARE_QUERY.sub("?\0", _QUERY.sub("?\0", shown))
    shown = _NAMED.sub(_unnamed, shown)
    shown = _URL.sub(_dead, shown)
    shown = _SCRIPT.sub("[.]", shown)
    return withheld.join(clean(part) for part in re.split("\0+", shown))


def _given(text: str) -> Iterator[str]:
    """What a sentence itself gives away as a value: it is withheld wherever it stands again."""
    queries = [*_QUERY.findall(text), *_BARE_QUERY.findall(text)]
    found = [*(one for query in queries for one in _VALUES.split(query)),
             *(match["value"] for match in _NAMED.finditer(text))]  # fmt: skip
    for value in found:
        mixed = any(c.isdigit() for c in value) and not value.isdigit()
        if len(value) >= (_SHORTEST if mixed else _SHORTEST_WORD):
            yield value


def _unnamed(match: re.Match[str]) -> str:
    start, end = match.start("value") - match.start(), match.end("value") - match.start()
    return f"{match[0][:start]}\0{match[0][end:]}"


def _dead(match: re.Match[str]) -> str:
    scheme = match[1].lower().replace("http", "hxxp").replace("ftp", "fxp")
    return f"{scheme}://{match[2].replace('.', '[.]')}"
