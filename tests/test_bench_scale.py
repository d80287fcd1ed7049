"""The model of a campaign run: what it says follows from what was measured."""

from __future__ import annotations

import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.bench_scale.far import NAME, make, needed, relay  # noqa: E402
from tools.bench_scale.model import Costs, Plan, each, fitted, reckon, saturation  # noqa: E402

from byte_server import byte_server  # noqa: E402

COSTS = Costs(0.5, 0.01, 1.0, 0.05, 30_000, 200_000, 0.002, 0.95)
PLAN = Plan(packages=1_000, megabytes=100, machines=2, processors=4)


def test_costs_are_fitted() -> None:
    """A fixed part and one for each MB; neither is negative, whatever the noise."""
    assert fitted([(1, 1.5), (3, 2.5), (5, 3.5)]) == (1.0, 0.5)
    assert fitted([(1, 2.0), (2, 1.0)]) == (1.5, 0.0)
    assert fitted([(4, 2.0)]) == (2.0, 0.0)


def test_the_longest_part_is_how_long_it_takes() -> None:
    """Workers at first; then what they share."""
    assert each(COSTS, 100, timelines=True) == 6.0
    assert each(COSTS, 100, timelines=False) == 1.5
    told = reckon(COSTS, PLAN)
    assert told.workers == pytest.approx(1_000 * 6.0 / (2 * 4 * 0.95) / 3_600)
    assert (told.hours, told.narrow) == (told.workers, "workers")
    assert told.results_gb == pytest.approx(3.2)
    narrow = reckon(COSTS, replace(PLAN, link=0.01))
    assert narrow.narrow == "links"
    assert reckon(COSTS, replace(PLAN, trunk=0.01)).narrow == "store or trunk"
    assert reckon(replace(COSTS, unit=60), PLAN).narrow == "ledger"
    assert reckon(replace(COSTS, store=0.001), PLAN).narrow == "store or trunk"
    assert reckon(COSTS, replace(PLAN, timelines=False)).hours < told.hours


def test_more_machines_help_until_something_is_full() -> None:
    """That is told in machines."""
    full = saturation(COSTS, PLAN)
    assert full["ledger"] == pytest.approx(6.0 / 3.8 / 0.002)
    enough = replace(PLAN, machines=int(full["ledger"]) + 2)
    assert reckon(COSTS, enough).narrow in {"ledger", "store or trunk", "links"}
    assert saturation(replace(COSTS, unit=0), PLAN)["ledger"] == float("inf")


def test_a_large_zip_has_members_that_are_needed_and_one_that_is_not(tmp_path: Path) -> None:
    """Of about the size that was asked for; two thirds of it are logs."""
    place = make(tmp_path / "packages", 130 << 20)
    assert [one.name for one in place.parent.iterdir()] == [NAME]
    size = place.stat().st_size
    assert 100 << 20 < size < 160 << 20
    with zipfile.ZipFile(place) as opened:
        left = [one for one in opened.infolist() if one.filename.endswith(".edb")]
        assert sum(one.compress_size for one in opened.infolist()) == (
            needed(place) + left[0].compress_size
        )
    place.unlink()


def test_a_relay_counts_what_comes_and_nothing_else() -> None:
    """What is sent to the store is no part of it."""
    with byte_server(b"x" * 100_000) as served, relay(served.url) as counted:
        with urlopen(f"{counted.address}/one") as answer:
            assert len(answer.read()) == 100_000
        assert 100_000 < counted.came < 101_000
        assert counted.connections == 1
