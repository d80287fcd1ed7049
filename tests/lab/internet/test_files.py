"""Files beside a test internet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from alpheus.errors import OutputError
from alpheus.lab.internet import MIXES
from alpheus.lab.internet.files import write_scope, write_targets, write_truth


def test_targets_and_truth_go_line_by_line(tmp_path: Path) -> None:
    """The same servers in the same order."""
    mix = MIXES["march-2021"]
    write_targets(tmp_path / "targets", mix, 50)
    write_truth(tmp_path / "truth", mix, 50, 1)
    targets = (tmp_path / "targets").read_text().splitlines()
    truths = [json.loads(line) for line in (tmp_path / "truth").read_text().splitlines()]
    assert targets == [one["address"] for one in truths]
    assert {"kind", "build", "states", "settled", "seen"} <= set(truths[0])
    write_targets(tmp_path / "ports", mix, 2, 8443)
    assert (tmp_path / "ports").read_text() == "127.16.0.1:8443\n127.16.0.2:8443\n"


def test_the_scope_allows_loopback_and_nothing_else(tmp_path: Path) -> None:
    """It is YAML, with the ports that are open."""
    write_scope(tmp_path / "scope.yaml", {"web": 8443, "back_end": 8444, "smtp": None})
    scope = yaml.safe_load((tmp_path / "scope.yaml").read_text())
    assert scope["allow"] == ["127.0.0.0/8", "::1/128"]
    assert scope["ports"] == [8443, 8444]
    assert (scope["back_end"], scope["smtp"], scope["deny"]) == (True, False, [])
    assert set(scope["rates"]) == {"per_host", "per_network", "total"}
    assert {"owner", "authorisation", "contact"} <= set(scope)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(OutputError, match="nowhere"):
        write_targets(tmp_path / "nowhere" / "targets", MIXES["plain"], 1)
