"""Configuration of IIS and ASP.NET: `web.config`, `applicationHost.config`.

Secrets never leave the file: of a machine key only its presence is told, user names and passwords
of pools and directories are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from alpheus.evidence.base import EvidenceFile
from alpheus.model import Citation, Event, TimeBasis
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.encoding import decode_head
from alpheus.parsers.evtx_chunks import read_fully
from alpheus.parsers.losses import Losses, Record, with_losses
from alpheus.parsers.xml_elements import Tag, flaw, strict_tags, tolerant_tags

_SIZE_LIMIT = 16 << 20
_DEPTH_LIMIT = 256
_TOO_LONG = "configuration beyond its first 16 MiB"
_NAME = re.compile(r"(?:^|[/\\_-])(?:web|applicationhost)\.config$", re.IGNORECASE)
_SECTION = re.compile(r"<(?:system\.webServer|system\.applicationHost|system\.web)[\s/>]")

FieldValue = str | tuple[str, ...]

_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "compilation": ("debug", "tempDirectory"),
    "customErrors": ("mode",),
    "directoryBrowse": ("enabled",),
    "httpLogging": ("dontLog", "selectiveLogging"),
    "httpRuntime": ("requestValidationMode",),
    "identity": ("impersonate",),
    "logFile": ("directory", "enabled", "logFormat", "logExtFileFlags"),
    "pages": ("enableViewStateMac", "validateRequest", "viewStateEncryptionMode"),
    "trust": ("level",),
}
"""Attributes of security relevance, by element; none can hold a secret."""
_KEYS = ("validationKey", "decryptionKey")
_MODULE_LISTS = frozenset({"modules", "httpModules", "globalModules"})
_HANDLER_LISTS = frozenset({"handlers", "httpHandlers"})


class IisConfiguration:
    """Reads configuration; the citation is the line of an element, and the time is unknown.

    In a rewrite rule `Input` and `Pattern` are tuples of equal length: the rule's own match on
    `{URL}` first, then each condition. `Path` of a rule is that of its `<location>`.
    """

    source = "iis-configuration"

    def recognise(self, head: bytes, path: str) -> bool:
        """A `<configuration>` with a section of IIS or ASP.NET, or one of the two names."""
        text = decode_head(head)
        if _NAME.search(path) is not None:
            return "<" in text
        return "<configuration" in text and _SECTION.search(text) is not None

    def parse(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Record]:  # noqa: ARG002 - there are no times
        """An event per rule, module, handler, directory, pool and setting, then the losses."""
        losses = Losses(file)
        return with_losses(file, losses, _parse(file, losses))


def _parse(file: EvidenceFile, losses: Losses) -> Iterator[Record]:
    with file.open() as stream:
        content = read_fully(stream, _SIZE_LIMIT)
        if stream.read(1):
            losses.add(_TOO_LONG, _SIZE_LIMIT)
            while stream.read(1 << 20):
                pass  # the file is hashed to its end
    text = decode_head(content).lstrip("\ufeff")
    wrong = flaw(text)
    if wrong is not None:
        losses.add(wrong.reason, wrong.offset)
    reader = _Reader(file)
    for tag in strict_tags(text) if wrong is None else tolerant_tags(text):
        yield from reader.take(tag)


@dataclass(slots=True)
class _Rule:
    line: int
    fields: dict[str, FieldValue]
    inputs: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)


class _Reader:
    """Turns tags into events; remembers the open elements, the site, and an unfinished rule."""

    def __init__(self, file: EvidenceFile) -> None:
        self._file = file
        self._open: list[Tag] = []
        self._rule: _Rule | None = None
        self._starts: Mapping[str, Callable[[Tag], Iterator[Event]]] = {
            "rule": self._begin_rule,
            "match": self._match,
            "action": self._action,
            "add": self._add,
            "virtualDirectory": self._directory,
            "machineKey": self._machine_key,
        }

    def take(self, tag: Tag) -> Iterator[Event]:
        """Take the next tag; give what it completes."""
        if tag.end:
            yield from self._close(tag)
            return
        start = self._starts.get(tag.name)
        if start is not None:
            yield from start(tag)
        yield from self._settings(tag)
        if len(self._open) < _DEPTH_LIMIT:
            self._open.append(tag)

    def _close(self, tag: Tag) -> Iterator[Event]:
        """Close the nearest open element of that name; in a broken file others may be missing."""
        if tag.name == "rule" and self._rule is not None:
            rule, self._rule = self._rule, None
            pair = {"Input": tuple(rule.inputs), "Pattern": tuple(rule.patterns)}
            yield self._event("rewrite-rule", rule.line, {**rule.fields, **pair})
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index].name == tag.name:
                del self._open[index:]
                return

    def _begin_rule(self, tag: Tag) -> Iterator[Event]:
        if self._inside("rewrite"):
            enabled = tag.attributes.get("enabled", "true")
            self._rule = _Rule(
                tag.line, {"Name": tag.attributes.get("name", ""), "Enabled": enabled}
            )
        yield from ()

    def _match(self, tag: Tag) -> Iterator[Event]:
        if self._rule is not None:
            self._condition(
                "{URL}", tag.attributes.get("url", tag.attributes.get("pattern", "")), tag
            )
        yield from ()

    def _condition(self, subject: str, pattern: str, tag: Tag) -> None:
        assert self._rule is not None
        negated = tag.attributes.get("negate", "").lower() == "true"
        self._rule.inputs.append(subject)
        self._rule.patterns.append(f"not {pattern}" if negated else pattern)

    def _action(self, tag: Tag) -> Iterator[Event]:
        if self._rule is not None and self._parent() == "rule":
            self._rule.fields["Action"] = tag.attributes.get("type", "")
            self._rule.fields["Value"] = tag.attributes.get("url", "")
        yield from ()

    def _add(self, tag: Tag) -> Iterator[Event]:
        given, parent = tag.attributes, self._parent()
        name = given.get("name", "")
        if parent == "conditions" and self._rule is not None:
            self._condition(given.get("input", ""), given.get("pattern", ""), tag)
        elif parent in _MODULE_LISTS:
            kind = given.get("type", given.get("image", ""))
            yield self._event("module", tag.line, {"Name": name, "Type": kind})
        elif parent in _HANDLER_LISTS:
            kind = given.get("type") or given.get("scriptProcessor") or given.get("modules", "")
            fields = {"Name": name, "Pattern": given.get("path", ""), "Type": kind}
            yield self._event("handler", tag.line, {**fields, "Value": given.get("verb", "")})
        elif parent == "applicationPools":
            fields = {"Name": name, "AutoStart": given.get("autoStart", "")}
            yield self._event("app-pool", tag.line, fields)

    def _directory(self, tag: Tag) -> Iterator[Event]:
        application = self._attribute("application", "path").strip("/")
        below = tag.attributes.get("path", "").strip("/")
        fields = {
            "Path": "/" + "/".join(part for part in (application, below) if part),
            "PhysicalPath": tag.attributes.get("physicalPath", ""),
            "Value": self._attribute("application", "applicationPool"),
        }
        yield self._event("virtual-directory", tag.line, fields)

    def _machine_key(self, tag: Tag) -> Iterator[Event]:
        for name in _KEYS:
            value = tag.attributes.get(name)
            if value is not None:
                shown = "AutoGenerate" if value.lower().startswith("autogenerate") else "present"
                yield self._setting(tag.line, f"machineKey.{name}", shown)

    def _settings(self, tag: Tag) -> Iterator[Event]:
        for name in _SETTINGS.get(tag.name, ()):
            if name in tag.attributes:
                yield self._setting(tag.line, f"{tag.name}.{name}", tag.attributes[name])

    def _setting(self, line: int, name: str, value: str) -> Event:
        return self._event("setting", line, {"Name": name, "Value": value})

    def _parent(self) -> str:
        return self._open[-1].name if self._open else ""

    def _inside(self, name: str) -> bool:
        return any(tag.name == name for tag in self._open)

    def _attribute(self, element: str, name: str) -> str:
        """An attribute of the nearest open element of that name."""
        for tag in reversed(self._open):
            if tag.name == element:
                return tag.attributes.get(name, "")
        return ""

    def _event(self, element: str, line: int, given: Mapping[str, FieldValue]) -> Event:
        site, slash, below = self._attribute("location", "path").partition("/")
        fields: dict[str, FieldValue] = {"Element": element}
        own = {"Site": self._attribute("site", "name") or site, "Path": slash + below}
        fields.update({name: value for name, value in {**own, **given}.items() if value})
        text = " ".join(
            f"{name}={value if isinstance(value, str) else ' | '.join(value)}"
            for name, value in fields.items()
        )
        text = " ".join(text.split())[:4000]
        citation = Citation(self._file.evidence, self._file.path, line=line, text=text)
        return Event("iis-configuration", None, TimeBasis.UNKNOWN, None, fields, citation)
