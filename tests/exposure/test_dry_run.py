"""What a run would do is said before anything is sent."""

from __future__ import annotations

from pathlib import Path

from alpheus.exposure.dry_run import dry_run
from alpheus.exposure.targets import read_targets
from exposure_probing import scope_of


def test_it_says_whom_what_how_fast_and_who_not(tmp_path: Path) -> None:
    """With numbers, paths, the words of the scope, and the reason for those left out."""
    more = "back_end: true\nsmtp: true\ndeny: [127.0.0.9]\n"
    scope = scope_of(tmp_path, 443, more)
    text = "\n".join(dry_run(scope, read_targets(["127.0.0.0/24", "a.example"]), looks=2))
    assert text.startswith("Nothing is sent. A run would ask 255 addresses and look up 1 names.")
    for part in ("none needed on loopback", "https://test.example/probe", "GET /owa/\n",
                 "port 444", "port 25", "127.0.0.9", "a.example, port 443"):  # fmt: skip
        assert part in text


def test_long_lists_are_cut_with_their_count(tmp_path: Path) -> None:
    """A person reads twenty lines, not a thousand."""
    items = [f"127.0.{n}.1" for n in range(60)]
    lines = list(dry_run(scope_of(tmp_path, 443), read_targets(items), looks=1))
    assert "  … and 40 more" in lines
