"""What the operator asks for."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.evidence.base import OpenOptions
from alpheus.job import TriageOptions, unread
from alpheus.knowledge.shared.model import SharedPaths
from alpheus.model import Stage, Verdict
from alpheus.parsers.base import ReadOptions
from assessments import assessment, quiet_server

OTHER = {
    "packs": ("iis-webshell",),
    "rules": (Path("mine"),),
    "opening": OpenOptions(passwords=("infected",)),
    "reading": ReadOptions(timezone=UTC),
    "start": datetime(2021, 3, 1, tzinfo=UTC),
    "end": datetime(2021, 3, 2, tzinfo=UTC),
    "workers": 7,
    "remember": True,
    "listing": True,
    "avoid": (("logs/a.log", "not read: so"),),
    "shared": SharedPaths((Path("feed.json"),)),
    "timeline": Path("timeline.parquet"),
}


@pytest.mark.parametrize("name", [one.name for one in fields(TriageOptions)])
def test_every_option_shows_in_its_text(name: str) -> None:
    """Results are remembered under the text of the options: no two that differ share one."""
    given = TriageOptions()
    assert repr(replace(given, **{name: OTHER[name]})) != repr(given)
    assert repr(replace(given)) == repr(TriageOptions())


def test_evidence_of_which_nothing_could_be_read_says_why() -> None:
    """Anything that was read or found is something."""
    whole = assessment(quiet_server("EX", Verdict.NOT_DETERMINABLE, Stage.NONE, "so"))
    assert unread(whole) is None
    bare = replace(whole, servers=(replace(whole.servers[0], coverage=()),))
    assert unread(bare) == [one.reason for one in whole.skipped]
    assert unread(replace(bare, skipped=())) == []
