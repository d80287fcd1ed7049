"""Names of modifiers that the parser does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping

MODIFIER_ALIASES = {"utf16le": "wide"}
"""Modifiers of the specification under the name by which pySigma knows them."""

_ALIAS = re.compile(rf"(?<=\|)(?:{'|'.join(MODIFIER_ALIASES)})(?=\||$)")


def modern(definition: Mapping[str, object]) -> dict[str, object]:
    """A detection whose modifiers have the names by which pySigma knows them."""
    return {key: _renamed(value) for key, value in definition.items()}


def _renamed(value: object) -> object:
    if isinstance(value, Mapping):
        return {_modifiers(key): _renamed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item) if isinstance(item, Mapping) else item for item in value]
    return value


def _modifiers(key: object) -> object:
    if not isinstance(key, str) or "|" not in key:
        return key
    return _ALIAS.sub(lambda found: MODIFIER_ALIASES[found[0]], key)
