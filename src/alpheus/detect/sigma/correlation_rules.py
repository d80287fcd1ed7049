"""From pySigma's parsed correlations to our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from alpheus.detect.sigma.correlations import (
    NUMERIC,
    Alternative,
    Correlation,
    CorrelationType,
)
from alpheus.detect.sigma.translate import UnsupportedError
from alpheus.knowledge.model import RuleMeaning, SigmaFile

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule

ALTERNATIVES_LIMIT = 64
"""An expression, or a choice of rules, with more alternatives than this is not supported."""


class UnknownRuleError(UnsupportedError):
    """A correlation refers to a rule that is not there, or not there yet."""


@dataclass(frozen=True, slots=True)
class Heading:
    """How a rule is called, and what its match means."""

    id: str
    title: str
    meaning: RuleMeaning


@dataclass(frozen=True, slots=True)
class Known:
    """What a correlation may refer to: ids by every name, and the correlations among them by id."""

    ids: Mapping[str, str]
    correlations: Mapping[str, Correlation]

    def resolve(self, reference: object) -> str:
        """The id of what a name refers to. Raises UnknownRuleError."""
        found = self.ids.get(str(reference))
        if found is None:
            raise UnknownRuleError(f"the rule {reference} it refers to is not there, or not used")
        return found


def correlation_of(
    file: SigmaFile,
    parsed: SigmaCorrelationRule,
    known: Known,
    heading: Heading,
) -> Correlation:
    """A correlation, ready to be evaluated. Raises UnsupportedError."""
    kind = CorrelationType(parsed.type.name.lower())
    operation, count, fields, percentile = _condition(parsed)
    if kind in NUMERIC and len(fields) != 1:
        raise UnsupportedError(f"{kind.value} needs exactly one field")
    rules = _rules(parsed, known)
    return Correlation(
        id=heading.id,
        pack=file.pack,
        title=heading.title,
        meaning=heading.meaning,
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
        percentile=percentile,
        alternatives=_alternatives(parsed, kind, rules, known, (operation, count)),
        parts=tuple(
            known.correlations[one] for one in dict.fromkeys(rules) if one in known.correlations
        ),
        generate=parsed.generate,
        path=file.path,
        place=file.place,
        licence=file.licence,
    )


def _condition(rule: SigmaCorrelationRule) -> tuple[str, float, tuple[str, ...], int]:
    from sigma.correlations import SigmaCorrelationCondition  # noqa: PLC0415 - slow

    condition = rule.condition
    if not isinstance(condition, SigmaCorrelationCondition):
        return "gte", 1, (), 50
    names = condition.fieldref or ()
    fields = (names,) if isinstance(names, str) else tuple(names)
    percentile = 50 if condition.percentile is None else condition.percentile
    if not 0 <= percentile <= 100:
        raise UnsupportedError("a percentile lies between 0 and 100")
    return condition.op.name.lower(), condition.count, fields, percentile


def _rules(parsed: SigmaCorrelationRule, known: Known) -> tuple[str, ...]:
    if parsed.rules is not None:
        return tuple(known.resolve(item.reference) for item in parsed.rules)
    names: Any = parsed.condition  # without a list of rules there is always an expression
    return tuple(known.resolve(name) for name in names.get_referenced_rules())


def _aliases(rule: SigmaCorrelationRule, known: Known) -> dict[str, dict[str, str]]:
    return {
        alias.alias: {
            known.resolve(reference.reference): name for reference, name in alias.mapping.items()
        }
        for alias in rule.aliases
    }


def _alternatives(
    parsed: SigmaCorrelationRule,
    kind: CorrelationType,
    rules: tuple[str, ...],
    known: Known,
    condition: tuple[str, float],
) -> tuple[Alternative, ...]:
    from sigma.correlations import SigmaExtendedCorrelationCondition  # noqa: PLC0415 - slow

    if isinstance(parsed.condition, SigmaExtendedCorrelationCondition):
        found = tuple(_of_expression(parsed.condition.parsed, known))
    elif kind is CorrelationType.TEMPORAL_ORDERED:
        found = tuple(_in_order(rules, *condition))
    else:
        return ()
    if len(found) > ALTERNATIVES_LIMIT:
        raise UnsupportedError(f"the condition has more than {ALTERNATIVES_LIMIT} alternatives")
    if not found or not all(alternative.wanted for alternative in found):
        raise UnsupportedError("the condition would hold where no rule matched")
    return found


def _in_order(rules: tuple[str, ...], operation: str, count: float) -> Iterator[Alternative]:
    """All choices of as many rules as the condition asks for."""
    number = int(count) + 1 if operation == "gt" else int(count)
    if operation == "eq" and number != len(rules):
        raise UnsupportedError("temporal_ordered counts rules with gt and gte")
    if operation not in {"eq", "gt", "gte"}:
        raise UnsupportedError("temporal_ordered counts rules with gt and gte")
    if number < 1 or number > len(rules):
        raise UnsupportedError(f"{number} of {len(rules)} rules cannot match")
    for position, chosen in enumerate(combinations(rules, number)):
        if position > ALTERNATIVES_LIMIT:
            return
        yield Alternative(chosen)


def _of_expression(node: Any, known: Known, *, negated: bool = False) -> Iterator[Alternative]:  # noqa: ANN401 - pySigma's union is not exported
    """The expression as alternatives of rules that must, and must not, have matched."""
    from sigma import correlations  # noqa: PLC0415 - slow, only with rules

    if isinstance(node, correlations.SigmaRuleReference):
        one = known.resolve(node.reference)
        yield Alternative((), frozenset({one})) if negated else Alternative((one,))
        return
    if isinstance(node, correlations.CorrelationConditionNOT):
        yield from _of_expression(node.args[0], known, negated=not negated)
        return
    parts = [list(_of_expression(child, known, negated=negated)) for child in node.args]
    if isinstance(node, correlations.CorrelationConditionAND) is negated:
        for part in parts:
            yield from part
        return
    for number, chosen in enumerate(product(*parts)):
        if number > ALTERNATIVES_LIMIT:
            raise UnsupportedError(f"the condition has more than {ALTERNATIVES_LIMIT} alternatives")
        wanted = tuple(dict.fromkeys(one for part in chosen for one in part.wanted))
        unwanted = frozenset[str]().union(*(part.unwanted for part in chosen))
        if not unwanted.intersection(wanted):
            yield Alternative(wanted, unwanted)
