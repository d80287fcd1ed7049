"""Puts values in place of the `%placeholders%` of rules with the modifier `expand`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from alpheus.knowledge.placeholders import PLACEHOLDERS_FILE, Placeholders

if TYPE_CHECKING:
    from sigma.types import SigmaRegularExpression, SigmaString, SigmaStringPartType

EXPANSIONS_LIMIT = 10_000
"""Into more strings than this no value is expanded."""


class MissingPlaceholderError(ValueError):
    """A rule needs a value that was not given."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the placeholder %{name}% has no value: give it one in {PLACEHOLDERS_FILE} "
            "at the root of the folder of rules"
        )
        self.name = name


def expanded_strings(value: SigmaString, given: Placeholders) -> list[SigmaString]:
    """One string per combination of values. Raises MissingPlaceholderError and ValueError."""
    found: list[list[SigmaStringPartType]] = [[]]
    for part in value.s:
        choices = list(_choices(part, given))
        found = [[*before, *choice] for before in found for choice in choices]
        if len(found) > EXPANSIONS_LIMIT:
            raise ValueError(f"placeholders expand into more than {EXPANSIONS_LIMIT} values")
    return [_like(value, parts) for parts in found]


def expanded_patterns(
    value: SigmaRegularExpression, given: Placeholders
) -> list[SigmaRegularExpression]:
    """One pattern per combination of values, which are inserted as they are given."""
    from sigma.types import SigmaRegularExpression  # noqa: PLC0415 - only when rules are compiled

    texts: list[str] = [""]
    for part in value.regexp.s:
        name = _name(part)
        parts = _given(name, given) if name is not None else [str(_plain(part))]
        texts = [before + text for before in texts for text in parts]
        if len(texts) > EXPANSIONS_LIMIT:
            raise ValueError(f"placeholders expand into more than {EXPANSIONS_LIMIT} values")
    return [SigmaRegularExpression(text, set(value.flags), value.policy) for text in texts]


def _choices(
    part: SigmaStringPartType, given: Placeholders
) -> Iterator[Sequence[SigmaStringPartType]]:
    from sigma.types import SigmaString  # noqa: PLC0415 - only when rules are compiled

    name = _name(part)
    if name is None:
        yield (part,)
        return
    for text in _given(name, given):
        yield SigmaString(text).s


def _name(part: SigmaStringPartType) -> str | None:
    from sigma.types import Placeholder  # noqa: PLC0415 - only when rules are compiled

    return part.name if isinstance(part, Placeholder) else None


def _given(name: str, given: Placeholders) -> Sequence[str]:
    values = given.get(name)
    if not values:
        raise MissingPlaceholderError(name)
    return values


def _plain(part: SigmaStringPartType) -> SigmaString:
    from sigma.types import SigmaString  # noqa: PLC0415 - only when rules are compiled

    return SigmaString() + part


def _like(value: SigmaString, parts: list[SigmaStringPartType]) -> SigmaString:
    made = type(value)()
    made.s = _merged(parts)
    return made


def _merged(parts: list[SigmaStringPartType]) -> list[SigmaStringPartType]:
    """Neighbouring texts as one."""
    merged: list[SigmaStringPartType] = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged
