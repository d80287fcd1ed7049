"""The list of universities."""

from __future__ import annotations

import json
from pathlib import Path

from list_samples import read

GOOD = {
    "name": "Hochschule Muster", "domains": ["hs-muster.example", "student.hs-muster.example"],
    "country": "Germany", "alpha_two_code": "DE", "state-province": None, "web_pages": ["http://x"],
}  # fmt: skip


def test_universities(tmp_path: Path) -> None:
    """All domains; records without a name or a domain, and damaged ones, are listed."""
    content = json.dumps(
        [
            GOOD,
            {"name": "No domain", "domains": []},
            {"domains": ["a.example"]},
            {**GOOD, "domains": ["b.example", "bad"]},
        ]
    )
    entries, losses, kind = read(tmp_path, content)
    assert kind == "universities"
    assert [one.domains for one in entries] == [
        ("hs-muster.example", "student.hs-muster.example"), ("b.example",),
    ]  # fmt: skip
    assert (entries[0].sector, entries[0].country) == ("university", "DE")
    assert entries[0].attributes == {"web_pages": "http://x"}
    assert [loss.reason for loss in losses] == [
        "no domain", "no name", "'bad' is no domain: left out",
    ]  # fmt: skip


def test_a_list_that_is_cut_off(tmp_path: Path) -> None:
    """What stands before the cut is read."""
    whole = json.dumps([GOOD, GOOD, GOOD])
    entries, losses, _ = read(tmp_path, whole[: len(whole) * 5 // 6])
    assert len(entries) == 2
    assert len(losses) == 1
