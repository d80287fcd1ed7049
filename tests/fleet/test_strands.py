"""What each intruder of a server did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus import lab
from alpheus.cases.strands import Strand, TraitKind
from alpheus.fleet.strands import MOST, MOST_OF_A_KIND, strands_of
from alpheus.job import TriageOptions
from alpheus.lab.fleet import generate_fleet
from alpheus.model import Assessment, Citation, Weight
from alpheus.pipeline import Pipeline
from alpheus.report.redact import Clear, Redactor
from assessments import (
    ATTACKER,
    HOSTILE,
    SHELL_KEY,
    assessment,
    assessments,
    cite,
    compromised_server,
)

KEY = b"k" * 32


def _strands(judged: Assessment, key: bytes = KEY) -> tuple[Strand, ...]:
    redactor = Redactor(key, keep=True)
    redacted = redactor.assessment(judged)
    secrets: dict[str, list[Clear]] = {}
    for one in redactor.clear():
        secrets.setdefault(one.mark, []).append(one)
    return strands_of(redacted.servers[0], secrets, key)


def _of(strand: Strand, kind: TraitKind) -> set[str]:
    return {one.value for one in strand.traits if one.kind is kind}


def _triage(folder: Path) -> Assessment:
    run = Pipeline([folder], TriageOptions(workers=1), None)
    return run.run(datetime(2021, 4, 1, tzinfo=UTC)).assessment


def test_one_intruder_is_one_strand_with_all_that_tells_a_hand() -> None:
    """Break-in, page and its use belong together: by address, page, secret."""
    (strand,) = _strands(assessment(compromised_server()))
    assert _of(strand, TraitKind.ADDRESS) == {ATTACKER}
    assert _of(strand, TraitKind.PAGE_NAME) == {"supp0rt.aspx"}
    assert _of(strand, TraitKind.CARRIER) == {"/ecp/y.js"}
    assert len(_of(strand, TraitKind.SECRET)) == 1
    assert "python-requests/2.25.1" in _of(strand, TraitKind.AGENT)
    assert any("{host}:444" in one for one in _of(strand, TraitKind.REQUEST))
    assert strand.first < strand.last


def test_a_secret_is_a_keyed_hash() -> None:
    """Under one key the same everywhere; under another, another."""
    judged = assessment(compromised_server())
    (one,), (other,) = _strands(judged), _strands(judged, b"z" * 32)
    assert SHELL_KEY not in repr(one)
    assert _of(one, TraitKind.SECRET).isdisjoint(_of(other, TraitKind.SECRET))


def test_what_nobody_proved_is_no_intruder() -> None:
    """A page of an administrator's own is foreign to the product, too."""
    whole = compromised_server()
    for weight in (Weight.CONTEXT, Weight.INDICATION):
        mild = tuple(replace(one, weight=weight) for one in whole.findings)
        assert _strands(assessment(replace(whole, findings=mild))) == ()


def test_two_intruders_on_one_server_stay_apart(tmp_path: Path) -> None:
    """By the same hole, in the same days: each with the page, the ways and the path of one."""
    for seed in (1, 2, 3):
        truth = generate_fleet(tmp_path / str(seed), 1, seed=seed)
        found = _strands(_triage(truth.packages / "p00000"))
        assert len(found) == 2
        assert {frozenset(_of(one, TraitKind.PAGE_NAME)) for one in found} == {
            frozenset({one.page}) for one in truth.intrusions
        }
        assert all(len(_of(one, TraitKind.CARRIER)) == 1 for one in found)


def test_a_break_in_and_its_page_are_one_where_nothing_else_is_there(tmp_path: Path) -> None:
    """Logs of requests alone bind them by no name; and nobody else was there."""
    lab.generate(tmp_path, "webshell-only-logs-iis", size=1_000_000, seed=4)
    (strand,) = _strands(_triage(tmp_path / "evidence"))
    assert len(_of(strand, TraitKind.ADDRESS)) == 2
    assert len(_of(strand, TraitKind.PAGE_NAME)) == 1


@settings(max_examples=60, deadline=None)
@given(judged=assessments())
def test_any_assessment_has_strands_that_can_be_kept(judged: Assessment) -> None:
    """Whatever evidence put into it."""
    for server in judged.servers:
        for strand in strands_of(server, {}, KEY):
            assert msgspec.json.decode(msgspec.json.encode(strand), type=Strand) == strand


@given(text=st.sampled_from(HOSTILE), page=st.booleans())
def test_what_an_intruder_writes_is_kept_as_text(text: str, page: bool) -> None:
    """Of a request, of a command, of a page's name."""
    whole = compromised_server()
    asked = f"POST /owa/auth/x.aspx {text} 443 - 203.0.113.7 {text}"
    row = f"2021-03-03 07:02:11 10.1.4.20 {asked} - 200 0 0 1"
    path = f"web/{text}.aspx" if page else "u_ex.log"
    hostile = tuple(
        replace(
            one,
            citations=(
                Citation("ev1", path, line=1, text=row, sha256="ab" * 32, structure=text),
                Citation("ev1", "e", line=2, text=f'"CommandLine": "{text}"'),
            ),
        )
        for one in whole.findings
    )
    for strand in _strands(assessment(replace(whole, findings=hostile))):
        assert msgspec.json.decode(msgspec.json.encode(strand), type=Strand) == strand


def test_what_is_kept_is_bounded() -> None:
    """An attacker may come from anywhere, as many."""
    whole = compromised_server()
    used = next(one for one in whole.findings if one.rule == "webshell-access")
    rng = Random(1)
    rows = [
        f"2021-03-03 07:{n // 60 % 60:02d}:{n % 60:02d} 10.1.4.20 POST /owa/auth/supp0rt.aspx - 443"
        f" - 45.{n // 200}.{n % 200}.{rng.randrange(1, 255)} agent{n} - 200 0 0 1"
        for n in range(1_000)
    ]
    many = replace(used, rule="page-used-shell", citations=tuple(
        cite("u_ex.log", text, at) for at, text in enumerate(rows)))  # fmt: skip
    other = replace(many, citations=tuple(
        cite("u_ex.log", text.replace("supp0rt", f"other{at}").replace(" 45.", " 46."), at + 5_000)
        for at, text in enumerate(rows[:20])))  # fmt: skip
    found = _strands(assessment(replace(whole, findings=(*whole.findings, many, other))))
    assert 1 < len(found) <= MOST
    for strand in found:
        assert all(len(_of(strand, kind)) <= MOST_OF_A_KIND for kind in TraitKind)
