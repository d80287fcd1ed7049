"""Sigma rules, evaluated on our own events. pySigma only reads them, and is imported late."""

from alpheus.detect.sigma.compiler import compile_rules
from alpheus.detect.sigma.correlations import Correlation, CorrelationType, evaluate
from alpheus.detect.sigma.needles import ENCODED_LINE, NeedlePlan, needle_patterns
from alpheus.detect.sigma.rules import Rejected, Rule, RuleSet

__all__ = [
    "ENCODED_LINE",
    "Correlation",
    "CorrelationType",
    "NeedlePlan",
    "Rejected",
    "Rule",
    "RuleSet",
    "compile_rules",
    "evaluate",
    "needle_patterns",
]
