"""Rule files to rules. A rule that cannot be used is a result, never an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from alpheus.detect.sigma import logsources
from alpheus.detect.sigma.correlations import Correlation, CorrelationType
from alpheus.detect.sigma.logsources import Dialect, LogSource
from alpheus.detect.sigma.meaning import completed, foreign_meaning
from alpheus.detect.sigma.rules import Rejected, Rule, RuleSet
from alpheus.detect.sigma.translate import UnsupportedError, condition_of
from alpheus.knowledge.model import RuleMeaning, SigmaFile

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule
    from sigma.rule import SigmaRule
    from sigma.rule.base import SigmaRuleBase

REASON_LIMIT = 500

Compiled = TypeVar("Compiled", Rule, Correlation)


def compile_rules(files: Sequence[SigmaFile]) -> RuleSet:
    """Compile rules and correlations; what is broken or unsupported stands in `rejected`.

    Rules without an `alpheus:` block are taken for foreign ones: their tests of stem and query
    also see the joined URL, and they are never proof.
    """
    rules: dict[str, Rule] = {}
    correlations: dict[str, Correlation] = {}
    rejected: list[Rejected] = []
    plain = [file for file in files if "correlation" not in file.document]
    related = [file for file in files if "correlation" in file.document]
    for file in plain:
        try:
            rule = _rule(file)
            _add(rule, rules)
        except Exception as error:  # pySigma raises whatever a malformed document provokes
            rejected.append(_rejected(file, error))
    known = _references(rules.values())
    for file in related:
        try:
            _add(_correlation(file, known), correlations, taken=rules)
        except Exception as error:  # as above
            rejected.append(_rejected(file, error))
    return RuleSet(tuple(rules.values()), tuple(correlations.values()), tuple(rejected))


def _add(
    item: Compiled, known: dict[str, Compiled], *, taken: Mapping[str, Rule] | None = None
) -> None:
    other = known.get(item.id) or (taken or {}).get(item.id)
    if other is not None:
        raise UnsupportedError(f"another rule of pack {other.pack} is called {item.id}")
    known[item.id] = item


def _rejected(file: SigmaFile, error: Exception) -> Rejected:
    reason = str(error) or type(error).__name__
    return Rejected(file.path, str(file.document.get("title", "")), reason[:REASON_LIMIT])


def _rule(file: SigmaFile) -> Rule:
    from sigma.policy.profiles import TrustedPolicy  # noqa: PLC0415 - slow, only with rules
    from sigma.rule import SigmaRule  # noqa: PLC0415 - slow, only with rules

    if "filter" in file.document:
        raise UnsupportedError("Sigma filters are not supported")
    parsed = SigmaRule.from_dict(dict(file.document), policy=TrustedPolicy)
    logsource = _logsource(parsed, foreign=file.meaning is None)
    return Rule(
        id=_id(parsed),
        pack=file.pack,
        title=parsed.title,
        meaning=_meaning(file, parsed),
        author=parsed.author or "",
        logsource=logsource,
        condition=condition_of(parsed, logsource.dialect),
        uuid=str(parsed.id or ""),
        path=file.path,
    )


def _logsource(rule: SigmaRule, *, foreign: bool) -> LogSource:
    source = rule.logsource
    found = logsources.find(source.product, source.category, source.service)
    if found is None:
        raise UnsupportedError(logsources.NOT_READ)
    if foreign and found.dialect is Dialect.WEBSERVER:
        return LogSource(found.selections, Dialect.JOINED)
    return found


def _id(rule: SigmaRuleBase) -> str:
    return str(rule.name or rule.id or rule.title)


def _meaning(file: SigmaFile, rule: SigmaRuleBase) -> RuleMeaning:
    tags = [(tag.namespace, tag.name) for tag in rule.tags]
    if file.meaning is not None:
        return completed(file.meaning, tags)
    level = rule.level.name if rule.level else ""
    return foreign_meaning(tags, level, rule.status.name if rule.status else "")


def _references(rules: Any) -> dict[str, str]:  # noqa: ANN401
    """Ids of rules by every name that a correlation may use for them."""
    known: dict[str, str] = {}
    for rule in rules:
        known[rule.id] = rule.id
        if rule.uuid:
            known.setdefault(rule.uuid, rule.id)
    return known


def _correlation(file: SigmaFile, known: Mapping[str, str]) -> Correlation:
    from sigma.correlations import SigmaCorrelationRule  # noqa: PLC0415 - slow, only with rules

    parsed = SigmaCorrelationRule.from_dict(dict(file.document))
    kind, (operation, count, fields) = _kind(parsed), _condition(parsed)
    rules = tuple(_resolve(item.reference, known) for item in parsed.rules or ())
    if kind is CorrelationType.TEMPORAL_ORDERED and (operation, count) not in {
        ("gte", len(rules)),
        ("eq", len(rules)),
    }:
        raise UnsupportedError("temporal_ordered is supported only for all rules of the list")
    return Correlation(
        id=_id(parsed),
        pack=file.pack,
        title=parsed.title,
        meaning=_meaning(file, parsed),
        author=parsed.author or "",
        type=kind,
        rules=rules,
        group_by=tuple(parsed.group_by or ()),
        timespan=parsed.timespan.seconds,
        operation=operation,
        count=count,
        fields=fields,
        aliases=_aliases(parsed, known),
        uuid=str(parsed.id or ""),
    )


def _kind(rule: SigmaCorrelationRule) -> CorrelationType:
    try:
        return CorrelationType(rule.type.name.lower())
    except ValueError:
        raise UnsupportedError(
            f"correlations of type {rule.type.name.lower()} are not supported"
        ) from None


def _condition(rule: SigmaCorrelationRule) -> tuple[str, float, tuple[str, ...]]:
    from sigma.correlations import SigmaCorrelationCondition  # noqa: PLC0415 - slow

    condition = rule.condition
    if not isinstance(condition, SigmaCorrelationCondition):
        raise UnsupportedError("extended correlation conditions are not supported")
    names = condition.fieldref or ()
    fields = (names,) if isinstance(names, str) else tuple(names)
    return condition.op.name.lower(), condition.count, fields


def _aliases(rule: SigmaCorrelationRule, known: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        alias.alias: {
            _resolve(reference.reference, known): name for reference, name in alias.mapping.items()
        }
        for alias in rule.aliases
    }


def _resolve(reference: str, known: Mapping[str, str]) -> str:
    found = known.get(str(reference))
    if found is None:
        raise UnsupportedError(f"the rule {reference} it refers to is not there")
    return found
