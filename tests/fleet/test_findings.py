"""Traces of an intruder that may be found on other servers."""

from __future__ import annotations

from dataclasses import replace

from alpheus.cases.traces import TraceKind
from alpheus.fleet.findings import MOST, traces_of
from alpheus.model import Assessment, Finding, Stage, Weight
from alpheus.report.redact import Clear, Redactor
from assessments import ATTACKER, SHELL_KEY, assessment, cite, compromised_server, quiet_server

KEY = b"k" * 32


def _traces(judged: Assessment, key: bytes = KEY) -> list[tuple[TraceKind, str, str, str]]:
    redactor = Redactor(key, keep=True)
    redacted = redactor.assessment(judged)
    secrets: dict[str, list[Clear]] = {}
    for one in redactor.clear():
        secrets.setdefault(one.mark, []).append(one)
    return [tuple(one) for one in traces_of(redacted.servers[0], secrets, key)]  # type: ignore[misc]


def test_what_an_intruder_left() -> None:
    """The page, what it was recognised by, the address, the secret; each once, when first seen."""
    found = _traces(assessment(compromised_server()))
    kinds = [kind for kind, *_ in found]
    assert set(kinds) == set(TraceKind)
    assert kinds.count(TraceKind.PAGE) == 1
    page = next(one for one in found if one[0] is TraceKind.PAGE)
    assert page[2:] == ("supp0rt.aspx", "2021-03-03T06:59:33Z")
    address = next(one for one in found if one[0] is TraceKind.ADDRESS)
    assert address[1] == ATTACKER
    assert address[3] == "2021-03-03T06:59:23Z"


def test_a_secret_is_a_keyed_hash() -> None:
    """Under one key it is the same everywhere; it never stands anywhere itself."""
    judged = assessment(compromised_server())
    found = [one for one in _traces(judged) if one[0] is TraceKind.SECRET]
    assert found == [one for one in _traces(judged) if one[0] is TraceKind.SECRET]
    assert SHELL_KEY not in str(_traces(judged))
    other = {one[1] for one in _traces(judged, b"z" * 32) if one[0] is TraceKind.SECRET}
    assert other.isdisjoint(one[1] for one in found)


def test_what_proves_nothing_leaves_no_trace() -> None:
    """Context, pages of the product that are not listed, and addresses of one's own network."""
    whole = compromised_server()
    quiet = quiet_server("EX", whole.verdict, whole.stage, "so", *(
        replace(one, weight=Weight.CONTEXT) for one in whole.findings))  # fmt: skip
    assert _traces(assessment(quiet)) == []
    inside = Finding(
        "session", "proxylogon", "forged", Stage.EXPLOITED, Weight.PROOF, whole.confidence, None,
        clients=("10.1.2.3", "127.0.0.1", "fe80::1", "not an address"),
    )  # fmt: skip
    changed = replace(inside, rule="page-modified", stage=Stage.IMPLANTED, clients=(),
                      citations=(cite("owa/auth/logon.aspx", "x", 1),))  # fmt: skip
    assert _traces(assessment(replace(quiet, findings=(inside, changed)))) == []


def test_what_has_no_time_is_as_old_as_the_first_proof() -> None:
    """A page that was found as a file says not when it came."""
    whole = compromised_server()
    findings = tuple(
        replace(one, time=None) if one.rule == "foreign-page" else one for one in whole.findings
    )
    found = _traces(assessment(replace(whole, findings=findings)))
    assert [one[3] for one in found if one[0] is TraceKind.PAGE] == ["2021-03-03T06:59:23Z"]


def test_traces_of_a_server_are_bounded() -> None:
    """An attacker may come from anywhere."""
    whole = compromised_server()
    many = tuple(f"198.51.{n // 250}.{n % 250 + 1}" for n in range(2 * MOST))
    findings = tuple(replace(one, clients=many) for one in whole.findings)
    assert len(_traces(assessment(replace(whole, findings=findings)))) == MOST
