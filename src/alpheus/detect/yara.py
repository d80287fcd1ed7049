"""YARA rules over the content of server pages, through yara-x."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alpheus.detect.model import PageMatch, RuleInfo
from alpheus.detect.sigma.meaning import attributed
from alpheus.knowledge.model import RuleMeaning, YaraFile
from alpheus.model import Confidence, Stage, Weight

if TYPE_CHECKING:
    import yara_x

TEXT_LIMIT = 400
_LINE = re.compile(r"^\s*--> .*:(\d+):\d+\s*$", re.MULTILINE)
_EXTERNALS = {"filename": "", "filepath": "", "extension": "", "filetype": "", "owner": ""}


@dataclass(frozen=True, slots=True)
class RejectedYara:
    """A file of rules that could not be compiled; the others are used."""

    path: str
    reason: str
    place: str = ""


@dataclass
class YaraRules:
    """Compiled rules. `rejected` lists the files that were left out, and why."""

    rules: yara_x.Rules | None
    infos: Mapping[tuple[str, str], RuleInfo]
    rejected: Sequence[RejectedYara] = field(default_factory=list)

    @classmethod
    def compile(cls, files: Sequence[YaraFile]) -> YaraRules:
        """Compile each file in a namespace of its own, so that a broken one costs only itself."""
        if not files:
            return cls(None, {})
        import yara_x  # noqa: PLC0415 - native library, only when there are rules

        compiler = yara_x.Compiler(relaxed_re_syntax=True)
        for name, value in _EXTERNALS.items():
            compiler.define_global(name, value)
        packs: dict[str, YaraFile] = {}
        rejected: list[RejectedYara] = []
        for number, file in enumerate(files):
            namespace = f"n{number}"
            packs[namespace] = file
            compiler.new_namespace(namespace)
            try:
                compiler.add_source(file.text, origin=str(file.path))
            except yara_x.CompileError as error:
                reason, _, rest = str(error).strip().partition("\n")
                line = _LINE.search(rest)
                place = f"line {line[1]}" if line else ""
                rejected.append(RejectedYara(str(file.path), reason, place))
        rules = compiler.build()
        infos = {
            (rule.namespace, rule.identifier): _info(
                packs[rule.namespace], rule.identifier, dict(rule.metadata)
            )
            for rule in rules
        }
        return cls(rules, infos, rejected)

    def match(self, content: bytes) -> tuple[PageMatch, ...]:
        """Every rule that the content matches, with the line of its first matching string."""
        return tuple(self._matches(content))

    def _matches(self, content: bytes) -> Iterator[PageMatch]:
        if self.rules is None:
            return
        import yara_x  # noqa: PLC0415 - native library, only when there are rules

        scanner = yara_x.Scanner(self.rules)
        scanner.set_timeout(20)
        for rule in scanner.scan(content).matching_rules:
            info = self.infos[rule.namespace, rule.identifier]
            spots = [m for pattern in rule.patterns for m in pattern.matches]
            if not spots:
                yield PageMatch(info, None, "")
                continue
            spot = min(spots, key=lambda m: m.offset)
            line, text = _line_at(content, spot.offset)
            yield PageMatch(info, line, text)


def _line_at(content: bytes, offset: int) -> tuple[int, str]:
    """The line number (from 1) at an offset, and its text; UTF-16 is recognised by its NULs."""
    wide = content[max(0, offset - 32) : offset + 32].count(0) > 12
    start = content.rfind(b"\n", 0, offset) + 1
    end = content.find(b"\n", offset)
    raw = content[start : end if end >= 0 else len(content)]
    if len(raw) > 4 * TEXT_LIMIT:
        raw = content[max(start, offset - TEXT_LIMIT) : offset + 2 * TEXT_LIMIT]
    text = raw.replace(b"\0", b"") if wide else raw
    return content.count(b"\n", 0, offset) + 1, text.decode("utf-8", "replace").strip()[:1200]


def _info(file: YaraFile, identifier: str, meta: Mapping[str, object]) -> RuleInfo:
    text = {key: str(value) for key, value in meta.items()}
    foreign = "stage" not in text
    meaning = RuleMeaning(
        stage=Stage(text.get("stage", "implanted")),
        weight=Weight(text.get("weight", "indication")),
        confidence=Confidence(text.get("confidence", "medium" if foreign else "high")),
        cves=tuple(re.findall(r"CVE-\d{4}-\d+", text.get("cves", text.get("cve", "")))),
        techniques=tuple(re.findall(r"T\d{4}(?:\.\d{3})?", text.get("techniques", ""))),
    )
    title = text.get("title") or text.get("description") or identifier
    if foreign:
        licence = text.get("license") or text.get("licence") or file.licence
        title = attributed(title, text.get("author", ""), licence)
    return RuleInfo(text.get("name", identifier), file.pack, title, meaning)
