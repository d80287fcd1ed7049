"""Files beside a test internet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from alpheus.errors import OutputError
from alpheus.exposure.scope_file import read_scope
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
    """It is YAML; the main port stands alone under `ports`, the others under keys of their own."""
    write_scope(tmp_path / "scope.yaml", {"web": 8443, "back_end": 8444, "smtp": None})
    scope = yaml.safe_load((tmp_path / "scope.yaml").read_text())
    assert scope["allow"] == ["127.0.0.0/8", "::1/128"]
    assert scope["ports"] == [8443]
    assert (scope["back_end"], scope["back_end_port"]) == (True, 8444)
    assert (scope["smtp"], scope["deny"]) == (False, [])
    assert "smtp_port" not in scope
    assert set(scope["rates"]) == {"per_host", "per_network", "total"}
    assert {"owner", "authorisation", "contact"} <= set(scope)


@pytest.mark.parametrize("back_end", [None, 18444])
@pytest.mark.parametrize("smtp", [None, 18025])
def test_the_scope_is_one_that_the_probe_reads(
    tmp_path: Path, back_end: int | None, smtp: int | None
) -> None:
    """Web servers are asked on one port, and back ends and mail on theirs where they are open."""
    write_scope(tmp_path / "s.yaml", {"web": 18443, "back_end": back_end, "smtp": smtp})
    scope = read_scope(tmp_path / "s.yaml")
    assert scope.ports == (18443,)
    assert (scope.back_end, scope.back_end_port) == (bool(back_end), back_end or 444)
    assert (scope.smtp, scope.smtp_port) == (bool(smtp), smtp or 25)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(OutputError, match="nowhere"):
        write_targets(tmp_path / "nowhere" / "targets", MIXES["plain"], 1)
