"""Sigma filters: conditions that narrow other rules, as an operator writes them for a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alpheus.detect.sigma.modifiers import modern
from alpheus.knowledge.model import SigmaFile

if TYPE_CHECKING:
    from sigma.filters import SigmaFilter
    from sigma.rule import SigmaRule


@dataclass(eq=False)
class Filter:
    """A parsed filter. `applied` counts the rules that it narrowed."""

    file: SigmaFile
    parsed: SigmaFilter
    references: frozenset[str] | None
    applied: int = field(default=0)

    @classmethod
    def of(cls, file: SigmaFile) -> Filter:
        """Parse a filter. Raises SigmaError."""
        from sigma.filters import SigmaFilter  # noqa: PLC0415 - slow, only with rules
        from sigma.policy.profiles import TrustedPolicy  # noqa: PLC0415 - likewise

        document = dict(file.document)
        if isinstance(document["filter"], Mapping):
            document["filter"] = modern(document["filter"])
        parsed = SigmaFilter.from_dict(document, policy=TrustedPolicy)
        rules = parsed.filter.rules
        references = None if isinstance(rules, str) else frozenset(item.reference for item in rules)
        return cls(file, parsed, references)

    def narrow(self, rule: SigmaRule) -> None:
        """Add the condition to a rule that the filter is meant for; leave any other as it is."""
        names = {str(rule.name), str(rule.id), rule.title}
        if self.references is not None and not self.references & names:
            return
        if rule.logsource not in self.parsed.logsource:
            return
        self.parsed.filter.rules = "any"
        self.parsed.apply_on_rule(rule)
        self.applied += 1
