"""Rule files to rules. A rule that cannot be used is a result, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from alpheus.detect.sigma import logsources
from alpheus.detect.sigma.correlation_rules import Heading, Known, UnknownRuleError, correlation_of
from alpheus.detect.sigma.correlations import Correlation
from alpheus.detect.sigma.filters import Filter
from alpheus.detect.sigma.logsources import Dialect, LogSource
from alpheus.detect.sigma.meaning import attributed, completed, foreign_meaning
from alpheus.detect.sigma.modifiers import modern
from alpheus.detect.sigma.rules import Rejected, Rule, RuleSet
from alpheus.detect.sigma.translate import UnsupportedError, condition_of
from alpheus.knowledge.model import RuleMeaning, SigmaFile

if TYPE_CHECKING:
    from sigma.rule import SigmaRule
    from sigma.rule.base import SigmaRuleBase

REASON_LIMIT = 500

Compiled = TypeVar("Compiled", Rule, Correlation)


class NotReadError(UnsupportedError):
    """A rule is for a source that is not read; nothing is wrong with it."""


def compile_rules(files: Sequence[SigmaFile]) -> RuleSet:
    """Compile rules and correlations; what is broken or unsupported stands in `rejected`.

    Rules without an `alpheus:` block are taken for foreign ones: their tests of stem and query
    also see the joined URL, they are never proof, their titles name author and licence, and
    filters apply to them (never to ours).
    """
    work = _Compilation()
    work.read_filters(_of_kind(files, "filter"))
    work.read_rules(_of_kind(files, "detection"))
    work.read_correlations(_of_kind(files, "correlation"))
    return work.finish()


def _of_kind(files: Iterable[SigmaFile], kind: str) -> list[SigmaFile]:
    """The documents that have this part; one with several parts counts by the first of them."""
    order = ("filter", "correlation", "detection")
    return [f for f in files if kind == next((p for p in order if p in f.document), "detection")]


class _Compilation:
    """What was compiled so far."""

    def __init__(self) -> None:
        self._filters: list[Filter] = []
        self._rules: dict[str, Rule] = {}
        self._correlations: dict[str, Correlation] = {}
        self._rejected: list[Rejected] = []
        self._names: dict[str, str] = {}
        self._foreign: set[str] = set()

    def read_filters(self, files: Iterable[SigmaFile]) -> None:
        for file in files:
            try:
                self._filters.append(Filter.of(file))
            except Exception as error:  # pySigma raises whatever a malformed document provokes
                self._reject(file, error)

    def read_rules(self, files: Iterable[SigmaFile]) -> None:
        for file in files:
            try:
                self._keep(file, self._rule(file), self._rules)
            except Exception as error:  # as above
                self._reject(file, error)

    def read_correlations(self, files: Iterable[SigmaFile]) -> None:
        """Compile correlations; one that refers to others waits for them."""
        waiting = list(files)
        while waiting:
            still: list[tuple[SigmaFile, Exception]] = []
            for file in waiting:
                try:
                    self._keep(file, self._correlation(file), self._correlations)
                except UnknownRuleError as error:
                    still.append((file, error))
                except Exception as error:  # as above
                    self._reject(file, error)
            if len(still) == len(waiting):
                for file, reason in still:
                    self._reject(file, reason)
                return
            waiting = [file for file, _ in still]

    def finish(self) -> RuleSet:
        for one in self._filters:
            if not one.applied:
                self._reject(one.file, UnsupportedError("the filter applies to no foreign rule"))
        silent = {
            rule
            for correlation in self._correlations.values()
            if correlation.id in self._foreign and not correlation.generate
            for rule in correlation.rules
        }
        return RuleSet(
            tuple(self._rules.values()),
            tuple(self._correlations.values()),
            tuple(self._rejected),
            frozenset(silent & self._foreign),
        )

    def _keep(self, file: SigmaFile, item: Compiled, known: dict[str, Compiled]) -> None:
        other = self._rules.get(item.id) or self._correlations.get(item.id)
        if other is not None:
            raise UnsupportedError(f"another rule of pack {other.pack} is called {item.id}")
        known[item.id] = item
        self._names[item.id] = item.id
        if item.uuid:
            self._names.setdefault(item.uuid, item.id)
        if file.meaning is None:
            self._foreign.add(item.id)

    def _reject(self, file: SigmaFile, error: Exception) -> None:
        reason = (str(error) or type(error).__name__)[:REASON_LIMIT]
        title = str(file.document.get("title", ""))
        usable = not isinstance(error, NotReadError)
        self._rejected.append(Rejected(file.path, title, reason, file.place, usable))

    def _rule(self, file: SigmaFile) -> Rule:
        logsource = _logsource(file)
        parsed = _parsed(file)
        if file.meaning is None:
            for one in self._filters:
                one.narrow(parsed)
        return Rule(
            id=_id(parsed),
            pack=file.pack,
            title=_title(file, parsed),
            meaning=_meaning(file, parsed),
            author=parsed.author or "",
            logsource=logsource,
            condition=condition_of(parsed, logsource.dialect, file.placeholders),
            uuid=str(parsed.id or ""),
            path=file.path,
            place=file.place,
            licence=file.licence,
            requires=str(parsed.logsource.definition or ""),
        )

    def _correlation(self, file: SigmaFile) -> Correlation:
        from sigma.correlations import SigmaCorrelationRule  # noqa: PLC0415 - slow, only with rules

        parsed = SigmaCorrelationRule.from_dict(dict(file.document))
        known = Known(self._names, self._correlations)
        heading = Heading(_id(parsed), _title(file, parsed), _meaning(file, parsed))
        return correlation_of(file, parsed, known, heading)


def _parsed(file: SigmaFile) -> SigmaRule:
    from sigma.policy.profiles import TrustedPolicy  # noqa: PLC0415 - slow, only with rules
    from sigma.rule import SigmaRule  # noqa: PLC0415 - likewise

    document = dict(file.document)
    detection = document["detection"]
    if isinstance(detection, Mapping):
        document["detection"] = modern(detection)
    return SigmaRule.from_dict(document, policy=TrustedPolicy)


def _logsource(file: SigmaFile) -> LogSource:
    """The log source, before the rest is parsed: rules for other products are not worth it."""
    named = file.document.get("logsource")
    if not isinstance(named, Mapping) or not named:
        raise UnsupportedError("the rule has no log source")
    product, category, service = (
        None if named.get(key) is None else str(named[key])
        for key in ("product", "category", "service")
    )
    found = logsources.find(product, category, service)
    if found is None:
        raise NotReadError(logsources.NOT_READ)
    if file.meaning is None and found.dialect is Dialect.WEBSERVER:
        return LogSource(found.selections, Dialect.JOINED)
    return found


def _id(rule: SigmaRuleBase) -> str:
    return str(rule.name or rule.id or rule.title)


def _title(file: SigmaFile, rule: SigmaRuleBase) -> str:
    if file.meaning is not None:
        return rule.title
    return attributed(rule.title, rule.author or "", file.licence)


def _meaning(file: SigmaFile, rule: SigmaRuleBase) -> RuleMeaning:
    tags = [(tag.namespace, tag.name) for tag in rule.tags]
    if file.meaning is not None:
        return completed(file.meaning, tags)
    level = rule.level.name if rule.level else ""
    return foreign_meaning(tags, level, rule.status.name if rule.status else "")
