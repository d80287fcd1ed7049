"""From pySigma's parsed rules to our own condition trees. pySigma itself evaluates nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from alpheus.detect.sigma.conditions import (
    AllOf,
    AnyOf,
    FieldReference,
    FieldTest,
    Keyword,
    Node,
    Not,
    cost,
)
from alpheus.detect.sigma.fields import field_name, fold
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.placeholders import expanded_patterns, expanded_strings
from alpheus.detect.sigma.regexes import Regex
from alpheus.detect.sigma.values import (
    Compare,
    Contains,
    EndsWith,
    Equals,
    Glob,
    InNetwork,
    Number,
    Present,
    StartsWith,
    Text,
    Value,
)
from alpheus.knowledge.placeholders import Placeholders

if TYPE_CHECKING:
    from sigma.rule import SigmaRule
    from sigma.types import SigmaString, SigmaType

Part = str | None
"""A piece of text, or None for a wildcard of one character; `*` separates segments."""


class UnsupportedError(ValueError):
    """A rule uses what cannot be evaluated here."""


@dataclass(frozen=True, slots=True)
class _Context:
    dialect: Dialect
    given: Placeholders


def condition_of(
    rule: SigmaRule, dialect: Dialect, given: Placeholders = MappingProxyType({})
) -> Node:
    """The tree of a rule's conditions; several conditions are alternatives.

    `given` are the values of placeholders. Raises SigmaError for a broken condition,
    UnsupportedError for an unsupported value, and MissingPlaceholderError.
    """
    context = _Context(dialect, given)
    nodes = [_node(condition.parsed, context) for condition in rule.detection.parsed_condition]
    return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))


def _node(item: Any, context: _Context) -> Node:  # noqa: ANN401 - pySigma's union is not exported
    from sigma import conditions  # noqa: PLC0415 - only when rules are compiled

    if isinstance(item, conditions.ConditionNOT):
        return Not(_node(item.args[0], context))
    if isinstance(item, conditions.ConditionAND):
        return _flat(AllOf, [_node(child, context) for child in item.args])
    if isinstance(item, conditions.ConditionOR):
        return _any([_node(child, context) for child in item.args])
    if isinstance(item, conditions.ConditionFieldEqualsValueExpression):
        return _field_test(item.field, item.value, context)
    if isinstance(item, conditions.ConditionValueExpression):
        return _keyword(item.value, context)
    raise UnsupportedError("the condition is empty")


def _flat(kind: type[AllOf | AnyOf], nodes: Iterable[Node]) -> Node:
    """One node for a chain of the same operator, the cheapest part first."""
    parts: list[Node] = []
    for node in nodes:
        parts.extend(node.nodes if isinstance(node, kind) else (node,))
    return parts[0] if len(parts) == 1 else kind(tuple(sorted(parts, key=cost)))


def _any(nodes: Iterable[Node]) -> Node:
    """Alternatives; plain texts for the same field become one test."""
    flat = _flat(AnyOf, nodes)
    if not isinstance(flat, AnyOf):
        return flat
    merged: dict[object, Any] = {}
    for position, node in enumerate(flat.nodes):
        value = node.value if isinstance(node, FieldTest | Keyword) else None
        if not isinstance(value, Text | Glob):
            merged[position] = node
            continue
        place = node.field if isinstance(node, FieldTest) else None
        key = (place, type(value), value.cased)
        known = merged.get(key)
        if known is None:
            merged[key] = node
        else:
            joined = known.value.also(value)
            merged[key] = Keyword(joined) if place is None else FieldTest(place, joined)
    return _flat(AnyOf, merged.values())


def _field_test(name: str, value: SigmaType, context: _Context) -> Node:
    from sigma import types  # noqa: PLC0415 - only when rules are compiled

    field = field_name(context.dialect, name)
    several = _several(value, context)
    if several is not None:
        return _any([_field_test(name, item, context) for item in several])
    if isinstance(value, types.SigmaFieldReference):
        other = field_name(context.dialect, value.field)
        return FieldReference(field, other, value.starts_with, value.ends_with)
    return FieldTest(field, _value(value))


def _several(value: SigmaType, context: _Context) -> Sequence[SigmaType] | None:
    """The alternatives that one value of a rule stands for; None if only for itself."""
    from sigma import types  # noqa: PLC0415 - only when rules are compiled

    if isinstance(value, types.SigmaExpansion):
        return value.values
    if isinstance(value, types.SigmaString) and value.contains_placeholder():
        return expanded_strings(value, context.given)
    if isinstance(value, types.SigmaRegularExpression) and value.contains_placeholder():
        return expanded_patterns(value, context.given)
    return None


def _keyword(value: SigmaType, context: _Context) -> Node:
    """A keyword may stand anywhere in a record."""
    from sigma import types  # noqa: PLC0415 - only when rules are compiled

    several = _several(value, context)
    if several is not None:
        return _any([_keyword(item, context) for item in several])
    if isinstance(value, types.SigmaString):
        star = types.SpecialChars.WILDCARD_MULTI
        return Keyword(_text(value, [star, *value.s, star]))
    if isinstance(value, types.SigmaNumber):
        return Keyword(Regex(rf"\b{re.escape(str(value.number))}\b"))
    if isinstance(value, types.SigmaRegularExpression):
        return Keyword(_value(value))
    raise UnsupportedError(f"a keyword cannot be of type {type(value).__name__}")


def _value(value: SigmaType) -> Value:
    from sigma import types  # noqa: PLC0415 - only when rules are compiled

    makers: tuple[tuple[type[SigmaType], Callable[[Any], Value]], ...] = (
        (types.SigmaString, lambda v: _text(v, v.s)),
        (types.SigmaRegularExpression, _regex),
        (types.SigmaTimestampPart, _time_part),
        (types.SigmaNumber, lambda v: Number(v.number)),
        (types.SigmaBool, lambda v: Equals((str(v).lower(),))),
        (types.SigmaNull, lambda _: Present(wanted=False)),
        (types.SigmaExists, lambda v: Present(wanted=bool(v))),
        (types.SigmaCIDRExpression, lambda v: InNetwork(v.network)),
        (types.SigmaCompareExpression, _comparison),
    )
    for kind, make in makers:
        if isinstance(value, kind):
            return make(value)
    raise UnsupportedError(f"values of type {type(value).__name__} are not supported")


def _time_part(value: Any) -> Value:  # noqa: ANN401 - a pySigma type, imported lazily
    return Compare("eq", value.number, value.timestamp_part.name.lower())


def _comparison(value: Any) -> Value:  # noqa: ANN401 - a pySigma type, imported lazily
    part = getattr(value.number, "timestamp_part", None)
    name = None if part is None else part.name.lower()
    return Compare(value.op.name.lower(), value.number.number, name)


def _regex(value: Any) -> Value:  # noqa: ANN401 - a pySigma type, imported lazily
    return Regex(
        str(value.regexp), "".join(sorted(map(value.sigma_to_re_flag.__getitem__, value.flags)))
    )


def _text(value: SigmaString, parts: Iterable[object]) -> Value:
    """The cheapest test for a text with wildcards."""
    from sigma import types  # noqa: PLC0415 - only when rules are compiled

    cased = isinstance(value, types.SigmaCasedString)
    segments: list[list[Part]] = [[]]
    for part in parts:
        if part is types.SpecialChars.WILDCARD_MULTI:
            segments.append([])
        elif part is types.SpecialChars.WILDCARD_SINGLE:
            segments[-1].append(None)
        else:
            segments[-1].append(str(part) if cased else fold(str(part)))
    middle = [segment for segment in segments[1:-1] if segment]
    ends = segments[:1] if len(segments) == 1 else [segments[0], *middle, segments[-1]]
    return _shape([tuple(segment) for segment in ends], cased=cased)


def _shape(segments: list[tuple[Part, ...]], *, cased: bool) -> Value:
    if not any(segments):
        return Present(wanted=len(segments) > 1)
    simple = all(len(segment) <= 1 and None not in segment for segment in segments)
    texts = tuple("".join(part or "" for part in segment) for segment in segments)
    kind = _SHAPES.get(tuple(bool(text) for text in texts)) if simple else None
    if kind is None:
        return Glob((tuple(segments),), cased)
    return kind(tuple(text for text in texts if text), cased)


_SHAPES: dict[tuple[bool, ...], type[Text]] = {
    (True,): Equals,
    (True, False): StartsWith,
    (False, True): EndsWith,
    (False, True, False): Contains,
}
"""Tests by where there is text between the `*`."""
