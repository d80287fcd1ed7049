"""Back doors that are no pages reach the triage as findings."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell import beside
from alpheus.detect.webshell.beside import (
    ASSEMBLY,
    CONFIGURATION,
    ODD_CONFIGURATION,
    PAGE,
    is_judged,
    judge_beside,
)
from alpheus.detect.webshell.model import Reason


@pytest.mark.parametrize(
    ("path", "judged"),
    [
        ("C/inetpub/wwwroot/web.config", True),
        ("C/inetpub/wwwroot/bin/x.dll", True),
        ("C/Windows/Microsoft.NET/Framework64/v4/Temporary ASP.NET Files/a/App_Web_x.dll", True),
        ("C/Program Files/Microsoft/Exchange Server/V15/Bin/Store.dll", False),
        ("C/Program Files/Microsoft/Exchange Server/V15/ClientAccess/owa/bin/x.dll", True),
        ("C/Windows/System32/x.dll", False),
        ("C/inetpub/wwwroot/app.config", False),
        ("C/inetpub/wwwroot/page.aspx", False),
    ],
)
def test_what_the_web_server_loads_is_judged(path: str, judged: bool) -> None:
    """Configuration that decides what runs, and assemblies that sites load."""
    assert is_judged(path) is judged


@pytest.mark.parametrize(
    ("points", "rule"),
    [((39,), None), ((45,), ODD_CONFIGURATION), ((90, 5), CONFIGURATION), ((), None)],
)
def test_the_score_decides_the_rule(
    points: tuple[int, ...], rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst reason is told."""
    reasons = [Reason("handler", number, "…", value) for number, value in enumerate(points)]
    monkeypatch.setattr(
        "alpheus.detect.webshell.configuration.judge_configuration", lambda *_: reasons
    )
    found = judge_beside(b"", "a/web.config")
    assert (found and found[0]) is rule
    assert found is None or found[1].points == max(points)


def test_a_configuration_that_is_a_page_is_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but an attack writes code into it."""
    reasons = [Reason("configuration-page", 3, "…", 100)]
    monkeypatch.setattr(
        "alpheus.detect.webshell.configuration.judge_configuration", lambda *_: reasons
    )
    found = judge_beside(b"", "a/web.config")
    assert found is not None
    assert found[0] is PAGE


def test_assemblies_have_rules_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no assembly at all gives nothing."""
    assert judge_beside(b"MZ", "a/bin/x.dll") is None
    monkeypatch.setattr(
        "alpheus.detect.webshell.assembly.judge_assembly", lambda *_: [Reason("run", None, "…", 80)]
    )
    found = judge_beside(b"", "a/bin/x.dll")
    assert found is not None
    assert found[0] is ASSEMBLY


def test_every_rule_names_its_technique() -> None:
    """IIS components are T1505.004."""
    assert {rule.meaning.techniques for rule in beside.RULES} == {("T1505.004",)}
