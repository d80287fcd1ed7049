"""What a page has done by its markup alone: data sources that call methods or run commands."""

from __future__ import annotations

import re

from alpheus.detect.webshell.model import Reason
from alpheus.detect.webshell.scope import last_part
from alpheus.detect.webshell.sinks import sinks

_COMMENT = re.compile(r"<%--.*?--%>", re.DOTALL)
_SOURCE = re.compile(
    r"<\w{1,40}:(?P<kind>ObjectDataSource|SqlDataSource)\b"
    r"(?P<given>(?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,3000}+)>"
    r"(?P<inner>(?:(?!</?\w{1,40}:(?:Object|Sql)DataSource\b).){0,8000})",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"\b(?P<name>TypeName|\w{6}(?:Method|Command))\s{0,8}=\s{0,8}(?:\"([^\"]*)\"|'([^']*)')",
    re.IGNORECASE,
)
_VISITORS = re.compile(
    r"<\w{1,40}:(?:QueryString|Form|Cookie|Control|Route)Parameter\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"\b(?:xp_cmdshell|sp_oacreate|xp_regwrite)\b", re.IGNORECASE)
_IN_DATABASE = (60, 88)
"""Points without and with a parameter of the visitor."""


def declared_reasons(text: str) -> list[Reason]:
    """Reasons of data sources in a page's text."""
    if "datasource" not in text.lower():
        return []
    plain = _COMMENT.sub(lambda match: re.sub(r"[^\r\n]", " ", match[0]), text)
    reasons = []
    for match in _SOURCE.finditer(plain):
        line = plain.count("\n", 0, match.start()) + 1
        closed = match["given"].rstrip().endswith("/")
        given = not closed and _VISITORS.search(match["inner"]) is not None
        attributes = {
            found["name"].lower(): found[2] or found[3] or ""
            for found in _ATTRIBUTE.finditer(match["given"])
        }
        if match["kind"].lower() == "objectdatasource":
            reasons += _called(attributes, line, given=given)
        else:
            reasons += _commanded(attributes, line, given=given)
    return reasons


def _called(attributes: dict[str, str], line: int, *, given: bool) -> list[Reason]:
    """`TypeName="System.Diagnostics.Process" SelectMethod="Start"`."""
    kind = last_part(attributes.get("typename", "").partition(",")[0].strip())
    reasons = []
    for name, method in attributes.items():
        call = f"{kind}.{method.strip().lower()}"
        if not name.endswith("method"):
            continue
        for sink in sinks().get(call, ()):
            points = sink.given if given else sink.always
            says = f"{call}: {sink.says}, called by a data source"
            if given:
                says += ", with data of the visitor"
            if points:
                reasons.append(Reason(sink.kind, line, says, points))
    return reasons


def _commanded(attributes: dict[str, str], line: int, *, given: bool) -> list[Reason]:
    """`SelectCommand="exec xp_cmdshell @a"`."""
    for name, text in attributes.items():
        found = _COMMAND.search(text) if name.endswith("command") else None
        if found is not None:
            says = f"has the database start programs ({found[0].lower()}) by a data source"
            return [Reason("run", line, says, _IN_DATABASE[given])]
    return []
