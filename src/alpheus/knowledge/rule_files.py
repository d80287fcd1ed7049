"""Reads Sigma and YARA files. Compiling them is the business of `alpheus.detect`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from alpheus.errors import KnowledgeError
from alpheus.knowledge.licences import licence_above
from alpheus.knowledge.model import Example, RuleMeaning, SigmaFile, YaraFile
from alpheus.knowledge.yaml_text import YamlError, load_documents
from alpheus.model import Confidence, Stage, Weight

SIZE_LIMIT = 4 << 20
"""A rule file longer than this is refused (bytes)."""

_CVE = re.compile(r"cve[.-](\d{4})[.-](\d{4,})", re.IGNORECASE)
_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)
_MEANING_KEYS = frozenset(
    {"stage", "weight", "confidence", "client", "summary", "measure", "names", "tie", "examples"}
)
_PARTS = ("detection", "correlation", "filter")
_Enum = TypeVar("_Enum", Stage, Weight, Confidence)


class RuleError(KnowledgeError):
    """A rule is wrong; `place` tells where in the file, `reason` what is wrong."""

    def __init__(self, path: Path, place: str, reason: str) -> None:
        super().__init__(f"{path}: {place}: {reason}" if place else f"{path}: {reason}")
        self.path = path
        self.place = place
        self.reason = reason


def read_sigma(
    pack: str, path: Path, on_error: Callable[[RuleError], None] | None = None
) -> Iterator[SigmaFile]:
    """Every rule, correlation and filter of one file, which may hold several documents.

    The whole file must be readable: one that breaks off yields nothing. Raises RuleError; where
    only a document is wrong, `on_error` is told instead, if given, and the others are yielded.
    """
    documents = _documents(path)
    if not documents:
        raise RuleError(path, "", "holds no rule")
    rules = []
    for number, document in enumerate(documents, 1):
        try:
            rules.append(_sigma(pack, path, document, f"document {number}"))
        except RuleError as error:
            if on_error is None:
                raise
            on_error(error)
    yield from rules


def read_yara(pack: str, path: Path) -> YaraFile:
    """The text of one file of YARA rules. Raises RuleError."""
    text = _text(path)
    if not re.search(r"\brule\s+\w+", text):
        raise RuleError(path, "", "holds no rule")
    return YaraFile(pack, path, text, licence_above(path.parent))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise RuleError(path, "", f"longer than {SIZE_LIMIT >> 20} MiB")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RuleError(path, "", str(error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise RuleError(path, f"byte {error.start}", "is not UTF-8") from error


def _documents(path: Path) -> list[object]:
    text = _text(path)
    try:
        return load_documents(text)
    except YamlError as error:
        place = f"line {error.line}" if error.line else ""
        raise RuleError(path, place, error.reason) from error


def _sigma(pack: str, path: Path, document: object, place: str) -> SigmaFile:
    if not isinstance(document, Mapping):
        raise RuleError(path, place, "is not a rule: a mapping is expected")
    if not isinstance(document.get("title"), str):
        raise RuleError(path, place, "has no title")
    if not any(part in document for part in _PARTS):
        raise RuleError(path, place, "has neither detection nor correlation nor filter")
    block = document.get("alpheus")
    if block is None:
        licence = _licence(document) or licence_above(path.parent)
        return SigmaFile(pack, path, document, None, place=place, licence=licence)
    where = f"{place}, alpheus"
    if not isinstance(block, Mapping):
        raise RuleError(path, where, "a mapping is expected")
    reader = _Block(path, where, block)
    meaning = reader.meaning(document.get("tags"))
    return SigmaFile(pack, path, document, meaning, reader.examples(), place, _licence(document))


def _licence(document: Mapping[object, object]) -> str:
    value = document.get("license")
    return value.strip() if isinstance(value, str) else ""


class _Block:
    """The block `alpheus:` of a rule."""

    def __init__(self, path: Path, place: str, block: Mapping[object, object]) -> None:
        self._path = path
        self._place = place
        self._block = block
        unknown = sorted(str(key) for key in block if key not in _MEANING_KEYS)
        if unknown:
            raise self._error(unknown[0], "is not a key of this block")

    def meaning(self, tags: object) -> RuleMeaning:
        """What a match means, with the CVEs and techniques of the rule's tags."""
        names = [str(tag) for tag in tags] if isinstance(tags, Sequence) else []
        tie = self._block.get("tie", False)
        if not isinstance(tie, bool):
            raise self._error("tie", "true or false is expected")
        return RuleMeaning(
            stage=self._member("stage", Stage),
            weight=self._member("weight", Weight),
            confidence=self._member("confidence", Confidence),
            cves=tuple(f"CVE-{m[1]}-{m[2]}" for tag in names if (m := _CVE.fullmatch(tag))),
            techniques=tuple(m[1].upper() for tag in names if (m := _TECHNIQUE.fullmatch(tag))),
            summary=self._string("summary") or "",
            measure=self._string("measure"),
            names=tuple(self._strings("names")),
            client=self._string("client"),
            tie=tie,
        )

    def examples(self) -> tuple[Example, ...]:
        """The records that the rule must match, and those that it must not."""
        block = self._block.get("examples", {})
        if not isinstance(block, Mapping) or not set(block) <= {"positive", "negative"}:
            raise self._error("examples", "only positive and negative are expected")
        found: list[Example] = []
        for kind in ("positive", "negative"):
            records = block.get(kind) or []
            if not isinstance(records, list):
                raise self._error(f"examples.{kind}", "a list is expected")
            for number, record in enumerate(records, 1):
                where = f"examples.{kind}[{number}]"
                found.append(self._example(record, where, matches=kind == "positive"))
        return tuple(found)

    def _example(self, record: object, where: str, *, matches: bool) -> Example:
        if not isinstance(record, Mapping) or set(record) != {"source", "fields"}:
            raise self._error(where, "source and fields are expected")
        fields = record["fields"]
        if not isinstance(fields, Mapping) or not isinstance(record["source"], str):
            raise self._error(where, "source must be text, fields a mapping")
        values = {str(name): _field_value(value) for name, value in fields.items()}
        return Example(matches, record["source"], values)

    def _member(self, key: str, kind: type[_Enum]) -> _Enum:
        value = self._block.get(key)
        if value not in list(kind):
            known = ", ".join(kind)
            raise self._error(key, f"{value!r} is none of {known}")
        return kind(str(value))

    def _string(self, key: str) -> str | None:
        value = self._block.get(key)
        if value is not None and not isinstance(value, str):
            raise self._error(key, "text is expected")
        return value

    def _strings(self, key: str) -> list[str]:
        value = self._block.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(key, "a list of texts is expected")
        return value

    def _error(self, key: str, reason: str) -> RuleError:
        return RuleError(self._path, f"{self._place}.{key}", reason)


def _field_value(value: object) -> str | tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    return "" if value is None else str(value)
