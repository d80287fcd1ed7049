"""A fleet of simulated victims, and who was where."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from alpheus.errors import UsageError
from alpheus.lab.fleet import PACKAGES, TRUTH, generate_fleet, make_hand


def test_every_server_is_a_package_and_the_truth_lies_beside(tmp_path: Path) -> None:
    """Who was where; the first server had two visitors, the tenth none."""
    truth = generate_fleet(tmp_path, 12, seed=3)
    assert sorted(one.name for one in (tmp_path / PACKAGES).iterdir()) == [
        f"p{at:05d}" for at in range(12)
    ]
    of = Counter(one.package for one in truth.intrusions)
    assert (of["p00000"], of["p00001"], of["p00009"]) == (2, 1, 0)
    said = json.loads((tmp_path / TRUTH).read_text())
    assert len(said["intrusions"]) == len(truth.intrusions)
    assert {one["hand"] for one in said["intrusions"]} == {"", *truth.hands}


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    """To the byte; and what is there is not written over."""
    one, other = (generate_fleet(tmp_path / name, 2, seed=5) for name in ("a", "b"))
    files = [
        {path.relative_to(each.packages): path.read_bytes()
         for path in sorted(each.packages.rglob("*")) if path.is_file()}
        for each in (one, other)
    ]  # fmt: skip
    assert files[0] == files[1]
    with pytest.raises(UsageError, match="exists already"):
        generate_fleet(tmp_path / "a", 2)


def test_hands_share_the_way_and_nothing_of_their_own() -> None:
    """A key, a page and a path of each; or no key at all."""
    rng = Random(1)
    one, other = (make_hand(rng, name, shared=("198.51.100.9",)) for name in "ab")
    assert set(one.ways) & set(other.ways) == {"198.51.100.9"}
    assert len({one.key, other.key, one.page, other.page, one.carrier, other.carrier}) == 6
    assert make_hand(rng, "c", own_key=False).key == ""
