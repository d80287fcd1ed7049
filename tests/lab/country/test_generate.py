"""A whole country."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from alpheus.errors import UsageError
from alpheus.lab.country import generate
from made_country import Made


def digest(folder: Path) -> str:
    """All that is in a folder."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    """In another process too, whatever its hashes; another seed writes something else."""
    generate(tmp_path / "a", 40, seed=2, days=12)
    code = f"from alpheus.lab.country import generate; from pathlib import Path; generate(Path({str(tmp_path / 'b')!r}), 40, seed=2, days=12)"  # noqa: E501 - one program
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONHASHSEED": "77"})
    generate(tmp_path / "c", 40, seed=3, days=12)
    a, b, c = (digest(tmp_path / name) for name in "abc")
    assert a == b != c


def test_every_record_has_exactly_one_line_of_truth(made: Made) -> None:
    """None is missing, none is there twice, none is of a file that is not."""
    lines = Counter((row["file"], row["row"]) for row in made.rows)
    assert set(lines.values()) == {1}
    files = {
        path.relative_to(made.folder / "lists").as_posix()
        for path in (made.folder / "lists").rglob("*")
        if path.is_file()
    }
    named = {file for file, _ in lines}
    assert named <= files
    for file in files:
        numbers = sorted(row for name, row in lines if name == file)
        content = made.list_file(file).read_bytes()
        if file.endswith(".csv"):
            records = content.count(b"\n") - 1
        elif file.endswith(".xml"):
            records = content.count(b"<host ")
        elif file.startswith("triage/"):
            records = 1
        else:
            records = content.count(b"\n")
        first = 2 if file.endswith(".csv") else 1  # its line, of which the header is the first
        assert numbers == list(range(first, records + first)), file


def test_truth_names_what_there_is(made: Made, servers: dict[str, dict[str, Any]]) -> None:
    """Servers, units and organisations of records are those of the files beside; or noise."""
    organisations = {one["id"] for one in made.lines("organisations.jsonl")}
    units = {one["unit"] for one in servers.values()}
    for row in made.rows:
        if row["noise"]:
            assert (row["server"], row["unit"], row["organisation"]) == (None, None, None)
            continue
        assert row["unit"] in units
        assert row["organisation"] in organisations
        if row["server"]:
            assert servers[row["server"]]["unit"] == row["unit"]
            assert servers[row["server"]]["organisation"] == row["organisation"]


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_lists_together_count_victims_three_times(seed: int, tmp_path: Path) -> None:
    """As in March 2021; nearly every victim is on one of them."""
    truth = generate(tmp_path / "out", 1000, seed=seed)
    assert 2.5 < truth.overcount < 3.6
    assert truth.victims_listed > 0.85 * truth.victims


def test_the_summary_counts_what_is_written(made: Made) -> None:
    """Figures are those of the files."""
    summary = json.loads((made.folder / "summary.json").read_text())
    states = made.lines("states.jsonl")
    victims = {one["unit"] for one in states if any(span["shells"] for span in one["spans"])}
    assert summary["servers"] == len(states) == len(made.lines("servers.jsonl"))
    assert summary["organisations"] == len(made.lines("organisations.jsonl")) == 400
    assert summary["units"] == len({one["unit"] for one in states})
    assert summary["victims"] == len(victims)
    assert summary["rows"] == len(made.rows) == sum(summary["lists"].values())
    unreadable = [row for row in made.rows if row["noise"] == "unreadable"]
    assert summary["unreadable"] == len(unreadable) > 0


def test_errors_come_as_often_as_they_should(made: Made) -> None:
    """Each kind is there; most records are of somebody, and few are broken."""
    errors = Counter(error for row in made.rows for error in row["errors"])
    assert {
        "isp-name", "isp-owner", "address-only", "typo", "wrong-name", "spelling", "local-time",
        "stale", "duplicate",
    } <= set(errors)  # fmt: skip
    noise = Counter(row["noise"] for row in made.rows)
    assert noise[""] > 0.9 * len(made.rows)
    assert {"unreadable", "honeypot", "other-product", "cloud"} <= set(noise)


def test_observations_thin_out(tmp_path: Path) -> None:
    """About so many; what is true stays the same."""
    whole = generate(tmp_path / "whole", 300, seed=4)
    thin = generate(tmp_path / "thin", 300, seed=4, observations=2000)
    assert 1400 < thin.observations < 2800
    assert (thin.servers, thin.victims) == (whole.servers, whole.victims)
    one, other = (tmp_path / name / "states.jsonl" for name in ("whole", "thin"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    "wrong", [{"organisations": 0}, {"organisations": 10**7}, {"days": 0}, {"days": 63},
              {"observations": 0}],
)  # fmt: skip
def test_wrong_numbers_write_nothing(wrong: dict[str, int], tmp_path: Path) -> None:
    """A clear error, and no folder."""
    with pytest.raises(UsageError, match="not"):
        generate(tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with anything in it is refused; an empty one is used."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        generate(tmp_path, 3, days=2)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_memory_does_not_grow_with_the_country(tmp_path: Path) -> None:
    """Four times as many organisations take hardly more."""
    peaks = []
    for count in (400, 1600):
        out = tmp_path / str(count)
        code = f"""
import resource
from pathlib import Path
from alpheus.lab.country import generate
generate(Path({str(out)!r}), {count}, observations={count} * 5)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
        run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        peaks.append(int(run.stdout))
    assert peaks[1] < peaks[0] + 40_000
