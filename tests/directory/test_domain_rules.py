"""Rules of domains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory import domain_rules as module
from alpheus.directory.domain_rules import DomainRule, domain_rules, rule_of
from alpheus.directory.sectors import sectors
from alpheus.errors import KnowledgeError


@pytest.mark.parametrize("rule", domain_rules(), ids=lambda rule: rule.pattern)
def test_every_rule_has_examples(rule: DomainRule) -> None:
    """Its sector is known; its positive example is decided by it, its negative one is not."""
    assert rule.sector in sectors()
    assert rule_of(rule.positive) == rule
    assert rule_of(rule.negative) != rule


@pytest.mark.parametrize(
    ("host", "sector"),
    [
        ("mail.army.mil", "defence"),
        ("x.agency.gov", "government"),
        ("mail.leeds.nhs.uk", "hospital"),
        ("mail.kent.police.uk", "police"),
        ("a.b.sch.uk", "school"),
        ("mail.interieur.gouv.fr", "government"),
        ("mail.salud.gob.mx", "government"),
        ("m.bmi.gv.at", "national-government"),
        ("m.musterdorf.gv.at", "local-government"),
        ("m.bsi.bund.de", "national-government"),
        ("x.efd.admin.ch", "national-government"),
        ("x.ac.jp", "university"),
        ("x.go.jp", "government"),
        ("x.who.int", "international"),
        ("x.first.bank", "bank"),
    ],
)
def test_well_known_domains(host: str, sector: str) -> None:
    """The rules of the field guide."""
    found = rule_of(host)
    assert found is not None
    assert found.sector == sector


def test_the_deepest_rule_counts() -> None:
    """The police of a city is more than a city; a department of pvt.k12 more than k12."""
    assert rule_of("mail.police.ci.springfield.or.us").pattern == "police.ci.*.*.us"
    assert rule_of("mail.ci.springfield.or.us").pattern == "ci.*.*.us"
    assert rule_of("mail.example.com") is None


@pytest.mark.parametrize(
    "change",
    [{"pattern": "a..b"}, {"pattern": "UPPER"}, {"sector": ""}, {"reason": ""}, {"weight": "0"},
     {"weight": "100"}, {"weight": "high"}],
)  # fmt: skip
def test_a_bad_line_is_named(change: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Pattern, sector, reason and weight are checked; the line is in the message."""
    row = dict.fromkeys(module.COLUMNS, "x") | {"weight": "50"} | change
    monkeypatch.setattr(module, "read_table", lambda *_: [row])
    domain_rules.cache_clear()
    try:
        with pytest.raises(KnowledgeError, match="line 2"):
            domain_rules()
    finally:
        domain_rules.cache_clear()


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Nothing upsets it."""
    rule_of(text)
