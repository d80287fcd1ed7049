"""The way into the room."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from alpheus.errors import OutputError, UsageError
from alpheus.lab import SCENARIOS, GroundTruth, generate
from lab_reading import exchange_rows, w3c_rows

_ASKED_FOR = {
    "clean", "clean-iis", "scanned", "attempted", "forged-answered", "webshell",
    "webshell-deleted", "webshell-only-logs-iis", "implanted-unused", "mail-theft", "spread",
    "unified-messaging", "oab-generator", "patched-too-late", "patched-in-time", "short-logs",
    "gap", "no-control-panel-logs", "other-drive", "mitigated", "admin-work", "exported-csv",
    "utf16", "velociraptor", "two-servers",
}  # fmt: skip


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            total.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return total.hexdigest()


def test_scenarios() -> None:
    """Every scenario has one name and a description."""
    names = [scenario.name for scenario in SCENARIOS]
    assert set(names) >= _ASKED_FOR
    assert len(names) == len(set(names))
    assert all(scenario.description for scenario in SCENARIOS)


def test_seed_decides_everything(tmp_path: Path) -> None:
    """The same seed writes the same bytes; another seed another server."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(tmp_path / name, "short-logs", size=1_500_000, seed=seed)
    digests = [_digest(tmp_path / name) for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


def test_truth_lies_beside_the_evidence(written: Callable[[str], GroundTruth]) -> None:
    """The file repeats what is returned; nothing in the evidence tells the truth."""
    truth = written("webshell")
    out = truth.evidence.parent
    assert {one.name for one in out.iterdir()} == {"evidence", "ground-truth.json"}
    document = json.loads((out / "ground-truth.json").read_text())
    assert (document["verdict"], document["stage"]) == ("compromised", "operated")
    assert document["server"] == truth.worst.server


def test_the_folder_of_a_page_stays_where_the_page_was_deleted(tmp_path: Path) -> None:
    """As on a server: who collects folders brings it, empty."""
    truth = generate(tmp_path, "webshell-deleted", size=1_000_000, seed=11)
    (shell,) = truth.worst.shells
    folder = tmp_path / "evidence" / "C" / Path(shell[3:].replace("\\", "/")).parent
    assert list(folder.iterdir()) == []


def test_evidence_is_not_mixed(tmp_path: Path) -> None:
    """A folder that holds evidence is not written into."""
    generate(tmp_path, "exported-csv")
    with pytest.raises(UsageError, match="exists already"):
        generate(tmp_path, "exported-csv")


def test_unknown_scenario(tmp_path: Path) -> None:
    """The message lists what is known."""
    with pytest.raises(UsageError, match="webshell"):
        generate(tmp_path, "nothing-such")


def test_unwritable_place(tmp_path: Path) -> None:
    """A place that cannot be written is an output error."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        generate(tmp_path / "file" / "out", "exported-csv")


def test_every_log_parses(written: Callable[[str], GroundTruth]) -> None:
    """Every file reads back with a csv reader, a split or JSON; no row is off."""
    evidence = written("webshell").evidence
    kinds = {"LOG": 0, "log": 0, "jsonl": 0}
    for file in evidence.rglob("*.LOG"):
        kinds["LOG"] += sum(1 for _ in exchange_rows(file))
    for file in (evidence / "C/inetpub/logs").rglob("*.log"):
        kinds["log"] += sum(1 for _ in w3c_rows(file))
    for file in evidence.rglob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert json.loads(line)
            kinds["jsonl"] += 1
    assert min(kinds.values()) > 100


def test_size_of_whole_evidence(written: Callable[[str], GroundTruth]) -> None:
    """All files together have the size asked for, within a tenth."""
    files = written("webshell").evidence.rglob("*")
    total = sum(file.stat().st_size for file in files if file.is_file())
    assert abs(total - 6_000_000) < 600_000


def test_page_is_on_the_disk(written: Callable[[str], GroundTruth]) -> None:
    """A planted page lies where the truth says, and nothing else runs on the server."""
    truth = written("webshell")
    shell = truth.worst.shells[0].replace(":", "").replace("\\", "/")
    pages = [str(one.relative_to(truth.evidence)) for one in truth.evidence.rglob("*.aspx")]
    assert pages == [shell]
