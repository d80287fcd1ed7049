"""Counts for a person."""

from __future__ import annotations

from pathlib import Path

from alpheus.exposure.imports.summary import BUILDS, Summary
from alpheus.knowledge.builds import Builds
from exposure.imports.import_samples import observations


def test_what_a_person_wants_to_know(tmp_path: Path) -> None:
    """How many, of which build, in which state, from when to when, who may see it."""
    content = (
        "ip,exchange_version,tag,time,tlp\n"
        "192.0.2.7,15.1.2176.9,,2021-03-10,amber\n"
        "192.0.2.8,15.1.2176,webshell,2021-03-01,\n"
        "192.0.2.9,,,,\n"
    )
    summary = Summary()
    for observation in observations(tmp_path, content):
        summary.add(observation)
    text = "\n".join(summary.lines())
    assert "observations   3" in text
    assert "2 yes, 0 no, 1 not known" in text
    assert "2021-03-01T00:00:00Z to 2021-03-10T00:00:00Z" in text
    assert "TLP:AMBER: 1" in text
    assert "compromised-reported: 1" in text
    assert "build          15.1.2176.9      1" in text
    assert "CVE-2021-26855   0 vulnerable, 1 undetermined, 1 fixed, 0 not-affected" in text


def test_many_builds_are_counted_together(tmp_path: Path) -> None:
    """Beyond the most frequent."""
    builds = [row.build for row in Builds.load().rows()][: BUILDS + 5]
    rows = "".join(f"192.0.2.7,{build}\n" for build in builds)
    summary = Summary()
    for observation in observations(tmp_path, f"ip,exchange_version\n{rows}"):
        summary.add(observation)
    assert f"build          {'others':16} 5" in list(summary.lines())


def test_nothing_is_no_failure() -> None:
    """Zero observations are told."""
    assert next(iter(Summary().lines())) == "observations   0"
